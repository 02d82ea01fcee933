import Foundation
import Testing

@testable import CommandLine

extension GeneratedFile {
    /// Where the file is kept in the package.
    var path: String {
        switch self {
        case .man: "man/obstrace.1"
        case .bash: "completions/obstrace.bash"
        case .zsh: "completions/_obstrace"
        case .fish: "completions/obstrace.fish"
        }
    }
}

@Suite struct GeneratedFileTests {
    @Test(arguments: GeneratedFile.allCases)
    func `the committed file is the generated one`(file: GeneratedFile) throws {
        let committed = try String(contentsOf: package.appending(path: file.path), encoding: .utf8)
        #expect(
            committed == file.text, "regenerate it: obstrace --generate \(file.rawValue) > \(file.path)")
    }

    @Test(arguments: [
        (["mandoc", "-T", "lint", "-W", "warning"], GeneratedFile.man), (["bash", "-n"], .bash),
        (["zsh", "-n"], .zsh), (["fish", "-n"], .fish),
    ])
    func `its own language finds nothing wrong with it`(checker: [String], file: GeneratedFile) throws {
        let output = try run(checker + [package.appending(path: file.path).path()])
        #expect(output.out + output.err == "")
        #expect(output.status == 0)
    }

    @Test func `the man page explains every flag`() throws {
        let page = try run(["mandoc", "-T", "ascii"], input: GeneratedFile.man.text).out
            .replacing(#/.\u{8}/#, with: "")
        let lines = page.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        for subcommand in Subcommand.allCases where subcommand != .help {
            for flag in Flag.all(of: subcommand) {
                let head = flag.spellings.joined(separator: ", ") + flag.valueUsage
                let count = lines.count { $0 == head || $0.hasPrefix(head + "  ") }
                #expect(count == flag.sections, "\(head)")
                #expect(page.contains("[\(flag.spellings[0])"), "\(head)")
            }
        }
    }

    @Test func `the man page has every section`() {
        let sections = GeneratedFile.man.text.split(separator: "\n").filter { $0.hasPrefix(".Sh ") }
            .map { $0.dropFirst(4) }
        #expect(
            sections == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COUNTING", "HISTOGRAMS", "LIVE TABLE",
                "LISTING", "PAIRS",
                "TEMPLATES", "RECORDS", "FILTERS", "SYSTEM CALLS", "PROBES", "RECORDINGS",
                "OUTPUT ORDER AND LOSS", "PERMISSIONS", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO",
            ])
    }

    @Test func `the man page shows examples as they are typed`() throws {
        let page = try run(["mandoc", "-T", "ascii"], input: GeneratedFile.man.text).out
        for line in (Example.trace + Subcommand.summing.flatMap(Example.summing) + Example.list).flatMap(
            \.command)
        { #expect(page.contains(line)) }
    }

    @Test(arguments: [GeneratedFile.bash, .zsh, .fish])
    func `a completion knows every flag`(file: GeneratedFile) {
        let words = Set(file.text.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init))
        for flag in Flag.all {
            let spellings = file == .fish ? [flag.long] : flag.spellings
            for spelling in spellings { #expect(words.contains(spelling), "\(spelling)") }
        }
    }
}

extension Flag {
    /// In how many sections of the man page a head like this flag's stands.
    fileprivate var sections: Int {
        // What subcommands that count share with tracing is explained with that.
        Flag.all.filter { $0.spellings == spellings && $0.valueUsage == valueUsage }
            .map { flag in
                flag.subcommands.count {
                    $0 == .trace || $0 == .list || (Subcommand.summing.contains($0) && flag.topic == .summing)
                        || ($0 == .pair && !flag.subcommands.contains(.trace))
                        || ($0 == .syscalls && flag.topic == .calls)
                        || ($0 == .convert && flag.topic == .recordings)
                }
            }
            .reduce(0, +)
    }
}
