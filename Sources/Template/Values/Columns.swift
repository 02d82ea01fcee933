import Tracepoints

/// The number of screen columns of a character: two for wide ones, none for those that join the one before.
func screenColumns(of scalar: UInt32) -> Int {
    if scalar < 0x300 { return scalar < 0x20 || (scalar >= 0x7f && scalar < 0xa0) ? 0 : 1 }
    // The vowels and finals that join a Korean syllable.
    if scalar >= 0x1160 && scalar <= 0x11ff { return 0 }
    if let category = Unicode.Scalar(scalar)?.properties.generalCategory {
        switch category {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
    }
    return isWide(scalar) ? 2 : 1
}

private func isWide(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x1100 else { return false }
    let ranges = WideCharacters.ranges
    var low = 0
    var high = ranges.count
    while low < high {
        let middle = (low + high) / 2
        if ranges[middle].last < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].first <= scalar
}

extension Bytes {
    /// The number of screen columns of text; a byte that is no UTF-8 counts one.
    var columns: Int {
        if isPlain { return count }
        var columns = 0
        var index = 0
        while index < count {
            let unit = unit(at: index, isEscaped: false)
            columns += unit.columns
            index += unit.length
        }
        return columns
    }

    /// The length and the width of what must not be parted at `index`: a character, or where the text has
    /// been escaped, an escape.
    fileprivate func unit(at index: Int, isEscaped: Bool) -> (length: Int, columns: Int) {
        let byte = self[index]
        if byte == 0x5c, isEscaped, index + 1 < count {
            var length = 2
            switch self[index + 1] {
            case UInt8(ascii: "x"): length = 4
            case UInt8(ascii: "u"):
                while index + length < count, self[index + length - 1] != UInt8(ascii: "}") { length += 1 }
            default: break
            }
            length = Swift.min(length, count - index)
            return (length, length)
        }
        if byte < 0x80 { return (1, byte < 0x20 || byte == 0x7f ? 0 : 1) }
        guard let scalar = scalar(at: index) else { return (1, 1) }
        return (scalar.length, screenColumns(of: scalar.value))
    }
}

extension LineBuffer {
    func rendered(from start: Int) -> Bytes {
        unsafe Bytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// Cuts what has been rendered since `start` to that many screen columns, the last of them an ellipsis.
    mutating func cut(from start: Int, columns limit: Int, isEscaped: Bool) {
        // No character takes more columns than bytes.
        guard count - start > limit else { return }
        let text = rendered(from: start)
        if limit > 0, text[limit] < 0x80, text.slice(0, limit)?.isPlain == true {
            truncate(to: start + limit - 1)
            append("…")
            return
        }
        var columns = 0
        var index = 0
        var kept = 0
        while index < text.count {
            let unit = text.unit(at: index, isEscaped: isEscaped)
            columns += unit.columns
            index += unit.length
            if columns < limit { kept = index }
            guard columns <= limit else {
                truncate(to: start + kept)
                if limit > 0 { append("…") }
                return
            }
        }
    }

    /// Fills what has been rendered since `start` with blanks to that many screen columns.
    mutating func pad(from start: Int, width: Int, alignment: Spec.Alignment) {
        guard width > 0 else { return }
        let missing = width - rendered(from: start).columns
        guard missing > 0 else { return }
        switch alignment {
        case .left: append(0x20, times: missing)
        case .right: insert(0x20, times: missing, at: start)
        case .centre:
            insert(0x20, times: missing / 2, at: start)
            append(0x20, times: missing - missing / 2)
        }
    }
}
