/// One entry of the table of flags: how it is typed, what it means, and what it sets.
struct Flag: Sendable {
    /// What a flag's value is.
    struct Value: Sendable {
        /// How the value is called in texts, in capitals.
        let name: String
        /// What a shell offers for it.
        let completion: Completion
        /// Whether it can be left out; it is then attached by `=` where it is not.
        let isOptional: Bool

        init(name: String, completion: Completion, isOptional: Bool = false) {
            self.name = name
            self.completion = completion
            self.isOptional = isOptional
        }
    }

    /// What a shell can offer for a value.
    enum Completion: Sendable, Equatable {
        case nothing
        case files
        case words([String])
        case processes
        /// The names of users, with commas between them.
        case users
        /// The names of fields inside `<...>`, of the events typed so far.
        case template
    }

    /// What the parser does with a flag that was typed: it notes the value in the draft, and never acts.
    typealias Setter = @Sendable (inout Draft, Argument) throws(UsageError) -> Void

    /// The name after `--`.
    let long: String
    /// The letter after `-`.
    let short: Character?
    /// Other long names that work and are not shown.
    let aliases: [String]
    /// What people type who mean this flag, as it is typed, such as another tool's name for it.
    let misnomers: [String]
    /// What follows the flag; nil if it stands alone.
    let value: Value?
    /// Where the flag can be used.
    let subcommands: [Subcommand]
    let topic: Topic
    /// Whether the short help shows it.
    let isCommon: Bool
    /// What it does, in a few words.
    let summary: String
    /// What it does, sentence by sentence; what is typed as it stands is between backticks.
    let detail: [String]
    let set: Setter

    init(
        _ long: String, _ short: Character? = nil, aliases: [String] = [], misnomers: [String] = [],
        value: Value? = nil, of subcommands: [Subcommand], topic: Topic, isCommon: Bool = true,
        summary: String, detail: [String], set: @escaping Setter
    ) {
        self.long = long
        self.short = short
        self.aliases = aliases
        self.misnomers = misnomers
        self.value = value
        self.subcommands = subcommands
        self.topic = topic
        self.isCommon = isCommon
        self.summary = summary
        self.detail = detail
        self.set = set
    }

    /// The ways to type the flag, the letter first.
    var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + ["--" + long] }

    /// The value that the next word can be; nil for none.
    var separateValue: Value? { value.flatMap { $0.isOptional ? nil : $0 } }

    /// How the value is typed after the flag; nothing for a flag that stands alone.
    var valueUsage: String {
        guard let value else { return "" }
        return value.isOptional ? "[=\(value.name)]" : " \(value.name)"
    }

    /// The spellings of all flags whose value can be the next word.
    static var spellingsBeforeValue: [String] {
        var seen: Set<String> = []
        return all.filter { $0.separateValue != nil }.flatMap(\.spellings)
            .filter { seen.insert($0).inserted }
    }

    /// The spellings of all flags that take a value, by what a shell can offer for it.
    static var spellingsByCompletion: [(Completion, [String])] {
        var groups: [(completion: Completion, spellings: [String])] = []
        for flag in all {
            guard let completion = flag.value?.completion else { continue }
            let index = groups.firstIndex { $0.completion == completion } ?? groups.count
            if index == groups.count { groups.append((completion, [])) }
            groups[index].spellings += flag.spellings.filter { !groups[index].spellings.contains($0) }
        }
        return groups
    }

    /// The flags of a subcommand in the table's order.
    static func all(of subcommand: Subcommand) -> [Flag] {
        all.filter { $0.subcommands.contains(subcommand) }
    }

    /// Finds a flag by what it is called: that of the subcommand, or else another subcommand's.
    private static func find(preferring subcommand: Subcommand, _ matches: (Flag) -> Bool) -> Flag? {
        let found = all.filter(matches)
        return found.first { $0.subcommands.contains(subcommand) } ?? found.first
    }

    /// Finds a flag by its long name, without the dashes.
    static func find(long name: String, preferring subcommand: Subcommand) -> Flag? {
        find(preferring: subcommand) { $0.long == name || $0.aliases.contains(name) }
    }

    /// Finds a flag by its letter.
    static func find(short letter: Character, preferring subcommand: Subcommand) -> Flag? {
        find(preferring: subcommand) { $0.short == letter }
    }

    /// Finds a flag by a whole word that spells nothing but it.
    static func find(spelling word: String, preferring subcommand: Subcommand) -> Flag? {
        if word.hasPrefix("--") { return find(long: String(word.dropFirst(2)), preferring: subcommand) }
        guard word.count == 2, word.hasPrefix("-"), let letter = word.last else { return nil }
        return find(short: letter, preferring: subcommand)
    }

    /// The spelling that was most likely meant by a word that is none of a subcommand's flags.
    static func meant(by word: String, of subcommand: Subcommand) -> String? {
        let flags = all(of: subcommand)
        if let flag = flags.first(where: { $0.misnomers.contains(word) }) { return flag.spellings.last }
        if word.hasPrefix("--") {
            // `--f` is meant as `-f`.
            if word.count == 3, let letter = word.last, flags.contains(where: { $0.short == letter }) {
                return "-\(letter)"
            }
            let name = String(word.dropFirst(2))
            return nearest(to: name, among: flags.map(\.long)).map { "--" + $0 }
        }
        let letter = String(word.dropFirst())
        let other = letter == letter.lowercased() ? letter.uppercased() : letter.lowercased()
        return flags.contains { $0.short.map(String.init) == other } ? "-" + other : nil
    }
}
