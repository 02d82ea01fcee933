import Foundation
import Testing

@testable import Template
@testable import Tracepoints

/// The very same records, printed by the kernel and by the compiled print format.
@Suite(
    "Print formats against the kernel",
    .enabled(if: geteuid() == 0 || runsUnattended, "tracefs needs root"))
struct PrintKernelTests {
    @Test("What the kernel prints comes out byte for byte")
    func agrees() throws {
        let instance = try TraceInstance()
        var comparison = try Comparison()
        for phase in KernelWorkload.phases {
            try instance.clear()
            // The busy ones would fill the rings; one short phase is enough of them.
            for subsystem in Comparison.subsystems
            where phase.name == "memory" || !Comparison.busy.contains(subsystem) {
                try instance.write("1", to: "events/\(subsystem)/enable")
            }
            try instance.write("1", to: "tracing_on")
            phase.run()
            try instance.write("0", to: "tracing_on")
            try instance.write("0", to: "events/enable")
            for cpu in try instance.cpus {
                let lines = try instance.lines(of: cpu)
                comparison.compare(try instance.records(of: cpu), lines, "\(phase.name) \(cpu)")
            }
        }
        print(comparison.report)
        #expect(comparison.differences.isEmpty, "\(comparison.differences)")
        #expect(comparison.alignmentErrors.isEmpty, "\(comparison.alignmentErrors)")
        let same = comparison.events.filter { $0.value.isCompiled && $0.value.count > 0 }.keys
        #expect(same.count >= 60)
        #expect(Set(same.map { $0.prefix { $0 != ":" } }).count >= 15)
    }
}

private let runsUnattended = ProcessInfo.processInfo.environment["CI"] != nil

/// Renders records and compares them with the kernel's lines, and keeps count by event.
private struct Comparison: ~Copyable {
    /// What is known of an event.
    struct Seen {
        let layout: EventLayout
        let format: PrintFormat?
        var isCompiled: Bool { format != nil }
        var count = 0
    }

    private let catalog = "/sys/kernel/tracing/events"
    private let symbols = KernelSymbols()
    private var paths: [UInt16: String] = [:]
    private var names: [UInt16: String] = [:]
    private(set) var events: [String: Seen] = [:]
    private(set) var differences: [String: String] = [:]
    private(set) var alignmentErrors: [String] = []
    private var line = LineBuffer()

    /// Subsystems that emit at every step of every process.
    static let busy = [
        "memcg", "raw_syscalls", "kmem", "exceptions", "rcu", "maple_tree", "mmap_lock", "pagemap",
    ]

    /// All subsystems but those whose text the kernel makes in code, and its own.
    static var subsystems: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/kernel/tracing/events")) ?? []
        // Probes that a tracer beside us has made are its own.
        return all.filter {
            !["syscalls", "ftrace", "enable", "header_page", "header_event"].contains($0)
                && !$0.hasPrefix("obstrace_")
        }
    }

    init() throws {
        for subsystem in Self.subsystems {
            for event in try FileManager.default.contentsOfDirectory(atPath: "\(catalog)/\(subsystem)") {
                let path = "\(catalog)/\(subsystem)/\(event)"
                guard let id = try? String(contentsOfFile: path + "/id", encoding: .utf8),
                    let number = UInt16(id.trimmingCharacters(in: .whitespacesAndNewlines))
                else { continue }
                paths[number] = path
            }
        }
    }

    private mutating func name(of record: [UInt8]) throws -> String {
        let id = UInt16(record[0]) | UInt16(record[1]) << 8
        if let name = names[id] { return name }
        let path = paths[id] ?? "?/?"
        let parts = path.split(separator: "/").suffix(2).map(String.init)
        let layout = try FormatParser.parse(try System.contents(of: path + "/format"), subsystem: parts[0])
        let name = layout.fullName
        names[id] = name
        events[name] = Seen(layout: layout, format: try? PrintFormat(of: layout, symbols: symbols))
        return name
    }

    mutating func compare(_ records: [[UInt8]], _ lines: [[UInt8]], _ place: String) {
        var cursor = 0
        for record in records {
            guard record.count >= 8, let name = try? name(of: record), var seen = events[name],
                cursor < lines.count
            else {
                alignmentErrors.append("\(place): no line or no event for a record")
                return
            }
            let head = Array("\(seen.layout.name): ".utf8)
            guard lines[cursor].starts(with: head) else {
                alignmentErrors.append("\(place): '\(text(lines[cursor]))' is no line of \(name)")
                return
            }
            line.removeAll()
            let fits = unsafe record.withUnsafeBytes { bytes in
                unsafe seen.format?.render(Bytes(bytes), into: &line) ?? false
            }
            var ours = unsafe Array(line.bytes)
            // A text of ours may have line ends within.
            let count = 1 + (fits ? ours.count { $0 == 0x0a } : 0)
            let kernel = Array(lines[cursor..<min(cursor + count, lines.count)].joined(separator: [0x0a]))
            cursor += count
            ours = head + ours
            // What tells the time since some moment changes until it is printed again.
            if seen.layout.printFormat.contains("jiffies -") { continue }
            if seen.isCompiled, ours != kernel || !fits {
                differences[name] = differences[name] ?? "kernel '\(text(kernel))' ours '\(text(ours))'"
            } else {
                seen.count += 1
                events[name] = seen
            }
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    var report: String {
        let same = events.filter { $0.value.isCompiled && $0.value.count > 0 && differences[$0.key] == nil }
        let subsystems = Set(same.keys.map { $0.prefix { $0 != ":" } })
        let records = same.values.reduce(0) { $0 + $1.count }
        var report = "\(same.count) events of \(subsystems.count) subsystems, \(records) records agree\n"
        let left = events.filter { !$0.value.isCompiled }.keys.sorted()
        report += "not compiled: \(left.joined(separator: " "))\n"
        for (name, difference) in differences.sorted(by: { $0.key < $1.key }) {
            report += "  \(name): \(difference)\n"
        }
        return report
    }
}
