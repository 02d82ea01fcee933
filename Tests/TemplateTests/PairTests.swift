import Testing
import Tracepoints

@testable import Template

/// An event of a stream: which of the rules' events it is, its values, and its moment.
private struct Happening {
    var index: Int
    var event: MadeEvent
    var time: UInt64
    var cpu: Int32 = 0
    var tid: Int32 = 1
    var comm = Comm("task".utf8)
}

/// What pairs are made of, and what is printed of each.
private struct Pairing {
    var events: [MadeEvent]
    var starts = [0]
    var ends = [1]
    var keys = "id"
    var cancels: String?
    var template: String? = "<id> <latency:d>"
    var filter: String?
    var form = RecordForm.lines
    var capacity = 65_536
    var maxAge = UInt64.max

    /// The lines of the batches and what became of their events.
    func run(_ batches: [(happenings: [Happening], lossWindow: Range<UInt64>?)], limit: Int = .max) throws
        -> (
            lines: [String], counts: PairCounts
        )
    {
        var rules = PairRules(
            events: events.map(\.layout), starts: starts, ends: ends, name: "made",
            keys: try PairKeys.parse(keys))
        rules.cancels = try cancels.map { try PairKeys.parse($0) }
        rules.capacity = capacity
        rules.maxAge = maxAge
        var joiner = try PairJoiner(rules)
        let plan = try filter.map {
            try FilterPlan(
                joiner.layouts, [FilterPlan.Condition(Filter.parse($0), .keep)], symbols: KernelSymbols(),
                kernel: FilterPlan.KernelAbilities(filters: false))
        }
        var renderer = try Renderer(
            joiner.layouts.map { ($0, template == nil ? nil : 0) },
            templates: template.map { [try Template.parse($0)] } ?? [], filters: plan,
            symbols: KernelSymbols(), options: RenderOptions(form: form))
        var line = LineBuffer(capacity: 256)
        var made = 0
        for (happenings, window) in batches {
            // The records lie in memory that is gone after the batch, as those of a ring do.
            let bytes = happenings.flatMap(\.event.bytes)
            unsafe bytes.withUnsafeBytes { bytes in
                var offset = 0
                let samples = happenings.map { happening in
                    let count = happening.event.bytes.count
                    defer { offset += count }
                    return unsafe Sample(
                        record: Bytes(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])),
                        time: happening.time, event: Int32(happening.index), cpu: happening.cpu,
                        pid: happening.tid, tid: happening.tid, comm: happening.comm)
                }
                unsafe samples.withUnsafeBufferPointer { samples in
                    let batch = unsafe Batch(
                        samples: samples, wallOffset: 0, processes: [], lossWindow: window)
                    made += joiner.take(batch, &renderer, room: limit - made, into: &line)
                }
            }
        }
        let lines = line.string.split(separator: "\n").map(String.init)
        #expect(lines.count == made)
        return (lines, joiner.counts)
    }

    func run(_ happenings: Happening...) throws -> (lines: [String], counts: PairCounts) {
        try run(happenings.map { ([$0], nil) })
    }
}

@Suite struct PairTests {
    private static func begun(_ id: Int32, _ name: String = "begin") -> MadeEvent {
        MadeEvent("begin").integer("id", id).string("name", name).integer("state", UInt32(2)).printed(
            as: #""%s", __print_symbolic(REC->state, { 2, "busy" })"#)
    }
    private static func ended(_ id: Int32, _ result: Int64 = 0) -> MadeEvent {
        MadeEvent("end").integer("id", id).string("name", "finish").integer("result", result)
    }
    private func start(_ id: Int32, at time: UInt64, tid: Int32 = 1, name: String = "begin") -> Happening {
        Happening(index: 0, event: Self.begun(id, name), time: time, cpu: 1, tid: tid)
    }
    private func end(_ id: Int32, at time: UInt64, tid: Int32 = 1, result: Int64 = 0) -> Happening {
        Happening(index: 1, event: Self.ended(id, result), time: time, cpu: 2, tid: tid)
    }
    private let pairing: Pairing = Pairing(events: [Self.begun(0), Self.ended(0)])

    @Test func joinsByKey() throws {
        let (lines, counts) = try pairing.run(
            start(1, at: 100), start(2, at: 110), end(2, at: 150), end(1, at: 300), end(1, at: 400))
        #expect(lines == ["2 40", "1 200"])
        #expect(counts.pairs == 2)
        #expect(counts.loneEnds == 1)
        #expect(counts.events == [2, 3])
    }

    @Test func showsBothSides() throws {
        var pairing = self.pairing
        pairing.template =
            "<start.name> <end.name> <name> <start.state> <result> <start.cpu>-<end.cpu>-<cpu> <start.tid>-<tid> "
            + "<start.comm> <start.time:d>-<end.time:d> <latency> <@latency:t>"
        let (lines, _) = try pairing.run(start(1, at: 1000, tid: 5), end(1, at: 2500, tid: 6, result: -3))
        #expect(
            lines == ["begin finish finish busy -3 1-2-2 5-6 task 1000-2500 0.000001500 1.500us"])
    }

    @Test func keepsNothingOfPairsBefore() throws {
        var pairing = self.pairing
        pairing.template = "<start.name> <end.name>"
        let (lines, _) = try pairing.run(
            start(1, at: 1, name: "a rather long name"), end(1, at: 2), start(1, at: 3, name: "b"),
            end(1, at: 4))
        #expect(lines == ["a rather long name finish", "b finish"])
    }

    @Test func comparesTextAndContext() throws {
        var pairing = self.pairing
        pairing.keys = "name=comm,tid"
        var early = end(1, at: 150)
        early.comm = Comm("other".utf8)
        var late = end(2, at: 200)
        late.comm = Comm("begin".utf8)
        #expect(try pairing.run(start(7, at: 100), early, late).lines == ["2 100"])
        late.tid = 9
        #expect(try pairing.run(start(7, at: 100), late).lines == [])
    }

    @Test func countsStartsWithoutEnd() throws {
        let again = try pairing.run(start(1, at: 1), start(1, at: 5), end(1, at: 7))
        #expect(again.lines == ["1 2"])
        #expect(again.counts.repeatedStarts == 1)
        var crowded = self.pairing
        crowded.capacity = 2
        let (lines, counts) = try crowded.run(
            start(1, at: 1), start(2, at: 2), start(3, at: 3), end(1, at: 4), end(2, at: 5), end(3, at: 6))
        #expect(lines == ["2 3", "3 3"])
        #expect(counts.crowdedStarts == 1)
        var aged = self.pairing
        aged.maxAge = 10
        let old = try aged.run(
            start(1, at: 1), end(1, at: 12), start(2, at: 20), end(2, at: 30), start(3, at: 40))
        #expect(old.lines == ["2 10"])
        #expect(old.counts.agedStarts == 1)
        #expect(old.counts.waitingStarts == 1)
    }

    @Test("An end before its start in time is another one's")
    func lateStart() throws {
        let (lines, counts) = try pairing.run(start(1, at: 100), end(1, at: 90), end(1, at: 110))
        #expect(lines == ["1 10"])
        #expect(counts.loneEnds == 1)
    }

    @Test("No pair is made across a time in which events were lost")
    func loss() throws {
        let (lines, counts) = try pairing.run([
            ([start(1, at: 100), start(2, at: 110), start(3, at: 120)], nil),
            // What happened before the loss is as it was; then an end that may be that of a start which is lost.
            ([end(1, at: 190), end(2, at: 250), start(4, at: 260)], 200..<300),
            ([start(5, at: 310), end(3, at: 320), end(4, at: 330), end(5, at: 340)], nil),
        ])
        #expect(lines == ["1 90", "5 30"])
        #expect(counts.doubtfulStarts == 3)
        #expect(counts.loneEnds == 2)
    }

    @Test func forgetsWhatIsCancelled() throws {
        let wakeup = MadeEvent("wakeup").integer("pid", Int32(7))
        func change(_ from: Int32, _ to: Int32) -> MadeEvent {
            MadeEvent("switch").integer("prev", from).integer("next", to)
        }
        var pairing = Pairing(events: [wakeup, change(0, 0)])
        pairing.keys = "pid=next"
        pairing.cancels = "prev"
        pairing.template = "<next> <latency:d>"
        let (lines, _) = try pairing.run(
            // Woken while it ran: it does not wait.
            Happening(index: 0, event: wakeup, time: 10), Happening(index: 1, event: change(7, 3), time: 20),
            Happening(index: 1, event: change(3, 7), time: 30),
            Happening(index: 1, event: change(7, 3), time: 40),
            Happening(index: 0, event: wakeup, time: 50), Happening(index: 1, event: change(3, 7), time: 60))
        #expect(lines == ["7 10"])
    }

    @Test("One event can end a pair and begin the next; several can begin one")
    func roles() throws {
        func change(_ from: Int32, _ to: Int32) -> MadeEvent {
            MadeEvent("switch").integer("prev", from).integer("next", to)
        }
        var off = Pairing(events: [change(0, 0)])
        (off.starts, off.ends, off.keys) = ([0], [0], "prev=next")
        off.template = "<end.next> off for <latency:d>, then <end.prev>"
        let switches = [change(1, 2), change(2, 1), change(1, 2)].enumerated().map {
            Happening(index: 0, event: $1, time: UInt64($0 + 1) * 10)
        }
        #expect(try off.run([(switches, nil)]).lines == ["1 off for 10, then 2", "2 off for 10, then 1"])

        var two = Pairing(events: [Self.begun(0), Self.ended(0), MadeEvent("new").integer("id", Int32(0))])
        two.starts = [0, 2]
        two.template = "<id> <start.name> <latency:d>"
        let new = Happening(index: 2, event: MadeEvent("new").integer("id", Int32(4)), time: 5)
        #expect(
            try two.run(new, start(1, at: 6), end(4, at: 8), end(1, at: 9)).lines == ["4 - 3", "1 begin 3"])
    }

    @Test func filtersPairs() throws {
        var pairing = self.pairing
        pairing.filter = "latency >= 1us && start.state == busy && end.result != 0"
        let (lines, counts) = try pairing.run(
            start(1, at: 0), end(1, at: 999, result: 1), start(2, at: 0), end(2, at: 1000, result: 1),
            start(3, at: 0), end(3, at: 1000))
        #expect(lines == ["2 1000"])
        #expect(counts.pairs == 3)
        let happenings = [start(1, at: 0), end(1, at: 1), start(2, at: 0), end(2, at: 1)]
        var all = pairing
        all.filter = nil
        #expect(try all.run([(happenings, nil)], limit: 1).lines == ["1 1"])
    }

    @Test func makesRecords() throws {
        var pairing = self.pairing
        (pairing.template, pairing.form) = (nil, .json)
        let (lines, _) = try pairing.run(start(1, at: 1000), end(1, at: 3000, result: 4))
        #expect(
            lines == [
                #"{"time":0.000003000,"event":"pair:made","cpu":2,"pid":1,"tid":1,"comm":"task","latency":0.000002000,"#
                    + #""start":{"id":1,"name":"begin","state":"busy"},"end":{"id":1,"name":"finish","result":4}}"#
            ])
        pairing.form = .lines
        let text = try pairing.run(start(1, at: 1000), end(1, at: 3000, result: 4)).lines[0]
        #expect(
            text
                == "    0.000003            task/1       [001] made   2.000us id=1 name=begin state=busy result=4"
        )
    }

    @Test("A record that is shorter than its format makes no pair")
    func tornRecords() throws {
        var short = end(1, at: 5)
        short.event = MadeEvent("end").integer("id", Int32(1))
        let (lines, counts) = try pairing.run(start(1, at: 1), short, end(1, at: 9))
        #expect(lines == ["1 8"])
        #expect(counts.unusable == 1)
    }

    @Test("As many starts as there is room for are found again, whatever came and went before")
    func manyStarts() throws {
        var pairing = self.pairing
        pairing.capacity = 64
        var random = SystemRandomNumberGenerator()
        var happenings: [Happening] = []
        var waiting: [Int32] = []
        var expected: [String] = []
        for time in 1...5000 {
            if waiting.count < 64, waiting.isEmpty || Bool.random(using: &random) {
                waiting.append(Int32(time))
                let name = String(repeating: "n", count: Int.random(in: 0...200, using: &random))
                happenings.append(start(Int32(time), at: UInt64(time), name: name))
            } else {
                let id = waiting.remove(at: Int.random(in: waiting.indices, using: &random))
                expected.append("\(id) \(time - Int(id))")
                happenings.append(end(id, at: UInt64(time)))
            }
        }
        let (lines, counts) = try pairing.run(happenings.map { ([$0], nil) })
        #expect(lines == expected)
        #expect(counts.crowdedStarts == 0)
        #expect(counts.waitingStarts == UInt64(waiting.count))
    }

    @Test func findsWhatIsNoKey() throws {
        func mistake(_ keys: String, cancels: String? = nil) throws -> String {
            var pairing = self.pairing
            (pairing.keys, pairing.cancels) = (keys, cancels)
            do {
                _ = try pairing.run(start(1, at: 1))
                return "none"
            } catch let error as PairKeyError {
                return error.error.message
            } catch let error as TemplateError {
                return error.message
            }
        }
        #expect(try mistake("di") == "test:begin has no field 'di'")
        #expect(try mistake("id=di") == "test:end has no field 'di'")
        #expect(try mistake("id=name") == "'name' is text in test:end, and the other one is not")
        #expect(try mistake("time") == "'time' is a time, which is no key")
        #expect(try mistake("event") == "'event' is not of the event, and is no key")
        #expect(try mistake("id,") == "a name is missing")
        #expect(try mistake("id=id=id") == "'id' is no name")
        #expect(try mistake("id", cancels: "id,tid") == "the key has 1 value, and so must this")
    }
}

@Suite struct PairTableTests {
    @Test("Keys that share a place in one table do not in another")
    func places() {
        let table = PairTable(capacity: 1)
        let other = PairTable(capacity: 1)
        let words = (0..<64 as Range<UInt64>).map { $0 }
        let hashes = unsafe words.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map { offset in
                let key = unsafe Bytes(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 8]))
                return (table.hash(of: key), table.hash(of: key), other.hash(of: key))
            }
        }
        #expect(hashes.allSatisfy { $0.0 == $0.1 && $0.0 != $0.2 })
        // The 64 keys are spread over 16 places.
        #expect(Set(hashes.map { $0.0 & 15 }).count > 8 && Set(hashes.map { $0.2 & 15 }).count > 8)
    }
}
