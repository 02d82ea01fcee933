import Testing

@testable import CommandLine

/// The message that a command line, given word by word, is answered with.
private func message(_ words: [String]) -> String {
    do throws(UsageError) {
        let invocation = try parse(words)
        return "accepted: \(invocation)"
    } catch {
        return error.text
    }
}

@Suite struct UsageErrorTests {
    @Test func `nothing typed is an error of its own`() {
        #expect(throws: UsageError.noArguments) { try parse([]) }
        #expect(message(["trace"]) != UsageError.noArguments.text)
    }

    @Test func `an error tells the argument and the bytes in it`() throws {
        let error = try #require(throws: UsageError.self) { try parse(["a:b", "-C", "0-3,é"]) }
        #expect(error.argument == Argument(text: "0-3,é", index: 2, prefix: "-C"))
        #expect(error.range == 4..<5)
    }

    @Test(arguments: Self.cases)
    func `the message shows the place and the way out`(words: [String], expected: String) {
        #expect(message(words) == expected + "\n")
    }

    static let cases: [([String], String)] = [
        (
            ["top", "-r", "run.data", "a:b"],
            """
            obstrace: -r is a flag of obstrace trace, count, hist, syscalls and pair, not of obstrace top
              -r
              ^~  what is over has one table: obstrace count -r FILE
            """
        ),
        (
            ["syscalls", "-w", "run.data", "%file"],
            """
            obstrace: -w records all system calls and prints none
              -w run.data
                 ^~~~~~~~  choose when they are read: obstrace syscalls -r run.data ...
            """
        ),
        (
            ["pair", "syscall", "-r", "run.data", "-u", "root"],
            """
            obstrace: -r cannot go together with -u
              -r run.data
                 ^~~~~~~~  recordings do not tell the users of tasks
            """
        ),
        (
            ["trace"],
            """
            obstrace: no EVENT to trace
              try: obstrace sched:sched_process_exec
              to see all events: obstrace list
            """
        ),
        (
            ["-v"],
            """
            obstrace: no EVENT to trace
              try: obstrace sched:sched_process_exec
              to see all events: obstrace list
            """
        ),
        (
            ["--"],
            """
            obstrace: -- needs a COMMAND to run
              --
              ^~  -- COMMAND [ARG...]
            """
        ),
        (
            ["a:b", "--"],
            """
            obstrace: -- needs a COMMAND to run
              --
              ^~  -- COMMAND [ARG...]
            """
        ),
        (
            ["a:b", "--", ""],
            """
            obstrace: COMMAND is empty
              -- ''
                  ^
            """
        ),
        (
            ["--bogus", "a:b"],
            """
            obstrace: there is no flag --bogus
              --bogus
              ^~~~~~~
              try: obstrace --help
            """
        ),
        (
            ["--formt", "x", "a:b"],
            """
            obstrace: there is no flag --formt
              --formt
              ^~~~~~~  did you mean --format?
              try: obstrace --help
            """
        ),
        (
            ["--filter", "x", "a:b"],
            """
            obstrace: there is no flag --filter
              --filter
              ^~~~~~~~  did you mean --where?
              try: obstrace --help
            """
        ),
        (
            ["--f", "x", "a:b"],
            """
            obstrace: there is no flag --f
              --f
              ^~~  did you mean -f?
              try: obstrace --help
            """
        ),
        (
            ["-format", "x", "a:b"],
            """
            obstrace: a long flag has two dashes
              -format
              ^~~~~~~  did you mean --format?
            """
        ),
        (
            ["-quiet", "a:b"],
            """
            obstrace: a long flag has two dashes
              -quiet
              ^~~~~~  did you mean --quiet?
            """
        ),
        (
            ["-color=never", "a:b"],
            """
            obstrace: a long flag has two dashes
              -color=never
              ^~~~~~  did you mean --color?
            """
        ),
        (
            ["-x", "a:b"],
            """
            obstrace: there is no flag -x
              -x
              ^~
              try: obstrace --help
            """
        ),
        (
            ["-qx", "a:b"],
            """
            obstrace: there is no flag -x
              -qx
                ^
              try: obstrace --help
            """
        ),
        (
            ["-V"],
            """
            obstrace: there is no flag -V
              -V
              ^~  did you mean --version?
              try: obstrace --help
            """
        ),
        (
            ["-c", "3", "a:b"],
            """
            obstrace: -c is a flag of obstrace syscalls, not of obstrace trace
              -c
              ^~  did you mean --count?
            """
        ),
        (
            ["-e", "a:b"],
            """
            obstrace: there is no flag -e: an EVENT is typed without a flag
              -e
              ^~
            """
        ),
        (
            ["--all-cpus", "a:b"],
            """
            obstrace: there is no flag --all-cpus: all CPUs are traced unless -C says otherwise
              --all-cpus
              ^~~~~~~~~~
            """
        ),
        (
            ["-é", "a:b"],
            """
            obstrace: there is no flag -é
              -é
              ^~
              try: obstrace --help
            """
        ),
        (
            ["a:b", "-f"],
            """
            obstrace: -f needs a value
              -f
               ^  -f TEMPLATE
            """
        ),
        (
            ["a:b", "-qf"],
            """
            obstrace: -f needs a value
              -qf
                ^  -f TEMPLATE
            """
        ),
        (
            ["a:b", "--format"],
            """
            obstrace: --format needs a value
              --format
              ^~~~~~~~  --format TEMPLATE
            """
        ),
        (
            ["a:b", "-f", "-n", "5"],
            """
            obstrace: -f needs a value, but -n comes next
              -f
               ^  -f TEMPLATE
              if -n is the value, type --format=-n
            """
        ),
        (
            ["a:b", "-o", "--", "ls"],
            """
            obstrace: -o needs a value, but -- comes next
              -o
               ^  -o FILE
              if -- is the value, type --output=--
            """
        ),
        (
            ["a:b", "--quiet=1"],
            """
            obstrace: --quiet takes no value
              --quiet=1
                     ^~  did you mean --quiet?
            """
        ),
        (
            ["a:b", "--json", "--csv"],
            """
            obstrace: --csv and --json cannot go together
              --csv
              ^~~~~  all events are written in one form
            """
        ),
        (
            ["a:b", "--json=strings,nubmers"],
            """
            obstrace: --json does not know 'nubmers'
              --json strings,nubmers
                             ^~~~~~~  did you mean numbers?
            """
        ),
        (
            ["a:b", "--json=numbers,"],
            """
            obstrace: --json does not know ''
              --json numbers,
                             ^  one of strings, numbers
            """
        ),
        (
            ["a:b", "--tsv=strings"],
            """
            obstrace: --tsv does not know 'strings'
              --tsv strings
                    ^~~~~~~  did you mean --tsv=numbers?
            """
        ),
        (
            ["list", "--csv"],
            """
            obstrace: --csv is a flag of obstrace trace, count, top and pair, not of obstrace list
              --csv
              ^~~~~
            """
        ),
        (
            ["a:b", "--strict="],
            """
            obstrace: --strict takes no value
              --strict=
                      ^  did you mean --strict?
            """
        ),
        (
            ["a:b", "-n", "5x"],
            """
            obstrace: -n cannot read 'x'
              -n 5x
                  ^  a number of lines has digits only
            """
        ),
        (
            ["a:b", "-n5x"],
            """
            obstrace: -n cannot read 'x'
              -n 5x
                  ^  a number of lines has digits only
            """
        ),
        (
            ["a:b", "-n", "-5"],
            """
            obstrace: -n takes a number of lines, 1 or more
              -n -5
                 ^  such as -n 10
            """
        ),
        (
            ["a:b", "-n", ""],
            """
            obstrace: -n takes a number of lines, 1 or more
              -n ''
                  ^  such as -n 10
            """
        ),
        (
            ["a:b", "--count=0"],
            """
            obstrace: --count 0 would print nothing
              --count 0
                      ^  at least 1
            """
        ),
        (
            ["a:b", "-n", "18446744073709551616"],
            """
            obstrace: -n is given a number that is too large
              -n 18446744073709551616
                 ^~~~~~~~~~~~~~~~~~~~
            """
        ),
        (
            ["a:b", "-d", "5min"],
            """
            obstrace: -d does not know the unit 'min'
              -d 5min
                  ^~~  a unit is ns, us, ms, s, m or h
            """
        ),
        (
            ["a:b", "-d", "1.s"],
            """
            obstrace: -d needs digits after the point
              -d 1.s
                   ^  such as 1.5s
            """
        ),
        (
            ["a:b", "-d", "x"],
            """
            obstrace: -d takes a time such as 5s, 500ms or 1.5m
              -d x
                 ^  such as -d 5s
            """
        ),
        (
            ["a:b", "-d", ".5"],
            """
            obstrace: -d takes a time such as 5s, 500ms or 1.5m
              -d .5
                 ^  such as -d 5s
            """
        ),
        (
            ["a:b", "-d", "0"],
            """
            obstrace: -d needs a time of 1ns or more
              -d 0
                 ^  such as 5s
            """
        ),
        (
            ["a:b", "-d", "0.1ns"],
            """
            obstrace: -d needs a time of 1ns or more
              -d 0.1ns
                 ^~~~~  such as 5s
            """
        ),
        (
            ["a:b", "-d", "2562048h"],
            """
            obstrace: -d is given a time that is too long
              -d 2562048h
                 ^~~~~~~~  at most 2562047h
            """
        ),
        (
            ["a:b", "-d", "99999999999999999999"],
            """
            obstrace: -d is given a number that is too large
              -d 99999999999999999999
                 ^~~~~~~~~~~~~~~~~~~~
            """
        ),
        (
            ["a:b", "-d", "5 s"],
            """
            obstrace: -d does not know the unit ' s'
              -d '5 s'
                   ^~  a unit is ns, us, ms, s, m or h
            """
        ),
        (
            ["a:b", "-m", "4Q"],
            """
            obstrace: -m does not know the unit 'Q'
              -m 4Q
                  ^  a unit is K, M or G; without one, bytes
            """
        ),
        (
            ["a:b", "-m", "4KB"],
            """
            obstrace: -m does not know the unit 'KB'
              -m 4KB
                  ^~  a unit is K, M or G; without one, bytes
            """
        ),
        (
            ["a:b", "-m", "K"],
            """
            obstrace: -m takes a size such as 512K, 4M or 1G
              -m K
                 ^  such as -m 4M
            """
        ),
        (
            ["a:b", "-m", "0"],
            """
            obstrace: -m needs a size of 1 byte or more
              -m 0
                 ^  such as 4M
            """
        ),
        (
            ["a:b", "-m", "9999999999G"],
            """
            obstrace: -m is given a size that is too large
              -m 9999999999G
                 ^~~~~~~~~~~  such as 4M
            """
        ),
        (
            ["a:b", "-p", "x"],
            """
            obstrace: -p takes process ids such as 1234 or 1234,5678
              -p x
                 ^  such as -p 1234
            """
        ),
        (
            ["a:b", "-p", "1,,2"],
            """
            obstrace: -p takes process ids such as 1234 or 1234,5678
              -p 1,,2
                   ^  such as -p 1234
            """
        ),
        (
            ["a:b", "-p", "1,2,"],
            """
            obstrace: -p takes process ids such as 1234 or 1234,5678
              -p 1,2,
                     ^  such as -p 1234
            """
        ),
        (
            ["a:b", "-p", "0"],
            """
            obstrace: -p is given 0, which is no process id
              -p 0
                 ^  they go from 1 to 2147483647
            """
        ),
        (
            ["a:b", "-p", "2147483648"],
            """
            obstrace: -p is given 2147483648, which is no process id
              -p 2147483648
                 ^~~~~~~~~~  they go from 1 to 2147483647
            """
        ),
        (
            ["a:b", "-p", "1,2x3"],
            """
            obstrace: -p cannot read 'x3'
              -p 1,2x3
                    ^~  process ids have commas between them
            """
        ),
        (
            ["a:b", "-C", "x"],
            """
            obstrace: -C takes CPUs such as 0-3,5
              -C x
                 ^  such as -C 0-3,5
            """
        ),
        (
            ["a:b", "-C", "0-"],
            """
            obstrace: -C takes CPUs such as 0-3,5
              -C 0-
                   ^  such as -C 0-3,5
            """
        ),
        (
            ["a:b", "-C", "5-3,1"],
            """
            obstrace: -C is given a range that runs backwards
              -C 5-3,1
                 ^~~  did you mean 3-5?
            """
        ),
        (
            ["a:b", "-C", "0-6:0"],
            """
            obstrace: -C needs a stride of 1 or more
              -C 0-6:0
                     ^
            """
        ),
        (
            ["a:b", "-C", "0,65536"],
            """
            obstrace: -C is given 65536, which is no CPU
              -C 0,65536
                   ^~~~~  they go from 0 to 65535
            """
        ),
        (
            ["a:b", "-C", "0-3;4"],
            """
            obstrace: -C cannot read ';4'
              -C '0-3;4'
                     ^~  CPUs are typed as 0-3,5
            """
        ),
        (
            ["a:b", "--color=foo"],
            """
            obstrace: --color does not know 'foo'
              --color foo
                      ^~~  one of auto, always, never
            """
        ),
        (
            ["a:b", "--color", "nver"],
            """
            obstrace: --color does not know 'nver'
              --color nver
                      ^~~~  did you mean never?
            """
        ),
        (
            ["a:b", "--color", ""],
            """
            obstrace: --color does not know ''
              --color ''
                       ^  one of auto, always, never
            """
        ),
        (
            ["a:b", "-o", ""],
            """
            obstrace: -o needs a file's name
              -o ''
                  ^  - is stdout
            """
        ),
        (
            ["a:b", "-f", "A", "-f", "B"],
            """
            obstrace: this -f applies to no EVENT: those before it have a template already
              -f B
                 ^
              -f comes after the EVENTs that it is for
            """
        ),
        (
            ["a:b", "-f", "A", "!x:y", "-f", "B"],
            """
            obstrace: this -f applies to no EVENT: those before it have a template already
              -f B
                 ^
              -f comes after the EVENTs that it is for
            """
        ),
        (
            ["a:b", "--where", "A", "--where", "B"],
            """
            obstrace: this --where applies to no EVENT: those before it have a filter already
              --where B
                      ^
              --where comes after the EVENTs that it is for
            """
        ),
        (
            ["a:b", "--field", "x"],
            """
            obstrace: --field is a flag of obstrace list, not of obstrace trace
              --field
              ^~~~~~~
            """
        ),
        (
            ["list", "-f", "x"],
            """
            obstrace: -f is a flag of obstrace trace and pair, not of obstrace list
              -f
              ^~  did you mean --field?
            """
        ),
        (
            ["list", "--where", "x"],
            """
            obstrace: --where is a flag of obstrace trace, count, hist, top, syscalls and pair, not of obstrace list
              --where
              ^~~~~~~
            """
        ),
        (
            ["help", "-v"],
            """
            obstrace: -v is a flag of obstrace trace, count, hist, top, syscalls, list and pair, not of obstrace help
              -v
              ^~
            """
        ),
        (
            ["list", "--formt"],
            """
            obstrace: there is no flag --formt
              --formt
              ^~~~~~~
              try: obstrace list --help
            """
        ),
        (
            ["list", "--fild", "x"],
            """
            obstrace: there is no flag --fild
              --fild
              ^~~~~~  did you mean --field?
              try: obstrace list --help
            """
        ),
        (
            ["list", "-V"],
            """
            obstrace: there is no flag -V
              -V
              ^~  did you mean --version?
              try: obstrace list --help
            """
        ),
        (
            ["lst"],
            """
            obstrace: 'lst' is no EVENT: an EVENT is subsystem:name
              lst
              ^~~  did you mean obstrace list?
              try: obstrace list '*lst*'
            """
        ),
        (
            ["exec"],
            """
            obstrace: 'exec' is no EVENT: an EVENT is subsystem:name
              exec
              ^~~~
              try: obstrace list '*exec*'
              a command comes after --: obstrace EVENT... -- exec
            """
        ),
        (
            ["*exec*"],
            """
            obstrace: '*exec*' is no EVENT: an EVENT is subsystem:name
              '*exec*'
               ^~~~~~
              try: obstrace list '*exec*'
            """
        ),
        (
            ["sched/sched_switch"],
            """
            obstrace: 'sched/sched_switch' is no EVENT: an EVENT is subsystem:name
              sched/sched_switch
              ^~~~~~~~~~~~~~~~~~  did you mean sched:sched_switch?
            """
        ),
        (
            ["a:b", "list"],
            """
            obstrace: the subcommand list comes before all EVENTs
              list
              ^~~~  obstrace list ...
            """
        ),
        (
            ["a:b", "help"],
            """
            obstrace: the subcommand help comes before all EVENTs
              help
              ^~~~  obstrace help ...
            """
        ),
        (
            ["a:"],
            """
            obstrace: the EVENT has no name
              a:
                ^  all of them: 'a:*'
            """
        ),
        (
            ["!a:"],
            """
            obstrace: the EVENT has no name
              '!a:'
                  ^  all of them: '!a:*'
            """
        ),
        (
            [":b"],
            """
            obstrace: the EVENT has no subsystem
              :b
              ^  in any subsystem: '*:b'
            """
        ),
        (
            ["a:b:c"],
            """
            obstrace: an EVENT has one colon, as in subsystem:name
              a:b:c
                 ^~
            """
        ),
        (
            ["a:b,c:d"],
            """
            obstrace: EVENTs are separated by blanks, not by commas
              a:b,c:d
                 ^
            """
        ),
        (
            ["!a:b", "!c:d"],
            """
            obstrace: nothing is selected that could be left out
              '!a:b'
               ^~~~  all but these: '*:*' '!a:b'
            """
        ),
        (
            ["a:b", "<pid>"],
            """
            obstrace: an EVENT has no '<'
              '<pid>'
               ^~~~~  a template is typed after -f
            """
        ),
        (
            ["a:b", "<pid:x>"],
            """
            obstrace: an EVENT has no '<'
              '<pid:x>'
               ^~~~~~~  a template is typed after -f
            """
        ),
        (
            [""],
            """
            obstrace: '' is no EVENT: an EVENT is subsystem:name
              ''
               ^
              try: obstrace list '*'
            """
        ),
        (
            ["help", "lst"],
            """
            obstrace: there is no subcommand 'lst'
              lst
              ^~~  did you mean list?
            """
        ),
        (
            ["help", "zzz"],
            """
            obstrace: there is no subcommand 'zzz'
              zzz
              ^~~  one of trace, count, hist, top, info, convert, syscalls, list, pair, help
            """
        ),
        (
            ["--generate"],
            """
            obstrace: --generate prints one file
              --generate ''
                          ^  one of man, bash, zsh, fish
            """
        ),
        (
            ["--generate", "foo"],
            """
            obstrace: --generate prints one file
              --generate foo
                         ^~~  one of man, bash, zsh, fish
            """
        ),
        (
            ["--generate", "man", "x"],
            """
            obstrace: --generate prints one file
              x
              ^
            """
        ),
    ]
}

@Suite struct QuotationTests {
    @Test(arguments: [
        ("plain:text", 5..<6, "  -f plain:text", "          ^"),
        ("<pid> <filenme>", 7..<14, "  -f '<pid> <filenme>'", "             ^~~~~~~"),
        ("it's <x>", 5..<8, "  -f 'it'\\''s <x>'", "              ^~~"),
        ("", 0..<0, "  -f ''", "      ^"),
        ("a b", 3..<3, "  -f 'a b'", "         ^"),
        ("日本 <x>", 7..<10, "  -f '日本 <x>'", "           ^~~"),
        ("e\u{301}t\u{e9} <x>", 7..<10, "  -f 'e\u{301}t\u{e9} <x>'", "          ^~~"),
        ("\u{1b}[2J\n\t<x>", 6..<9, "  -f '\\u{1b}[2J\\n\\t<x>'", "                   ^~~"),
        ("\u{202e}<x>", 3..<6, "  -f '\\u{202e}<x>'", "              ^~~"),
    ])
    func `the caret stands under the bytes it means`(
        text: String, range: Range<Int>, line: String, marks: String
    ) {
        let quotation = Quotation(of: Argument(text: text, index: 0, prefix: "-f"), marking: range)
        #expect(quotation.line == line)
        #expect(quotation.marks == marks)
    }

    @Test func `a message has its hint beside the caret and notes below`() {
        let argument = Argument(text: "<pid> <filenme>", index: 2, prefix: "-f")
        let error = UsageError(
            "sched:sched_process_exec has no field 'filenme'", at: argument, range: 7..<14,
            hint: "did you mean <filename>?",
            notes: ["fields: filename pid old_pid", "try: obstrace list -v sched:sched_process_exec"])
        #expect(
            error.text == """
                obstrace: sched:sched_process_exec has no field 'filenme'
                  -f '<pid> <filenme>'
                             ^~~~~~~  did you mean <filename>?
                  fields: filename pid old_pid
                  try: obstrace list -v sched:sched_process_exec

                """)
    }
}

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("formt", "format"), ("fromat", "format"), ("formatt", "format"), ("format", "format"),
        ("lst", "list"),
        ("xyzzy", nil), ("", nil), ("wher", "where"), ("were", "where"),
    ])
    func `a slip in three letters is near`(typed: String, meant: String?) {
        #expect(nearest(to: typed, among: ["format", "list", "where"]) == meant)
    }
}
