import CommandLine
import Testing

@Suite struct PairParserTests {
    private func pair(_ arguments: String...) throws -> PairArguments {
        let invocation = try parse(["pair"] + arguments)
        guard case .pair(let pair) = invocation else {
            Issue.record("\(invocation)")
            return PairArguments()
        }
        return pair
    }

    private func mistake(_ arguments: String...) throws -> String {
        try #require(throws: UsageError.self) { _ = try parse(["pair"] + arguments) }.message
    }

    @Test func readsEventsAndKeys() throws {
        let pair = try pair(
            "a:b,a:c", "d:e", "--on", "x=y,z", "--max-age", "2s", "--max-waiting=9", "--cancel", "w,z", "-n",
            "3",
            "--where", "latency > 1s", "--where", "x == 1", "-f", "<x>", "--", "cmd", "-f")
        #expect(pair.starts.map(\.glob) == ["a:b", "a:c"])
        #expect(pair.ends.map(\.glob) == ["d:e"])
        #expect(pair.key.text == "x=y,z")
        #expect(pair.cancel?.text == "w,z")
        #expect(pair.maxAge == 2_000_000_000)
        #expect(pair.capacity == 9)
        #expect(pair.histogram == nil)
        #expect(pair.trace.filters.map(\.text) == ["latency > 1s", "x == 1"])
        #expect(pair.trace.templates.map(\.text) == ["<x>"])
        #expect(pair.trace.command == ["cmd", "-f"])
        #expect(pair.trace.count == 3)
    }

    @Test func knowsNames() throws {
        #expect(try parse(["pair", "list"]) == .listPairs)
        let runqueue = try pair("runqueue", "--where", "latency > 1ms")
        #expect(runqueue.known?.name == "runqueue")
        #expect(runqueue.starts.map(\.glob) == ["sched:sched_wakeup", "sched:sched_wakeup_new"])
        #expect(runqueue.key.text == "pid=next_pid")
        #expect(runqueue.cancel?.text == "prev_pid")
        let off = try pair("offcpu", "--where", "latency > 1ms")
        #expect(off.trace.filters.map(\.text) == ["latency > 1ms", "next_pid != 0"])
        #expect(Set(KnownPair.all.map(\.name)).count == KnownPair.all.count)
    }

    @Test("What a name stands for can be typed", arguments: KnownPair.all.map(\.name))
    func wordsOfNames(name: String) throws {
        let known = try pair(name)
        let words = try #require(known.known).words.map { $0.filter { $0 != "'" } }
        guard case .pair(let typed) = try parse(["pair"] + words) else {
            Issue.record("\(words)")
            return
        }
        #expect(typed.starts.map(\.glob) == known.starts.map(\.glob))
        #expect(typed.ends.map(\.glob) == known.ends.map(\.glob))
        #expect(typed.key.text == known.key.text)
        #expect(typed.cancel?.text == known.cancel?.text)
        #expect(typed.trace.filters.map(\.text) == known.trace.filters.map(\.text))
    }

    @Test func readsHistograms() throws {
        #expect(try pair("syscall", "--hist").histogram?.value?.text == "latency")
        let histogram = try pair("syscall", "--hist=end.ret", "--by", "id", "-i", "1s", "--log10").histogram
        #expect(histogram?.value?.text == "end.ret")
        #expect(histogram?.keys?.text == "id")
        #expect(histogram?.interval == 1_000_000_000)
        #expect(histogram?.buckets == .powersOfTen)
    }

    @Test func findsMistakes() throws {
        #expect(try mistake() == "no pair to trace")
        #expect(try mistake("sysca") == "no pair is named 'sysca'")
        #expect(try mistake("a:b") == "the END of the pair is missing")
        #expect(
            try mistake("a:b", "c:d") == "a pair needs --on, the fields that START and END have in common")
        #expect(try mistake("a:b", "c:d", "e:f", "--on", "x") == "a pair has one START and one END")
        #expect(try mistake("a:*", "c:d", "--on", "x") == "START and END are names, not patterns")
        #expect(try mistake("a:b,", "c:d", "--on", "x") == "'' is no EVENT: an EVENT is subsystem:name")
        #expect(try mistake("syscall", "--on", "a", "--on", "b") == "--on is given twice")
        #expect(try mistake("syscall", "-f", "x", "-f", "y") == "a pair has one TEMPLATE")
        #expect(try mistake("syscall", "-f", "x", "--hist") == "-f and --hist cannot go together")
        #expect(
            try mistake("syscall", "--by", "id")
                == "--by, -i, --keys, --linear and --log10 are for a histogram: add --hist")
        #expect(
            try mistake("syscall", "--max-waiting", "0") == "--max-waiting needs a number from 1 to 16777216")
    }
}
