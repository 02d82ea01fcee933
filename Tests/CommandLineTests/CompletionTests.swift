import Foundation
import Testing

@testable import CommandLine

/// A folder with an `obstrace` that knows four events and some fields.
private final class FakeObstrace {
    let folder = URL.temporaryDirectory.appending(path: UUID().uuidString)

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let program = folder.appending(path: "obstrace")
        let text = #"""
            #!/bin/sh
            case $1 in
            list)
                for event in sched:sched_process_exec sched:sched_process_exit sched:sched_switch \
                    syscalls:sys_enter_write; do
                    case $event in $2) echo $event ;; esac
                done ;;
            --generate)
                test "$2" = fields || exit 2
                shift 2
                for event; do
                    case $event in
                    sched:sched_process_exec) printf '%s\n' filename pid old_pid ;;
                    sched:sched_switch) printf '%s\n' prev_comm next_comm ;;
                    *) echo "no such event: $event" >&2 ;;
                    esac
                done ;;
            esac
            """#
        try text.write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path())
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// What a shell needs to find the program and no settings of the user.
    var environment: [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return [
            "PATH": folder.path() + ":" + path, "HOME": folder.path(), "TERM": "dumb", "LC_ALL": "C.UTF-8",
        ]
    }
}

/// Lines up to the cursor that all shells are asked to complete, with what they are to offer.
///
/// What is offered is the whole word as the program would get it, without quotes.
private let common: [(line: String, offered: [String])] = [
    ("obstrace sch", ["sched:"]),
    ("obstrace s", ["sched:", "syscalls", "syscalls:"]),
    ("obstrace sched:", ["sched:sched_process_exec", "sched:sched_process_exit", "sched:sched_switch"]),
    ("obstrace sched:sched_sw", ["sched:sched_switch"]),
    ("obstrace nothing:", []),
    ("obstrace 'sched:sched_sw", ["sched:sched_switch"]),
    ("obstrace 'sched:*' '!sched:sched_sw", ["!sched:sched_switch"]),
    ("obstrace -v sched:sched_switch sys", ["syscalls:"]),
    ("obstrace li", ["list"]),
    ("obstrace help l", ["list"]),
    ("obstrace list sched:sched_sw", ["sched:sched_switch"]),
    ("obstrace --form", ["--format"]),
    ("obstrace list --fi", ["--field"]),
    ("obstrace list --for", []),
    ("obstrace --fi", []),
    ("obstrace --color ", ["always", "auto", "never"]),
    ("obstrace --color=ne", ["--color=never"]),
    ("obstrace --csv=n", ["--csv=numbers"]),
    ("obstrace --json sch", ["sched:"]),
    ("obstrace sched:sched_process_exec -f '<fil", ["<filename>"]),
    ("obstrace sched:sched_process_exec -f \"<pid> <fil", ["<pid> <filename>"]),
    ("obstrace sched:sched_switch -f '<prev_comm|ne", ["<prev_comm|next_comm>"]),
    ("obstrace sched:sched_switch sched:sched_process_exec -f '<o", ["<old_pid>"]),
    ("obstrace sched:sched_process_exec -f '<.p", ["<.pid>"]),
    ("obstrace sched:sched_process_exec -f '<@el", ["<@elapsed>"]),
    ("obstrace sched:sched_process_exec -f '<.el", []),
    ("obstrace sched:sched_process_exec -f '<@fi", ["<@fields>"]),
    ("obstrace sched:sched_process_exec -f '<pid> fil", []),
    ("obstrace sched:sched_process_exec -f '<filename:fil", []),
    ("obstrace sched:sched_switch -- obstra", ["obstrace"]),
    ("obstrace sched:sched_switch -o /proc/meminf", ["/proc/meminfo"]),
    ("obstrace sched:sched_switch -- cat /proc/meminf", ["/proc/meminfo"]),
]

@Suite struct BashCompletionTests {
    private let fake: FakeObstrace

    init() throws { fake = try FakeObstrace() }

    /// Answers what bash would offer in place of the part of the line that it replaces.
    private func replies(_ line: String) throws -> [String] {
        let script = #"""
            set -u
            source "$1"
            compopt() { :; }
            COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
            read -ra COMP_WORDS <<< "$2"
            [[ $2 == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _obstrace
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        let file = package.appending(path: GeneratedFile.bash.path).path()
        let output = try run(
            ["bash", "--norc", "-c", script, "bash", file, line], environment: fake.environment)
        #expect(output.err == "")
        return output.out.split(separator: "\n").map(String.init).sorted()
    }

    @Test func `bash offers what fits`() throws {
        for (line, offered) in common where !line.contains("cat /proc") {
            // bash replaces only what follows a quote, a colon or an equals sign.
            let word = String(line.split(separator: " ", omittingEmptySubsequences: false).last ?? "")
            let isQuoted = line.contains { $0 == "'" || $0 == "\"" }
            let kept =
                isQuoted
                ? 0
                : word.lastIndex { $0 == ":" || $0 == "=" }.map {
                    word.distance(from: word.startIndex, to: $0) + 1
                } ?? 0
            #expect(try replies(line) == offered.map { String($0.dropFirst(kept)) }, "\(line)")
        }
    }

    @Test func `bash offers values that are attached to their flags`() throws {
        let events = "obstrace sched:sched_process_exec"
        #expect(try replies("\(events) --format='<pid> <fil") == ["<pid> <filename>"])
        #expect(try replies("\(events) -f'<pid> <fil") == ["<pid> <filename>"])
        #expect(try replies("\(events) -o/proc/meminf") == ["-o/proc/meminfo"])
        #expect(try replies("\(events) --output=/proc/meminf") == ["/proc/meminfo"])
    }

    @Test func `bash offers processes after a comma too`() throws {
        let own = String(ProcessInfo.processInfo.processIdentifier)
        #expect(try replies("obstrace -p 1,").contains("1," + own))
        #expect(try replies("obstrace -p ").contains(own))
    }

    @Test func `bash offers the flags of the subcommand`() throws {
        for subcommand in Subcommand.allCases {
            let expected = Flag.all(of: subcommand).flatMap(\.spellings).sorted()
            #expect(try replies("obstrace \(subcommand.rawValue) -") == expected)
        }
    }
}

@Suite struct FishCompletionTests {
    private let fake: FakeObstrace

    init() throws { fake = try FakeObstrace() }

    /// Answers what fish would offer.
    private func replies(_ line: String) throws -> [String] {
        let file = package.appending(path: GeneratedFile.fish.path).path()
        let script = "source $argv[1]; complete -C $argv[2]"
        let output = try run(
            ["fish", "--no-config", "-c", script, file, line], environment: fake.environment)
        #expect(output.err == "")
        return output.out.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }.sorted()
    }

    @Test func `fish offers what fits`() throws {
        for (line, offered) in common { #expect(try replies(line) == offered, "\(line)") }
    }

    @Test func `fish offers values that are attached to their flags`() throws {
        let events = "obstrace sched:sched_process_exec"
        #expect(try replies("\(events) --format='<pid> <fil") == ["--format=<pid> <filename>"])
        #expect(try replies("\(events) -f'<pid> <fil") == ["-f<pid> <filename>"])
    }

    @Test func `fish offers the flags of the subcommand`() throws {
        for subcommand in Subcommand.allCases {
            let flags = Flag.all(of: subcommand)
            // One whose value can be left out is offered with and without it.
            let expected =
                flags.flatMap(\.spellings)
                + flags.filter { $0.value?.isOptional == true }.flatMap(\.spellings).map { $0 + "=" }
            #expect(try replies("obstrace \(subcommand.rawValue) -") == expected.sorted())
        }
    }
}

@Suite struct ZshCompletionTests {
    private let fake: FakeObstrace

    init() throws { fake = try FakeObstrace() }

    /// Answers the lines that zsh has made of lines by one TAB each, in a terminal of its own.
    private func completed(_ lines: [String]) throws -> [String] {
        // The widget tells the line between control bytes, which a line that is drawn never holds, so that
        // nothing depends on time or on how lines are drawn.
        let settings = #"""
            PS1= fpath=("$COMPLETIONS" $fpath)
            unsetopt beep auto_menu
            autoload -U compinit
            compinit -u -D
            tell() { print -rn -- $'\x01'"$BUFFER"$'\x02'; BUFFER= }
            zle -N tell
            bindkey '^T' tell
            """#
        try settings.write(to: fake.folder.appending(path: ".zshrc"), atomically: true, encoding: .utf8)
        let script = #"""
            zmodload zsh/zpty
            zpty shell zsh -d -i
            for line; do
                zpty -w -n shell "$line"$'\t\x14'
                zpty -r shell text $'*\x01*\x02'
                text=${text##*$'\x01'}
                print -r -- ${text%$'\x02'}
            done
            zpty -d shell
            """#
        var environment = fake.environment
        environment["ZDOTDIR"] = environment["HOME"]
        environment["COMPLETIONS"] = package.appending(path: "completions").path()
        let output = try run(
            ["timeout", "60", "zsh", "-f", "-c", script, "zsh"] + lines, environment: environment)
        #expect(output.err == "")
        return output.out.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test func `zsh completes what has one answer and leaves what has none`() throws {
        let cases = common.filter { $0.offered.count <= 1 }
        let lines = try completed(cases.map(\.line))
        try #require(lines.count == cases.count)
        for (index, (line, offered)) in cases.enumerated() {
            // What is offered takes the last word's place; a quote stays open, a blank or `=` may follow.
            let quote = line.split(separator: " -f ").last?.lastIndex { $0 == "'" || $0 == "\"" }
            let start =
                quote.map { line.index(after: $0) } ?? line.lastIndex(of: " ").map { line.index(after: $0) }
            let expected = offered.first.map { line[..<(start ?? line.startIndex)] + $0 } ?? line
            let rest = lines[index].trimmingPrefix(expected)
            #expect(lines[index].hasPrefix(expected) && ["", " ", "=", "' "].contains(String(rest)))
        }
    }
}
