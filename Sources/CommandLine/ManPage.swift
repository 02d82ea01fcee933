extension GeneratedFile {
    /// The man page in mdoc.
    static var manPage: String {
        var page = Mdoc()
        page.lines = [
            ".\\\" Printed by: obstrace --generate man", ".Dd \(manDate)", ".Dt OBSTRACE 1",
            ".Os obstrace \(version)",
            ".Sh NAME",
            ".Nm obstrace", ".Nd print a line for each event at the kernel's tracepoints, by a template",
        ]
        page.synopsis()
        page.section("DESCRIPTION")
        page.prose(.trace)
        page.subsection("Subcommands")
        page.list(
            Subcommand.allCases.map { (".It Cm \($0.rawValue)", [$0.summary]) }, width: "trace")
        page.section("OPTIONS")
        page.options(of: .trace)
        let sections = zip(Subcommand.summing, ["COUNTING", "HISTOGRAMS", "LIVE TABLE"])
        for (subcommand, section) in sections {
            page.section(section)
            page.prose(Prose.summing(subcommand))
            page.lines.append(".Pp")
            page.sentences(["These options are added to those above that choose, filter, limit and print:"])
            page.options(of: subcommand) { $0.topic == .summing }
        }
        page.section("LISTING")
        page.prose(.list)
        page.options(of: .list)
        page.section("PAIRS")
        page.prose(.pair)
        page.lines.append(".Pp")
        page.sentences(["These options are added to those above that limit and print:"])
        page.options(of: .pair) { !$0.subcommands.contains(.trace) }
        page.subsection("Names")
        page.table(KnownPair.all.map { ($0.name, $0.summary) })
        page.section("TEMPLATES")
        page.sentences(TemplateReference.essence)
        for part in TemplateReference.all {
            page.lines.append(".Pp")
            page.sentences([part.introduction])
            page.table(part.rows)
        }
        page.section("RECORDS")
        page.prose(.records)
        page.section("FILTERS")
        page.sentences(FilterReference.essence)
        page.table(FilterReference.rows)
        page.lines.append(".Pp")
        page.sentences(FilterReference.rules)
        page.section("SYSTEM CALLS")
        page.prose(.syscalls)
        page.subsection(Topic.calls.rawValue)
        page.options(of: .syscalls) { $0.topic == .calls }
        page.section("PROBES")
        page.sentences(ProbeReference.essence)
        page.table(ProbeReference.places)
        page.lines.append(".Pp")
        page.sentences(ProbeReference.rules)
        page.table(ProbeReference.arguments)
        page.lines.append(".Pp")
        page.sentences(["Types:"])
        page.table(ProbeReference.types)
        page.section("RECORDINGS")
        page.prose(.recordings)
        page.lines.append(".Pp")
        page.prose(.info)
        page.lines.append(".Pp")
        page.prose(.convert)
        page.options(of: .convert) { $0.topic == .recordings }
        page.section("OUTPUT ORDER AND LOSS")
        page.prose(.order)
        page.section("PERMISSIONS")
        page.prose(.permissions)
        page.section("ENVIRONMENT")
        page.prose(.environment)
        page.section("EXIT STATUS")
        page.table(ExitStatus.ofTrace.map { ($0.status, $0.meaning) })
        page.lines.append(".Pp")
        page.sentences([ExitStatus.ofCommand])
        page.lines.append(".Pp")
        page.sentences(["`obstrace list` exits with 1 if nothing matches."])
        page.section("EXAMPLES")
        page.examples(
            Example.trace + Subcommand.summing.flatMap(Example.summing) + Example.pair + Example.syscalls
                + Example.recordings + Example.conversions
                + Example.list)
        page.section("SEE ALSO")
        page.lines += [".Xr perf-trace 1 ,", ".Xr trace-cmd 1 ,", ".Xr bpftrace 8"]
        return page.lines.map { $0 + "\n" }.joined()
    }

    /// The date that the man page bears.
    private static let manDate = "November 25, 2026"
}

/// A page in mdoc, as lines of its source.
private struct Mdoc {
    var lines: [String] = []

    /// What stands for something that the user fills in.
    private static let metavariables = Set(
        Flag.all.compactMap { $0.value?.metavariable } + [
            "EVENT", "COMMAND", "ARG", "GLOB", "SUBCOMMAND", "VALUE", "FIELD", "START", "END", "NAME", "CALL",
        ])

    mutating func section(_ name: String) { lines.append(".Sh " + name) }

    mutating func subsection(_ name: String) { lines.append(".Ss " + name) }

    mutating func synopsis() {
        section("SYNOPSIS")
        for subcommand in Subcommand.allCases {
            let isDefault = subcommand == .trace
            lines += [".Nm", isDefault ? ".Op Cm trace" : ".Cm \(subcommand.rawValue)"]
            switch subcommand {
            case .trace: lines += Flag.all(of: .trace).map(\.synopsis) + [".Ar EVENT ..."]
            case .count, .hist, .top:
                lines +=
                    Flag.all(of: subcommand).filter { $0.topic == .summing }.map(\.synopsis)
                    + [".Op Ar options", ".Ar EVENT ..."] + (subcommand == .hist ? [".Ar VALUE"] : [])
            case .info: lines += [".Op Ar options", ".Ar FILE"]
            case .convert: lines += [".Op Fl -to Ar KIND", ".Ar IN OUT"]
            case .syscalls:
                lines +=
                    Flag.all(of: .syscalls).filter { $0.topic == .calls }.map(\.synopsis)
                    + [".Op Ar options", ".Op Ar CALL ..."]
            case .list: lines += Flag.all(of: .list).map(\.synopsis) + [".Op Ar GLOB ..."]
            case .pair: lines += Flag.all(of: .pair).map(\.synopsis) + [".Ar START END"]
            case .help: lines.append(".Op Ar SUBCOMMAND")
            }
            if Subcommand.tracing.contains(subcommand) {
                lines.append(".Op Fl \\&- Ar COMMAND Op Ar ARG ...")
            }
        }
    }

    /// Lists some of the flags, whatever their topic.
    mutating func options(of subcommand: Subcommand, where isListed: (Flag) -> Bool) {
        let flags = Flag.all(of: subcommand).filter(isListed)
        list(flags.map { ($0.item, $0.detail) }, width: "Ds")
    }

    mutating func options(of subcommand: Subcommand) {
        let flags = Flag.all(of: subcommand)
        for topic in Topic.allCases where flags.contains(where: { $0.topic == topic }) {
            subsection(topic.rawValue)
            list(flags.filter { $0.topic == topic }.map { ($0.item, $0.detail) }, width: "Ds")
        }
    }

    mutating func prose(_ prose: Prose) {
        for (index, paragraph) in prose.paragraphs.enumerated() {
            if index > 0 { lines.append(".Pp") }
            sentences(paragraph)
        }
    }

    mutating func table(_ rows: [(String, String)]) {
        let widest = rows.map(\.0).max { $0.count < $1.count } ?? ""
        let items = rows.map { (".It Li " + Self.argument($0.0), [$0.1]) }
        list(items, width: Self.argument(widest))
    }

    mutating func list(_ items: [(String, [String])], width: String) {
        lines.append(".Bl -tag -width \(width)")
        for item in items {
            lines.append(item.0)
            sentences(item.1)
        }
        lines.append(".El")
    }

    mutating func examples(_ examples: [Example]) {
        for (index, example) in examples.enumerated() {
            if index > 0 { lines.append(".Pp") }
            sentences([example.purpose])
            lines.append(".Bd -literal -offset indent")
            lines += example.command.map(Self.literal)
            lines.append(".Ed")
        }
    }

    /// Adds sentences, each on lines of its own.
    mutating func sentences(_ sentences: [String]) {
        for sentence in sentences {
            var line = ""
            for word in Self.words(of: sentence) {
                if word.isMacro {
                    if !line.isEmpty { lines.append(line) }
                    line = ""
                    lines.append(word.text)
                } else {
                    line += (line.isEmpty ? "" : " ") + word.text
                }
            }
            if !line.isEmpty { lines.append(line) }
        }
    }

    /// The words of a sentence, those in macros where the marks and the metavariables ask for it.
    private static func words(of sentence: String) -> [(text: String, isMacro: Bool)] {
        var words: [(text: String, isMacro: Bool)] = []
        for (index, part) in sentence.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            guard index.isMultiple(of: 2) else {
                words.append((macro(typed: String(part)), true))
                continue
            }
            var rest = part
            if index > 0 {
                // What follows a mark without a blank is the macro's trailing punctuation.
                let closing = rest.prefix { $0 != " " }
                rest = rest.dropFirst(closing.count)
                words[words.count - 1].text += closing.map { " \($0)" }.joined()
            }
            for word in rest.split(separator: " ") { words.append(plain(String(word))) }
        }
        return words
    }

    /// A word of running text.
    private static func plain(_ word: String) -> (text: String, isMacro: Bool) {
        let core = String(word.prefix { $0.isUppercase })
        let tail = word.dropFirst(core.count)
        if word.hasPrefix("obstrace") {
            return (".Nm" + word.dropFirst("obstrace".count).map { " \($0)" }.joined(), true)
        }
        guard metavariables.contains(core), tail.isEmpty || "s,.;:".contains(tail.prefix(1)) else {
            return (escaped(word), false)
        }
        let plural = tail.hasPrefix("s") ? " Ns s" : ""
        return (
            ".Ar \(core)\(plural)" + tail.dropFirst(plural.isEmpty ? 0 : 1).map { " \($0)" }.joined(), true
        )
    }

    /// What is typed as it stands.
    private static func macro(typed text: String) -> String {
        if let flag = Flag.all.first(where: { $0.spellings.contains(text) }) {
            return ".Fl " + (text.hasPrefix("--") ? "-\(flag.long)" : String(text.dropFirst()))
        }
        return (text.contains("'") ? ".Li " : ".Ql ") + argument(text)
    }

    /// A text as one argument of a macro.
    private static func argument(_ text: String) -> String { "\"" + literal(text) + "\"" }

    /// A text that is shown exactly as it is, so that it can be copied into a shell.
    private static func literal(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "'": escaped += "\\(aq"
            case "\"": escaped += "\\(dq"
            case "^": escaped += "\\(ha"
            case "~": escaped += "\\(ti"
            case ".", "|", "(", ")", "[", "]", ",", ";", ":", "!", "?":
                // Alone, they would be taken for punctuation around the argument.
                escaped += text.count == 1 ? "\\&\(character)" : String(character)
            default: escaped.append(character)
            }
        }
        return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
    }

    /// A word of running text that must not be taken for a request.
    private static func escaped(_ word: String) -> String {
        let text = word.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\e")
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }
}

extension Flag.Value {
    /// The name without what tells that it is a list.
    fileprivate var metavariable: String { String(name.prefix { $0.isUppercase }) }
}

extension Flag {
    private var argument: String {
        guard let value else { return "" }
        return value.isOptional ? " Ns Op = Ns Ar \(value.name)" : " Ar \(value.name)"
    }

    /// The flag as the synopsis shows it.
    fileprivate var synopsis: String { ".Op Fl " + (short.map(String.init) ?? "-\(long)") + argument }

    /// The flag as the head of its explanation.
    fileprivate var item: String {
        ".It " + (short.map { "Fl \($0) , " } ?? "") + "Fl -\(long)" + argument
    }
}
