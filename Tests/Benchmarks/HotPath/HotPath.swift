import Template
import Tracepoints

/// `hot-path CASE PASSES`: takes the events of a ring buffer in made-up memory all the way to lines, as often,
/// and prints how many events a pass has and how many bytes its lines.
///
/// It does the same on any kernel and with any load, so that its instructions can be counted.
@main struct HotPath {
    /// What is done with the events.
    enum Case: String, CaseIterable {
        case template, print, json

        /// Three fields of a small event, as those of system calls are, or all that a context switch has.
        var event: MadeUpEvent { self == .print ? .contextSwitch : .systemCall }
        /// The template; `nil` is the default line.
        var template: String? { self == .print ? nil : "<time> <pid> <@comm>" }
        /// How events are written.
        var form: RecordForm { self == .json ? .json : .lines }
    }

    /// The command line is wrong.
    struct Usage: Error, CustomStringConvertible {
        var description: String {
            "usage: hot-path \(Case.allCases.map(\.rawValue).joined(separator: "|")) PASSES"
        }
    }

    /// How many events each of the two rings has.
    static let eventsPerRing = 10_000
    /// How many bytes are read from each ring at a time.
    static let drain = 128 << 10

    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 3, let what = Case(rawValue: words[1]), let passes = Int(words[2]) else {
            throw Usage()
        }
        let rings = (0..<2).map { MadeUpRing(what.event, cpu: Int32($0), count: eventsPerRing) }
        var renderer = try Renderer(
            [(what.event.layout, what.template.map { _ in 0 })],
            templates: what.template.map { [try Template.parse($0)] } ?? [], symbols: KernelSymbols(),
            options: RenderOptions(form: what.form))
        var line = LineBuffer()
        var events = 0
        var bytes = 0
        for _ in 0..<passes {
            (events, bytes) = (0, 0)
            var engine = Engine(
                plan: Engine.Plan(
                    words: [.time, .raw], needs: renderer.needs, hasGlobalIDs: true, commonPidOffset: 4),
                ids: [what.event.layout.id], rings: rings.map { ($0.cursor, $0.cpu) })
            var position = 0
            while position < rings[0].size {
                position = min(position + drain, rings[0].size)
                for (lane, ring) in rings.enumerated() {
                    engine.extend(lane, to: ring.recordEnd(at: position))
                }
                while true {
                    let samples = unsafe engine.fill(until: .max)
                    if samples.isEmpty { break }
                    let batch = unsafe Batch(samples: samples, wallOffset: 0, processes: [])
                    events += renderer.render(batch, from: 0, limit: .max, into: &line).lines
                    bytes += line.count
                    line.removeAll()
                }
            }
        }
        Swift.print("\(events) events, \(bytes) bytes")
    }
}
