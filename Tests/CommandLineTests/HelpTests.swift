import Testing

@testable import CommandLine

private func help(_ subcommand: Subcommand, isLong: Bool) -> String {
    HelpRequest(subcommand: subcommand, isLong: isLong).text
}

@Suite struct HelpTests {
    @Test(arguments: Subcommand.allCases)
    func `the short help fits a screen`(subcommand: Subcommand) {
        let lines = help(subcommand, isLong: false).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count - 1 <= 24)
        #expect(lines.last == "")
    }

    @Test(arguments: Subcommand.allCases, [false, true])
    func `no line is wider than 80 columns or ends in blanks`(subcommand: Subcommand, isLong: Bool) {
        for line in help(subcommand, isLong: isLong).split(separator: "\n") {
            #expect(String(line).columns <= 80, "\(line)")
            #expect(!line.hasSuffix(" "), "\(line)")
            #expect(!line.contains("`"), "\(line)")
        }
    }

    @Test(arguments: [Subcommand.trace, .list])
    func `the short help has every common flag, two examples and the way to more`(subcommand: Subcommand) {
        let text = help(subcommand, isLong: false)
        for flag in Flag.all(of: subcommand) {
            for spelling in flag.spellings {
                let isShown = text.words.contains(spelling)
                #expect(isShown || !flag.isCommon, "\(spelling)")
            }
            #expect(text.contains(flag.summary) == flag.isCommon, "\(flag.long)")
        }
        let examples = text.split(separator: "\n").drop { $0 != "examples:" }
        #expect(examples.filter { $0.contains("obstrace") && $0.hasPrefix("  ") }.count == 2)
        #expect(text.contains("--help"))
    }

    @Test(arguments: [Subcommand.trace, .list])
    func `the long help explains every flag of the subcommand and no other`(subcommand: Subcommand) {
        let text = help(subcommand, isLong: true)
        let lines = text.split(separator: "\n").map(String.init)
        for flag in Flag.all {
            let head = (flag.short.map { "  -\($0), " } ?? "      ") + "--\(flag.long)"
            let isExplained = lines.contains {
                $0 == head || $0.hasPrefix(head + " ") || $0.hasPrefix(head + "[")
            }
            let isOwn = Flag.all(of: subcommand).contains { $0.long == flag.long }
            #expect(isExplained == isOwn, "\(flag.long)")
        }
        let running = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        for flag in Flag.all(of: subcommand) {
            for sentence in flag.detail { #expect(running.contains(sentence.unmarked), "\(flag.long)") }
        }
    }

    @Test func `the long help has the template language, exit statuses and examples`() {
        let text = help(.trace, isLong: true)
        for part in TemplateReference.all {
            for piece in part.pieces { #expect(text.contains(piece)) }
        }
        for status in ExitStatus.ofTrace { #expect(text.contains("\n  \(status.status) ")) }
        for line in Example.trace.flatMap(\.command) { #expect(text.contains(line)) }
    }

    @Test func `the examples can be parsed`() throws {
        for example in Example.trace + Example.list {
            let line = example.command.joined(separator: " ").replacing(" \\ ", with: " ")
            var words = shellWords(line)
            if words.first == "sudo" { words.removeFirst() }
            #expect(words.removeFirst() == "obstrace")
            _ = try parse(words)
        }
    }

    /// The words of a line in which single quotes are the only quotes.
    private func shellWords(_ line: String) -> [String] {
        line.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .flatMap { index, part in
                index.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
            }
    }
}

extension String {
    fileprivate var words: [String] { split { $0 == " " || $0 == "\n" || $0 == "," }.map(String.init) }
}

@Suite struct TableTests {
    @Test func `no two flags of a subcommand share a spelling`() {
        for subcommand in Subcommand.allCases {
            let spellings = Flag.all(of: subcommand).flatMap { $0.spellings + $0.aliases.map { "--" + $0 } }
            #expect(Set(spellings).count == spellings.count)
        }
    }

    @Test func `flags of one spelling take the next word in all subcommands or in none`() {
        // The subcommand is found by reading past the flags before it.
        for flag in Flag.all {
            for other in Flag.all where !Set(flag.spellings).isDisjoint(with: other.spellings) {
                #expect((flag.separateValue == nil) == (other.separateValue == nil), "\(flag.long)")
            }
        }
    }

    @Test func `no flag is mistaken for another one`() {
        for subcommand in Subcommand.allCases {
            let flags = Flag.all(of: subcommand)
            let misnomers = flags.flatMap(\.misnomers)
            #expect(Set(misnomers).count == misnomers.count)
            #expect(Set(misnomers).isDisjoint(with: flags.flatMap(\.spellings)))
        }
    }
}
