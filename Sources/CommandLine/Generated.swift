/// A file of the package that derives from the table of flags.
public enum GeneratedFile: String, Sendable, CaseIterable {
    case man
    case bash
    case zsh
    case fish

    /// The hidden flag that prints one of them, or the fields of events for the completions.
    static let flag = "--generate"

    /// Reads `--generate man|bash|zsh|fish` and `--generate fields EVENT...`.
    static func parse(_ arguments: [String]) throws(UsageError) -> Invocation {
        let word = Argument(text: arguments.dropFirst().first ?? "", index: 1, prefix: flag)
        if word.text == "fields" { return .completeFields(Array(arguments.dropFirst(2))) }
        guard let file = GeneratedFile(rawValue: word.text) else {
            throw word.error("\(flag) prints one file", hint: word.choice(allCases.map(\.rawValue)))
        }
        guard arguments.count == 2 else {
            throw Argument(text: arguments[2], index: 2).error("\(flag) prints one file")
        }
        return .generate(file)
    }

    /// The whole text of the file.
    public var text: String {
        switch self {
        case .man: Self.manPage
        case .bash: Self.bashCompletion
        case .zsh: Self.zshCompletion
        case .fish: Self.fishCompletion
        }
    }
}
