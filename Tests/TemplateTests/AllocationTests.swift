import Template
import Testing
import Tracepoints

@Suite(.serialized) struct AllocationTests {
    /// Templates that between them take every kind of step; 20,000 lines of each are counted over.
    static let templates: [String?] = [
        "<time> <pid> <@comm>", "<filename> <text:-20.8>|<ints> <ints[1]>", "<fields>", nil,
        "<x:d> <x:x> <x:e> <x:sig> <x:sys> <x:h> <x:t> <x:dev> <x:mode> <x:ip> <x:c> <x:sym> <x:08>",
        "<filename:q> <filename:j> <filename:xx> <ints:xx> <ints:ip> <ints:mac> <print:j>",
        "<wall> <wall:%T> <elapsed> <delta> <n> <cpu> <tid> <event> <late>",
        "<exe> <cmdline> <cmdline:q> <user> <cgroup> <uid> <ppid> <container>",
    ]

    @Test func theCounterCounts() {
        var arrays: [[UInt8]] = []
        arrays.reserveCapacity(10)
        #expect(
            countAllocations { for size in 1...10 { arrays.append(Array(repeating: 1, count: size)) } } == 10)
        #expect(countAllocations { arrays[0][0] = 2 } == 0)
    }

    @Test(arguments: templates, [RecordForm.lines, .json, .csv, .logfmt])
    func renderingDoesNotAllocate(template: String?, form: RecordForm) throws {
        let event = MadeEvent()
            .string("filename", "/usr/bin/a \u{1b}[31m日本\\").integer("x", UInt32(0x0001_a1ff)).text(
                "text", "日本 text"
            )
            .array("ints", [UInt8(1), 2, 3, 4]).integer("pid", Int32(4_000_000))
        var renderer = try Renderer(
            [(event.layout, template.map { _ in 0 })],
            templates: template.map { [try Template.parse($0)] } ?? [],
            symbols: KernelSymbols(), options: RenderOptions(form: form, quotesWideIntegers: true))
        var line = LineBuffer(capacity: 1 << 20)
        let process = ProcessDetails(
            parent: 1, uid: 0, user: Array("root".utf8), exe: Array("/bin/x".utf8),
            cmdline: Array("x\0-y z\0".utf8), cgroup: Array("/a".utf8), container: nil)
        let allocations = unsafe event.bytes.withUnsafeBytes { bytes in
            let record = unsafe Bytes(bytes)
            let samples = (0..<100).map { index in
                Sample(
                    record: record, time: 1_000_000_000 + UInt64(index), event: 0, cpu: 1, pid: 1, tid: 1,
                    comm: Comm("日本 x".utf8), process: 0, isLate: index % 2 == 0)
            }
            return unsafe samples.withUnsafeBufferPointer { samples in
                let batch = unsafe Batch(samples: samples, wallOffset: 0, processes: [process])
                // The first lines fill what is kept from line to line.
                _ = renderer.render(batch, from: 0, limit: .max, into: &line)
                return countAllocations {
                    for _ in 0..<200 {
                        line.removeAll()
                        _ = renderer.render(batch, from: 0, limit: .max, into: &line)
                    }
                }
            }
        }
        #expect(allocations == 0)
    }

    @Test(arguments: [
        "x in (1, 3, 5..9, 0x1a1ff) && (x & 0xff) > 3", "filename ~ */[a-c]*c && text != 'other'",
        "comm == sh && @comm != .text && text != @exe", "user in (root, alice) && cmdline ~ x*",
        "uid == 0 && elapsed > 0 && delta >= 0 && cpu < tid", "!(exe == a || cgroup ~ /b* || ints[2] == 4)",
    ])
    func filteringDoesNotAllocate(filter: String) throws {
        let event = MadeEvent().string("filename", "/usr/bin/abc").integer("x", UInt32(0x0001_a1ff))
            .text("text", "some text").array("ints", [UInt8(1), 2, 3, 4])
        let plan = try FilterPlan(
            [event.layout],
            [.init(try Filter.parse(filter), .keep)]
                + ["x == 1", "filename ~ *.so"].map { .init(try Filter.parse($0), .forbid) },
            symbols: KernelSymbols(), kernel: .init(filters: false))
        var renderer = try Renderer(
            [(event.layout, 0)], templates: [Template.parse("<x>")], filters: plan, symbols: KernelSymbols(),
            options: RenderOptions())
        var line = LineBuffer(capacity: 1 << 20)
        let process = ProcessDetails(
            parent: 1, uid: 0, user: Array("root".utf8), exe: Array("/bin/x".utf8),
            cmdline: Array("x\0-y z\0".utf8), cgroup: Array("/a".utf8), container: nil)
        let allocations = unsafe event.bytes.withUnsafeBytes { bytes in
            let record = unsafe Bytes(bytes)
            let samples = (0..<100).map { index in
                Sample(
                    record: record, time: 1_000_000_000 + UInt64(index), event: 0, cpu: 1, pid: 5, tid: 5,
                    comm: Comm("sh".utf8), process: 0)
            }
            return unsafe samples.withUnsafeBufferPointer { samples in
                let batch = unsafe Batch(samples: samples, wallOffset: 0, processes: [process])
                let first = renderer.render(batch, from: 0, limit: .max, into: &line)
                precondition(first.lines == 100)
                return countAllocations {
                    for _ in 0..<200 {
                        line.removeAll()
                        _ = renderer.render(batch, from: 0, limit: .max, into: &line)
                    }
                }
            }
        }
        #expect(allocations == 0)
    }
}
