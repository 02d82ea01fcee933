import Foundation
import Testing

@testable import Tracepoints

/// Runs short commands, one after the other.
private func execute(_ path: String, times: Int = 1) throws {
    for _ in 0..<times {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        try process.run()
        process.waitUntilExit()
    }
}

@Suite("Observer on the real kernel", .serialized)
struct ObserverTests {
    // The example of the README and of the documentation.
    @Test("The exec example")
    func exec() throws {
        let observer = try Observer()
        try observer.add("sched:sched_process_exec")
        try observer.open()
        try execute("/bin/true", times: 5)
        var lines: [String] = []
        while let event = try observer.read(timeout: .milliseconds(300)) {
            let line = "exec\t\(event.int("pid") ?? -1)\t\(event.string("filename") ?? "?")"
            if line.hasSuffix("/true") { lines.append(line) }
        }
        #expect(lines.count == 5)
        #expect(observer.losses().isEmpty)
        observer.close()
    }

    @Test("A probe that was typed is traced like a tracepoint, and gone from the kernel after close")
    func probe() throws {
        let observer = try Observer()
        for probe in try ProbeDescription.parse("uprobe:libc.so.6:getenv(char *variable)").probes() {
            try observer.add(probe, filter: "variable == \"QUOTING_STYLE\"")
        }
        try observer.open()
        try execute("/bin/ls")
        let event = try #require(try observer.read(timeout: .seconds(5)))
        #expect(event.name == "uprobe:getenv")
        #expect(event.string("variable") == "QUOTING_STYLE")
        let own = "_\(System.processID)_"
        func probes() throws -> [Substring] {
            try String(contentsOfFile: "/sys/kernel/tracing/uprobe_events", encoding: .utf8)
                .split(separator: "\n").filter { $0.contains(own) }
        }
        #expect(try probes().count == 1)
        observer.close()
        #expect(try probes().isEmpty)
    }

    @Test("Fields, tokens and common values")
    func values() throws {
        var options = ObserverOptions()
        options.needs = [.pid, .tid, .comm]
        let observer = try Observer(options: options)
        let exec = try observer.add("sched:sched_process_exec")
        let filename = try #require(observer.tracepoints[exec].field("filename"))
        let before = System.monotonicTime()
        try observer.open()
        try execute("/bin/true")
        var found: Event?
        while found == nil, let event = try observer.read(timeout: .seconds(2)) {
            if event.string(filename)?.hasSuffix("/true") == true { found = event }
        }
        let event = try #require(found)
        #expect(event.name == "sched:sched_process_exec")
        #expect(event.comm == "true")
        #expect(event.pid.map(Int64.init) == event.int("pid"))
        #expect(event.tid == event.pid)
        #expect(event.int("common_pid") == event.int("pid"))
        #expect(event.time > before && event.time < System.monotonicTime())
        #expect(abs(Date().timeIntervalSince1970 - Double(event.wallTime) / 1e9) < 5)
        #expect(event.int("nothing") == nil)
        #expect(event.string("pid") == nil)
        #expect(event.int("filename") == nil)
    }

    @Test("A filter keeps events out, and a wrong one says why")
    func filter() throws {
        let observer = try Observer()
        try observer.add("sched:sched_process_exec", filter: "filename ~ \"*/false\"")
        try observer.open()
        try execute("/bin/true", times: 3)
        try execute("/bin/false")
        var names: [String] = []
        while let event = try observer.read(timeout: .milliseconds(300)) {
            names.append(event.string("filename") ?? "?")
        }
        #expect(names.count == 1 && names[0].hasSuffix("/false"))

        let wrong = try Observer()
        try wrong.add("sched:sched_process_exec", filter: "pid > 0 && nosuch == 1")
        do {
            try wrong.open()
            Issue.record("the filter was taken")
        } catch {
            guard case .badFilter(_, let filter, let reason, let position) = error else { throw error }
            #expect(filter == "pid > 0 && nosuch == 1")
            #expect(reason == "Field not found")
            #expect(position == 11)
        }
    }

    @Test("A process is followed with its children, and the sequence ends with it")
    func process() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "read line; /bin/true; /bin/true"]
        let input = Pipe()
        process.standardInput = input
        try process.run()
        let observer = try Observer(scope: .processes([process.processIdentifier]))
        try observer.add("sched:sched_process_exec")
        try observer.open()
        try execute("/bin/false")  // not ours
        input.fileHandleForWriting.write(Data("go\n".utf8))
        let names = observer.events.map { $0.string("filename") ?? "?" }
        process.waitUntilExit()
        // The shell's own exec may still be seen.
        #expect(names.filter { $0.hasSuffix("/true") }.count == 2)
        #expect(names.filter { !$0.hasSuffix("/true") && !$0.hasSuffix("/sh") }.isEmpty)
    }

    @Test("The asynchronous sequence gives the events and ends by its stopper")
    func asynchronous() async throws {
        let observer = try Observer()
        try observer.add("sched:sched_process_exec")
        try observer.open()
        let stopper = observer.stopper
        let worker = Thread {
            try? execute("/bin/true", times: 3)
            stopper.stop()
        }
        worker.start()
        var count = 0
        for try await event in observer.asyncEvents
        where event.string("filename")?.hasSuffix("/true") == true { count += 1 }
        #expect(count == 3)
    }

    @Test("Misuse is told")
    func misuse() throws {
        let observer = try Observer()
        #expect(throws: TraceError.self) { try observer.open() }
        #expect(throws: TraceError.self) { try observer.read() }
        try observer.add("sched:sched_switch")
        #expect(throws: TraceError.self) { try observer.add("sched:sched_switch") }
        #expect(throws: TraceError.self) { try observer.add("sched:sched_nothing") }
        var options = ObserverOptions()
        options.cpus = CPUSet([9999])
        #expect(throws: TraceError.self) { try Observer(options: options) }
        let gone = try Observer(scope: .processes([2_000_000_000]))
        try gone.add("sched:sched_switch")
        #expect(throws: TraceError.self) { try gone.open() }
    }
}
