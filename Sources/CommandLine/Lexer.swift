/// What a word of the command line is, or a part of it.
enum Token {
    /// A flag, with its value or, for one that stands alone, an argument that tells how it was typed.
    case flag(Flag, Argument)
    case operand(Argument)
    /// The `--` that ends the options; all words after it are taken as they are.
    case separator(Argument)
}

/// Tells flags, their values and operands apart, word by word.
struct Lexer {
    private let words: [String]
    /// The subcommand whose flags are preferred and suggested.
    var subcommand = Subcommand.trace
    /// The index of the next word.
    private(set) var index = 0
    /// The part of a cluster of short flags that is still to be read, as an index into the word before.
    private var cluster: String.Index?

    init(_ words: [String]) { self.words = words }

    /// The words that have not been read.
    var rest: [String] { Array(words[index...]) }

    /// Answers the first operand, or nil if an error or `--` comes first.
    func firstOperand() -> Argument? {
        var ahead = self
        while let token = try? ahead.next() {
            switch token {
            case .flag: continue
            case .operand(let operand): return operand
            case .separator: return nil
            }
        }
        return nil
    }

    /// Reads the next token; nil at the end.
    mutating func next() throws(UsageError) -> Token? {
        if let start = cluster { return try nextInCluster(from: start) }
        guard index < words.count else { return nil }
        let word = Argument(text: words[index], index: index)
        index += 1
        if word.text == "--" { return .separator(word) }
        if word.text.hasPrefix("--") { return try long(word) }
        guard word.text.hasPrefix("-"), word.text != "-" else { return .operand(word) }
        try refuseOneDash(word)
        return try nextInCluster(from: word.text.index(after: word.text.startIndex))
    }

    /// Reads `--name`, `--name value` or `--name=value`.
    private mutating func long(_ word: Argument) throws(UsageError) -> Token {
        let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let flag = Flag.find(spelling: name, preferring: subcommand) else {
            throw unknown(name, in: word, at: 0..<name.utf8.count)
        }
        guard flag.value != nil else {
            guard parts.count == 1 else {
                let value = name.utf8.count..<word.text.utf8.count
                throw word.error("\(name) takes no value", value, hint: "did you mean \(name)?")
            }
            return .flag(flag, Argument(text: "", index: word.index, prefix: name))
        }
        if parts.count == 2 {
            return .flag(flag, Argument(text: String(parts[1]), index: word.index, prefix: name))
        }
        guard flag.separateValue != nil else {
            return .flag(flag, Argument(text: "", index: word.index, prefix: name))
        }
        return .flag(flag, try value(of: flag, spelt: name, in: word, at: 0..<name.utf8.count))
    }

    /// Reads one letter of a cluster; the rest of the word is the value of a letter that takes one.
    private mutating func nextInCluster(from start: String.Index) throws(UsageError) -> Token {
        let word = Argument(text: words[index - 1], index: index - 1)
        let after = word.text.index(after: start)
        let letter = word.text[start]
        let spelling = "-\(letter)"
        let place = word.text.utf8Offset(start)..<word.text.utf8Offset(after)
        cluster = after < word.text.endIndex ? after : nil
        guard let flag = Flag.find(short: letter, preferring: subcommand) else {
            throw unknown(spelling, in: word, at: word.text.count == 2 ? 0..<word.text.utf8.count : place)
        }
        guard flag.value != nil else {
            return .flag(flag, Argument(text: "", index: word.index, prefix: spelling))
        }
        if cluster != nil {
            cluster = nil
            return .flag(
                flag, Argument(text: String(word.text[after...]), index: word.index, prefix: spelling))
        }
        return .flag(flag, try value(of: flag, spelt: spelling, in: word, at: place))
    }

    /// Takes the next word as a flag's value.
    private mutating func value(
        of flag: Flag, spelt spelling: String, in word: Argument, at place: Range<Int>
    ) throws(UsageError) -> Argument {
        let name = flag.value?.name ?? ""
        guard index < words.count else {
            throw word.error("\(spelling) needs a value", place, hint: "\(spelling) \(name)")
        }
        let next = words[index]
        guard next != "--", Flag.find(spelling: next, preferring: subcommand) == nil else {
            throw word.error(
                "\(spelling) needs a value, but \(next) comes next", place,
                hint: "\(spelling) \(name)", notes: ["if \(next) is the value, type --\(flag.long)=\(next)"])
        }
        index += 1
        return Argument(text: next, index: index - 1, prefix: spelling)
    }

    /// Refuses a long flag with one dash, which would be read as a cluster.
    private func refuseOneDash(_ word: Argument) throws(UsageError) {
        let name = String(word.text.dropFirst().prefix { $0 != "=" })
        guard name.count > 1, let flag = Flag.find(long: name, preferring: subcommand) else { return }
        throw word.error(
            "a long flag has two dashes", 0..<name.utf8.count + 1, hint: "did you mean --\(flag.long)?")
    }

    private func unknown(_ spelling: String, in word: Argument, at place: Range<Int>) -> UsageError {
        if let reason = Flag.needless[spelling] {
            return word.error("there is no flag \(spelling): \(reason)", place)
        }
        let help = "obstrace" + (subcommand == .trace ? "" : " \(subcommand.rawValue)") + " --help"
        return word.error(
            "there is no flag \(spelling)", place,
            hint: Flag.meant(by: spelling, of: subcommand).map { "did you mean \($0)?" },
            notes: ["try: \(help)"])
    }
}

extension String {
    /// The number of UTF-8 bytes before a place.
    fileprivate func utf8Offset(_ place: Index) -> Int { utf8.distance(from: startIndex, to: place) }
}
