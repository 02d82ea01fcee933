extension String {
    /// The number of columns that the text takes on a terminal.
    var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

    /// The text with blanks behind it, so that it takes at least that many columns.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - columns, 0)) }

    /// The text with escapes for all that would move a terminal's cursor, change its state, or hide.
    var visible: String { unicodeScalars.reduce(into: "") { $0 += $1.visible } }

    /// The text without the backticks that mark what is typed as it stands.
    var unmarked: String { String(filter { $0 != "`" }) }

    /// The text broken between words into lines that fit a width, each after as many blanks as asked.
    func wrapped(to width: Int, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = margin
        for word in split(separator: " ") {
            if line.columns > indent, line.columns + 1 + String(word).columns > width {
                lines.append(line)
                line = margin
            }
            line += (line.columns > indent ? " " : "") + word
        }
        return line.columns > indent ? lines + [line] : lines
    }
}

extension Unicode.Scalar {
    /// The scalar, or an escape in its place if it would move a terminal's cursor, change its state, or hide.
    var visible: String {
        switch self {
        case "\n": return "\\n"
        case "\t": return "\\t"
        default: break
        }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            return "\\u{" + String(value, radix: 16) + "}"
        default:
            return String(Character(self))
        }
    }

    /// The number of columns that the scalar takes on a terminal: none for marks, two for wide ones.
    fileprivate var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}

/// Finds the name that was most likely meant by a misspelt one; nil when none is near.
///
/// Near is one slip in three letters: a letter left out, put in, changed, or two neighbours swapped.
func nearest(to word: String, among names: [String]) -> String? {
    let distances = names.map { editDistance(Array(word), Array($0)) }
    guard let least = distances.min(), least <= max(word.count, 3) / 3,
        let index = distances.firstIndex(of: least)
    else { return nil }
    return names[index]
}

/// The number of slips that lie between two words.
private func editDistance(_ typed: [Character], _ meant: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...meant.count)
    for row in typed.indices {
        var current = [row + 1]
        for column in meant.indices {
            var least = min(last[column + 1], current[column]) + 1
            least = min(least, last[column] + (typed[row] == meant[column] ? 0 : 1))
            if row > 0, column > 0, typed[row] == meant[column - 1], typed[row - 1] == meant[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            current.append(least)
        }
        beforeLast = last
        last = current
    }
    return last[meant.count]
}
