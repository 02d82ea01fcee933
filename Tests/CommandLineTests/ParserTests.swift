import Testing

@testable import CommandLine

/// Parses a command line in which blanks separate words.
func parsed(_ line: String) throws -> Invocation { try parse(line.split(separator: " ").map(String.init)) }

/// Parses a command line that asks for a trace.
func traced(_ line: String) throws -> TraceArguments {
    guard case .trace(let arguments) = try parsed(line) else {
        Issue.record("no trace: \(line)")
        return TraceArguments()
    }
    return arguments
}

/// Parses a command line that asks for a list.
func listed(_ line: String) throws -> ListArguments {
    guard case .list(let arguments) = try parsed(line) else {
        Issue.record("no list: \(line)")
        return ListArguments()
    }
    return arguments
}

@Suite struct ParserTests {
    @Test func `an event alone is traced with the defaults`() throws {
        var expected = TraceArguments()
        expected.selections = [Selection(pattern: Argument(text: "a:b", index: 0))]
        #expect(try traced("a:b") == expected)
        expected.selections = [Selection(pattern: Argument(text: "a:b", index: 1))]
        #expect(try traced("trace a:b") == expected)
    }

    @Test(arguments: [
        "-n 5", "-n5", "--count 5", "--count=5", "-qn5", "-vn 5",
    ])
    func `a value may be attached or follow`(words: String) throws {
        #expect(try traced("a:b \(words)").count == 5)
        #expect(try traced("\(words) a:b").count == 5)
    }

    @Test func `every flag without a value sets what it says`() throws {
        #expect(try traced("a:b").isQuiet == false)
        for word in ["-q", "--quiet"] { #expect(try traced("a:b \(word)").isQuiet) }
        for word in ["-v", "--verbose"] { #expect(try traced("a:b \(word)").isVerbose) }
        #expect(try traced("a:b --strict").isStrict)
        #expect(try traced("a:b --all-processes").allProcesses)
        for word in ["-v", "--verbose"] { #expect(try listed("list \(word)").isVerbose) }
        #expect(try listed("list --json").isJSON)
    }

    @Test func `a form is chosen, with options`() throws {
        #expect(try traced("a:b").form == .lines)
        for form in OutputForm.allCases where form != .lines {
            let plain = try traced("a:b --\(form) -n 5")
            #expect(plain.form == form && !plain.addsNumbers && !plain.quotesWideIntegers)
            #expect(try traced("--\(form)=numbers a:b").addsNumbers)
            #expect(try traced("--\(form)= --\(form) a:b").form == form)
        }
        let both = try traced("a:b --json=strings,numbers")
        #expect(both.addsNumbers && both.quotesWideIntegers)
        // What follows the flag is no value of it.
        #expect(try traced("--json a:b").selections.map(\.glob) == ["a:b"])
    }

    @Test func `of quiet and verbose the last one counts`() throws {
        let verbose = try traced("a:b -qv")
        #expect(verbose.isVerbose && !verbose.isQuiet)
        let quiet = try traced("a:b -vq")
        #expect(quiet.isQuiet && !quiet.isVerbose)
    }

    @Test func `a scalar given twice takes the last value`() throws {
        #expect(try traced("a:b -n 5 --count=7").count == 7)
        #expect(try traced("a:b -o x -o -").output == .standardOutput)
    }

    @Test(arguments: ["-f", "--format"])
    func `a template keeps its place and its flag`(flag: String) throws {
        let template = Argument(text: "<pid>", index: 2, prefix: flag)
        #expect(try traced("a:b \(flag) <pid>").templates == [template])
    }

    @Test func `an attached template keeps its place and its flag`() throws {
        #expect(try traced("-f<pid> a:b").templates == [Argument(text: "<pid>", index: 0, prefix: "-f")])
        let long = Argument(text: "a=<pid>", index: 1, prefix: "--format")
        #expect(try traced("a:b --format=a=<pid>").templates == [long])
    }

    @Test func `a value may begin with a dash unless it spells a flag`() throws {
        #expect(try traced("a:b -f --<pid>").templates.first?.text == "--<pid>")
        #expect(try traced("a:b -f -").templates.first?.text == "-")
        #expect(try traced("a:b --format=-n").templates.first?.text == "-n")
    }

    @Test func `an empty template is one`() throws {
        #expect(try parse(["a:b", "-f", ""]) != parse(["a:b"]))
    }

    @Test func `output is stdout or a file`() throws {
        #expect(try traced("a:b").output == .standardOutput)
        #expect(try traced("a:b -o -").output == .standardOutput)
        #expect(
            try traced("a:b --output=x").output == .file(Argument(text: "x", index: 1, prefix: "--output")))
    }

    @Test(arguments: [
        ("5s", 5_000_000_000), ("500ms", 500_000_000), ("2m", 120_000_000_000), ("1h", 3_600_000_000_000),
        ("100us", 100_000), ("7ns", 7), ("3", 3_000_000_000), ("1.5s", 1_500_000_000), ("0.25", 250_000_000),
        ("1.5m", 90_000_000_000), ("0.000000001s", 1), ("1.9999ns", 1),
        ("2562047h", 9_223_369_200_000_000_000),
    ])
    func `a duration is read as nanoseconds`(text: String, nanoseconds: UInt64) throws {
        #expect(try traced("a:b -d \(text)").duration == nanoseconds)
        #expect(try traced("a:b --duration=\(text)").duration == nanoseconds)
    }

    @Test(arguments: [
        ("4096", 4096), ("512K", 524_288), ("4M", 4_194_304), ("1G", 1_073_741_824), ("4m", 4_194_304),
        ("1", 1),
    ])
    func `a buffer's size is read as bytes`(text: String, bytes: Int) throws {
        #expect(try traced("a:b -m \(text)").bufferSize == bytes)
        #expect(try traced("a:b --buffer \(text)").bufferSize == bytes)
    }

    @Test(arguments: [
        ("3", [3...3]), ("0-3,5", [0...3, 5...5]), ("0-6:2", [0...0, 2...2, 4...4, 6...6]),
        ("5,0-3", [0...3, 5...5]), ("0-3,2-9,10", [0...10]), ("4,4,4", [4...4]), ("0-4:1", [0...4]),
        ("0-9:4,1", [0...1, 4...4, 8...8]), ("65535", [65535...65535]),
    ])
    func `a list of CPUs is read as ranges`(text: String, ranges: [ClosedRange<Int>]) throws {
        #expect(try traced("a:b -C \(text)").cpus?.ranges == ranges)
        #expect(try traced("a:b --cpu=\(text)").cpus?.ranges == ranges)
    }

    @Test func `a list of CPUs knows what it holds`() throws {
        let cpus = try #require(try traced("a:b -C 0-3,5").cpus)
        #expect((0...7).filter(cpus.contains) == [0, 1, 2, 3, 5])
    }

    @Test func `process ids add up without repetitions`() throws {
        #expect(try traced("a:b").pids == [])
        #expect(try traced("a:b -p 1,22,1 --pid=333 -p22").pids == [1, 22, 333])
        #expect(try traced("a:b -p 2147483647").pids == [2_147_483_647])
    }

    @Test(arguments: Colour.allCases, ["--color ", "--color=", "--colour=", "--colour "])
    func `colour is asked for alike by both subcommands`(colour: Colour, flag: String) throws {
        #expect(try traced("a:b \(flag)\(colour.rawValue)").colour == colour)
        #expect(try listed("list \(flag)\(colour.rawValue)").colour == colour)
    }

    @Test func `the command is taken as it is`() throws {
        let arguments = try traced("a:b -v -- ls -l --help -- x")
        #expect(arguments.command == ["ls", "-l", "--help", "--", "x"])
        #expect(arguments.commandIndex == 3)
        #expect(try traced("a:b").commandIndex == nil)
        // A flag takes its value before `--` is looked at only when it is attached.
        #expect(try traced("a:b --format=-- -- ls").command == ["ls"])
    }

    @Test func `list takes globs, exclusions and words after --`() throws {
        let arguments = try listed("list x* !y --field pid --type *t -- -z")
        #expect(arguments.patterns.map(\.pattern.text) == ["x*", "!y", "-z"])
        #expect(arguments.patterns.map(\.glob) == ["x*", "y", "-z"])
        #expect(arguments.patterns.map(\.isExclusion) == [false, true, false])
        #expect(arguments.patterns.map(\.pattern.index) == [1, 2, 8])
        #expect(arguments.fieldGlob == Argument(text: "pid", index: 4, prefix: "--field"))
        #expect(arguments.typeGlob == Argument(text: "*t", index: 6, prefix: "--type"))
        #expect(try listed("list") == ListArguments())
    }

    @Test func `flags may stand before the subcommand`() throws {
        let arguments = try listed("-v --color never list x")
        #expect(arguments.isVerbose)
        #expect(arguments.patterns.map(\.glob) == ["x"])
    }

    @Test(arguments: [
        ("-h", Subcommand.trace, false), ("--help", .trace, true), ("trace -h", .trace, false),
        ("list -h", .list, false), ("list --help", .list, true), ("-h list", .list, false),
        ("help", .trace, true), ("help list", .list, true), ("help trace", .trace, true),
        ("help --help", .help, true), ("a:b -n 5 -qh -- ls", .trace, false), ("-h --bogus", .trace, false),
    ])
    func `help is asked for`(line: String, subcommand: Subcommand, isLong: Bool) throws {
        #expect(try parsed(line) == .help(HelpRequest(subcommand: subcommand, isLong: isLong)))
    }

    @Test func `version is asked for`() throws {
        for line in ["--version", "a:b --version", "list --version"] {
            #expect(try parsed(line) == .version)
        }
    }

    @Test func `generated files and fields are asked for`() throws {
        for file in GeneratedFile.allCases {
            #expect(try parsed("--generate \(file.rawValue)") == .generate(file))
        }
        #expect(try parsed("--generate fields a:b !c -x") == .completeFields(["a:b", "!c", "-x"]))
        #expect(try parsed("--generate fields") == .completeFields([]))
    }
}

@Suite struct PlacingTests {
    /// What stands at each selection: the texts of its template and filter.
    func placed(_ line: String) throws -> [String] {
        let trace = try traced(line)
        return trace.selections.map { selection in
            let template = selection.template.map { trace.templates[$0].text } ?? "-"
            let filter = selection.filter.map { trace.filters[$0].text } ?? "-"
            return "\(selection.pattern.text) \(template) \(filter)"
        }
    }

    @Test(arguments: [
        ("a:a b:b", ["a:a - -", "b:b - -"]),
        ("a:a b:b -f T", ["a:a T -", "b:b T -"]),
        ("-f D a:a b:b", ["a:a D -", "b:b D -"]),
        ("-f D a:a -f T b:b", ["a:a T -", "b:b D -"]),
        ("a:a -f T b:b", ["a:a T -", "b:b - -"]),
        ("a:a -f T b:b c:c -f U", ["a:a T -", "b:b U -", "c:c U -"]),
        ("-f D -f E a:a", ["a:a E -"]),
        ("!x:x -f D a:a", ["!x:x - -", "a:a D -"]),
        ("a:a !x:x b:b -f T", ["a:a T -", "!x:x - -", "b:b T -"]),
        ("a:a --where F b:b -f T", ["a:a T F", "b:b T -"]),
        ("--where D a:a -f T b:b --where F c:c", ["a:a T F", "b:b - F", "c:c - D"]),
        ("-f D --where E a:a -- ls", ["a:a D E"]),
    ])
    func `a flag binds to the events since the last of its kind`(line: String, expected: [String]) throws {
        #expect(try placed(line) == expected)
    }
}
