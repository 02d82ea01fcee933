/// The version that `--version` prints.
public let version = "0.1.0"

/// A help text that was asked for.
public struct HelpRequest: Sendable, Equatable {
    public let subcommand: Subcommand
    /// Whether everything is explained (`--help`) or the essence is shown (`-h`).
    public let isLong: Bool

    public init(subcommand: Subcommand, isLong: Bool) {
        self.subcommand = subcommand
        self.isLong = isLong
    }

    /// The text, no wider than 80 columns, ended by a newline.
    public var text: String {
        var page = Page()
        switch (subcommand, isLong) {
        case (.list, false): page.shortList()
        case (.list, true): page.longList()
        case (.info, let isLong): page.file(.info, .info, Example.recordings, isLong: isLong)
        case (.convert, let isLong): page.file(.convert, .convert, Example.conversions, isLong: isLong)
        case (.count, _), (.hist, _), (.top, _): page.summary(subcommand, isLong: isLong)
        case (.syscalls, _): page.calls(isLong: isLong)
        case (.pair, false): page.shortPair()
        case (.pair, true): page.longPair()
        case (_, false): page.shortTrace()
        case (_, true): page.longTrace()
        }
        return page.lines.map { $0 + "\n" }.joined()
    }
}

/// The lines of a help text.
private struct Page {
    private static let width = 80
    private(set) var lines: [String] = []

    mutating func shortTrace() {
        lines.append("obstrace: a line for each event at the kernel's tracepoints, by your template")
        lines.append("")
        usage([.trace])
        let names = (Subcommand.summing + [.pair, .syscalls]).map(\.rawValue).joined(separator: "|")
        lines.append("       obstrace \(names) [options] EVENT...  (-h tells more)")
        lines.append("       obstrace " + Subcommand.list.synopsis)
        lines.append("")
        summaries(of: .trace)
        examples(Example.trace.prefix(2))
        lines.append("All flags, the template language, exit statuses: obstrace --help")
    }

    mutating func shortList() {
        lines.append("obstrace list: list and search the tracepoints of this kernel")
        lines.append("")
        usage([.list])
        lines.append("")
        summaries(of: .list)
        examples(Example.list.prefix(2))
        lines.append("Every flag explained: obstrace list --help")
    }

    mutating func shortPair() {
        lines.append("obstrace pair: match two events, print the time between them")
        lines.append("")
        usage([.pair])
        lines.append("       obstrace pair [options] NAME [-- COMMAND [ARG...]]")
        lines.append("       obstrace pair list")
        lines.append("")
        let own = Flag.all(of: .pair).filter { $0.isCommon && !$0.subcommands.contains(.trace) }
        table(own.map { ($0.head + ($0.separateValue == nil ? "" : $0.valueUsage), $0.summary) })
        examples(Example.pair.prefix(2))
        lines.append("Every flag explained: obstrace pair --help")
    }

    mutating func longPair() {
        usage([.pair])
        lines.append("       obstrace pair [options] NAME [-- COMMAND [ARG...]]")
        lines.append("       obstrace pair list")
        prose(.pair)
        details(of: .pair)
        heading("Names")
        table(KnownPair.all.map { ($0.name, $0.summary) })
        heading("Exit status")
        table(ExitStatus.ofTrace.map { ($0.status, $0.meaning) })
        heading("Examples")
        explained(Example.pair)
    }

    mutating func longTrace() {
        usage(Subcommand.allCases)
        heading("Subcommands")
        table(Subcommand.allCases.map { ($0.rawValue, $0.summary) })
        prose(.trace)
        details(of: .trace)
        heading("Templates")
        lines += wrapped(TemplateReference.essence)
        for part in TemplateReference.all {
            lines += [""] + wrapped([part.introduction])
            table(part.rows)
        }
        heading("Records")
        prose(.records)
        heading("Filters")
        lines += wrapped(FilterReference.essence) + [""]
        table(FilterReference.rows)
        lines += [""] + wrapped(FilterReference.rules)
        heading("Probes")
        lines += wrapped(ProbeReference.essence) + [""]
        table(ProbeReference.places)
        lines += [""] + wrapped(ProbeReference.rules)
        table(ProbeReference.arguments)
        lines += [""] + wrapped(["Types:"])
        table(ProbeReference.types)
        heading("Recordings")
        prose(.recordings)
        heading("Exit status")
        table(ExitStatus.ofTrace.map { ($0.status, $0.meaning) })
        lines += [""] + wrapped([ExitStatus.ofCommand])
        heading("Examples")
        explained(Example.trace)
        lines += ["", "More: man obstrace, obstrace list --help"]
    }

    mutating func longList() {
        usage([.list])
        prose(.list)
        details(of: .list)
        heading("Exit status")
        table(ExitStatus.ofList.map { ($0.status, $0.meaning) })
        heading("Examples")
        explained(Example.list)
    }

    /// The help of what has to do with recordings only.
    mutating func file(_ subcommand: Subcommand, _ text: Prose, _ shown: [Example], isLong: Bool) {
        lines.append("obstrace \(subcommand.rawValue): \(subcommand.summary)")
        lines.append("")
        usage([subcommand])
        if isLong {
            prose(text)
            details(of: subcommand)
            heading("Examples")
            explained(shown)
        } else {
            lines.append("")
            summaries(of: subcommand)
            examples(shown.prefix(2))
        }
    }

    mutating func calls(isLong: Bool) {
        if !isLong {
            lines.append("obstrace syscalls: \(Subcommand.syscalls.summary)")
            lines.append("")
        }
        usage([.syscalls])
        if isLong {
            prose(.syscalls)
            details(of: .syscalls)
            heading("Examples")
            explained(Example.syscalls)
            lines += ["", "Filters, exit statuses: obstrace --help"]
        } else {
            lines.append("")
            summaries(of: .syscalls)
            examples(Example.syscalls.prefix(2))
            lines.append("Every flag explained: obstrace syscalls --help")
        }
    }

    mutating func summary(_ subcommand: Subcommand, isLong: Bool) {
        if !isLong {
            lines.append("obstrace \(subcommand.rawValue): \(subcommand.summary)")
            lines.append("")
        }
        usage([subcommand])
        if isLong {
            prose(Prose.summing(subcommand))
            details(of: subcommand)
            heading("Examples")
            explained(Example.summing(subcommand))
            lines += ["", "Values, filters, exit statuses: obstrace --help"]
        } else {
            lines.append("")
            summaries(of: subcommand)
            examples(Example.summing(subcommand).prefix(2))
            lines.append("Every flag explained: obstrace \(subcommand.rawValue) --help")
        }
    }

    private mutating func usage(_ subcommands: [Subcommand]) {
        for (index, subcommand) in subcommands.enumerated() {
            lines.append((index == 0 ? "usage: " : "       ") + "obstrace " + subcommand.synopsis)
        }
    }

    private mutating func heading(_ text: String) { lines += ["", text + ":"] }

    private mutating func prose(_ prose: Prose) {
        for paragraph in prose.paragraphs { lines += [""] + wrapped(paragraph) }
    }

    private func wrapped(_ sentences: [String], indent: Int = 0) -> [String] {
        sentences.joined(separator: " ").unmarked.wrapped(to: Self.width, indent: indent)
    }

    /// Adds rows of two columns, the second one wrapped.
    private mutating func table(_ rows: [(String, String)]) {
        let column = (rows.map(\.0.columns).max() ?? 0) + 4
        for row in rows {
            let meaning = wrapped([row.1], indent: column)
            lines.append(("  " + row.0).padded(to: column) + (meaning.first ?? "").dropFirst(column))
            lines += meaning.dropFirst()
        }
    }

    private mutating func summaries(of subcommand: Subcommand) {
        table(
            Flag.all(of: subcommand).filter(\.isCommon).map { flag in
                (flag.head + (flag.separateValue == nil ? "" : flag.valueUsage), flag.summary)
            })
    }

    private mutating func details(of subcommand: Subcommand) {
        let flags = Flag.all(of: subcommand)
        for topic in Topic.allCases where flags.contains(where: { $0.topic == topic }) {
            heading(topic.rawValue)
            for flag in flags where flag.topic == topic {
                lines.append("  " + flag.head + flag.valueUsage)
                lines += wrapped(flag.detail, indent: 10)
            }
        }
    }

    private mutating func examples(_ examples: ArraySlice<Example>) {
        lines += ["", "examples:"] + examples.flatMap(\.command).map { "  " + $0 } + [""]
    }

    private mutating func explained(_ examples: [Example]) {
        for example in examples {
            lines += wrapped([example.purpose], indent: 2) + example.command.map { "      " + $0 }
        }
    }
}

extension Flag {
    /// How the flag is called, the long names below one another whether there is a letter or not.
    fileprivate var head: String { (short.map { "-\($0), " } ?? "    ") + "--" + long }
}
