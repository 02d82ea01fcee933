internal import CTracefs
internal import Glibc
internal import Synchronization

/// The events of an observer's probes in the kernel: made, and removed again.
///
/// They stand in a group of their own, whose name tells which process made it, so that another run can remove
/// them if this process is killed.
final class ProbeGroup {
    /// An event in the kernel.
    private struct Made {
        /// The file of tracefs that took its definition.
        let file: String
        /// `group/event`.
        let name: String
    }

    private let catalog: Catalog
    private let name: String
    private var made: [Made] = []

    /// How many groups this process has had.
    private static let count = Atomic(0)

    init(catalog: Catalog) {
        self.catalog = catalog
        let number = Self.count.add(1, ordering: .relaxed).newValue
        name = "\(Self.prefix(System.processID))_\(number)"
    }

    deinit { remove() }

    /// Makes the event of a probe and answers its record, laid out as the kernel says.
    ///
    /// - Throws: `TraceError.badProbe` with the kernel's reason.
    func make(_ probe: Probe) throws(TraceError) -> EventLayout {
        let letters = probe.name.utf8.map { Catalog.isNamePart($0) ? $0 : UInt8(ascii: "_") }
        // The kernel takes 63 letters.
        let event = "p\(made.count)_\(String(decoding: letters.prefix(50), as: UTF8.self))"
        let fullName = "\(name)/\(event)"
        for (index, command) in probe.commands(as: fullName).enumerated() {
            // The library's own functions for dynamic events know neither the counter of a mark nor several
            // places of one event.
            if unsafe tracefs_instance_file_append(nil, probe.definitionFile, command) < 0 {
                throw refusal(of: probe, command, code: errno)
            }
            if index == 0 { made.append(Made(file: probe.definitionFile, name: fullName)) }
        }
        let layout = try catalog.layout(of: "\(name):\(event)")
        let expected = try probe.layout
        guard layout.fields == expected.fields, layout.printFormat == expected.printFormat else {
            throw TraceError.badFormat(
                event: expected.fullName, reason: "this kernel lays out a probe's record otherwise")
        }
        return layout
    }

    /// What the kernel says of a definition that it refuses.
    private func refusal(of probe: Probe, _ command: String, code: Int32) -> TraceError {
        if code == EACCES || code == EPERM {
            return .notPermitted(missing: ["only root makes probes: run it with sudo"])
        }
        if !System.mayAccess(catalog.directory + "/" + probe.definitionFile, F_OK) {
            let option = probe.kind.isKernel ? "CONFIG_KPROBE_EVENTS" : "CONFIG_UPROBE_EVENTS"
            return .badProbe(
                probe.text, reason: "it was built without \(option)",
                range: 0..<probe.kind.rawValue.utf8.count)
        }
        var reason = System.describe(code)
        var range: Range<Int>?
        if let log = unsafe tracefs_error_last(nil) {
            defer { unsafe free(log) }
            let text = unsafe String(cString: log)
            // The last entry may be of another command.
            if text.contains("Command: \(command)"), let (told, position) = Catalog.parseErrorLog(text) {
                reason = told
                range = position.map { probe.range(inCommand: command, at: $0) }
            }
        }
        return .badProbe(probe.text, reason: reason, range: range)
    }

    // MARK: Removing

    /// The commands that remove the events, with the file that takes each.
    var removals: [(file: String, command: String)] {
        made.map { (catalog.directory + "/" + $0.file, "-:\($0.name)\n") }
    }

    /// Notes that someone else removes the events.
    func disown() { made = [] }

    /// Removes the events, whose perf events are closed; waits for those that the kernel still holds.
    func remove() {
        for event in made {
            for _ in 0..<5000 {
                if unsafe tracefs_instance_file_append(nil, event.file, "-:\(event.name)") >= 0 { break }
                guard errno == EBUSY else { break }
                usleep(1000)
            }
        }
        made = []
    }

    /// How the names of a process's groups begin.
    ///
    /// A process id means something in its own PID namespace alone, and for as long as its process lives.
    private static func prefix(_ pid: Int32) -> String {
        "\(ownPrefix)\(pid)_\(ProcessDirectory.startTime(of: pid) ?? 0)"
    }

    private static var ownPrefix: String {
        let link = (try? System.link("/proc/self/ns/pid")) ?? ""
        return "obstrace_\(link.filter { $0.isNumber })_"
    }

    /// Removes the events of processes that were killed.
    fileprivate static func removeStale(in directory: String) {
        let own = ownPrefix
        // That is where the kernel has them all together; mostly there are none.
        if let all = try? System.contents(of: directory + "/dynamic_events"),
            !String(decoding: all, as: UTF8.self).contains(own)
        {
            return
        }
        for group in System.entries(of: directory + "/events") where group.hasPrefix(own) {
            let parts = group.dropFirst(own.count).split(separator: "_")
            guard parts.count == 3, let pid = Int32(parts[0]), let start = UInt64(parts[1]),
                ProcessDirectory.startTime(of: pid) != start
            else { continue }
            for event in System.entries(of: "\(directory)/events/\(group)")
            where !["enable", "filter"].contains(event) {
                for file in ["uprobe_events", "kprobe_events"] {
                    _ = unsafe tracefs_instance_file_append(nil, file, "-:\(group)/\(event)")
                }
            }
        }
    }
}

extension Catalog {
    /// Removes the probes that runs of this program have left which were killed; those of others stay.
    package func removeStaleProbes() { ProbeGroup.removeStale(in: directory) }
}
