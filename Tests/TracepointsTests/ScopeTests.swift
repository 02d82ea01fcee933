import Foundation
import Testing

@testable import Tracepoints

/// A shell that waits for its script, so that it can be put under observation first.
private final class WaitingShell {
    private let process = Process()
    private let input = Pipe()

    init(_ script: String) throws {
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "read line; " + script]
        process.standardInput = input
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    func run() {
        input.fileHandleForWriting.write(Data("go\n".utf8))
        process.waitUntilExit()
    }
}

@Suite("Scopes on the real kernel", .serialized)
struct ScopeTests {
    private func executed(_ observer: Observer, by shell: WaitingShell) throws -> [Event] {
        try observer.add("sched:sched_process_exec")
        try observer.open()
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/bin/false")
        try other.run()
        other.waitUntilExit()
        shell.run()
        var events: [Event] = []
        while let event = try observer.read(timeout: .milliseconds(300)) {
            // The shell's own exec may still be seen.
            if event.string("filename")?.hasSuffix("/sh") == false { events.append(event) }
        }
        return events
    }

    @Test("A thread and what it makes")
    func threads() throws {
        let shell = try WaitingShell("/bin/true; /bin/true")
        let observer = try Observer(scope: .threads([shell.pid]))
        let events = try executed(observer, by: shell)
        #expect(events.count == 2)
        #expect(events.allSatisfy { $0.string("filename")?.hasSuffix("/true") == true })
    }

    @Test("A cgroup, with what runs below it")
    func cgroups() throws {
        // Version 2 where it is mounted by itself or beside version 1, which every systemd machine has.
        let mount = try #require(
            ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].first {
                FileManager.default.fileExists(atPath: $0 + "/cgroup.procs")
                    && FileManager.default.fileExists(atPath: $0 + "/cgroup.controllers")
            })
        let outer = mount + "/obstrace-test-\(System.processID)"
        let inner = outer + "/inner"
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        defer {
            unsafe rmdir(inner)
            unsafe rmdir(outer)
        }
        let shell = try WaitingShell("/bin/true; /bin/true; /bin/true")
        try "\(shell.pid)".write(toFile: inner + "/cgroup.procs", atomically: false, encoding: .utf8)
        let observer = try Observer(scope: .cgroups([outer]))
        let events = try executed(observer, by: shell)
        #expect(events.count == 3)
        #expect(events.allSatisfy { $0.string("filename")?.hasSuffix("/true") == true })
    }

    @Test("A cgroup that is not there is told")
    func noCgroup() throws {
        let observer = try Observer(scope: .cgroups(["/sys/fs/cgroup/nothing-of-the-kind"]))
        try observer.add("sched:sched_process_exec")
        do {
            try observer.open()
            Issue.record("it opened")
        } catch {
            guard case .noSuchCgroup = error else { throw error }
        }
    }

    @Test("Processes are known by what /proc tells, short ones by their parents")
    func processes() throws {
        var options = ObserverOptions()
        options.needs = [.process, .pid, .comm]
        let shell = try WaitingShell("/bin/true; sleep 0.1")
        let observer = try Observer(scope: .processes([shell.pid]), options: options)
        try observer.add("sched:sched_process_exit")
        try observer.open()
        shell.run()
        var seen: [String: ProcessDetails] = [:]
        for _ in 0..<200 {
            observer.beginDrain()
            while let batch = observer.nextBatch() {
                for index in unsafe batch.samples.indices {
                    let sample = unsafe batch.samples[index]
                    let name = String(decoding: sample.comm.bytes, as: UTF8.self)
                    seen[name] = batch.processes[Int(sample.process)]
                }
            }
            if seen.count == 3 { break }
            usleep(10_000)
        }
        #expect(seen["true"]?.parent == shell.pid)
        #expect(seen["true"]?.uid == getuid())
        #expect(seen["sleep"]?.parent == shell.pid)
        #expect(seen["sleep"]?.cgroup != nil)
        #expect(seen["sh"]?.cgroup != nil)
    }

    @Test("What is read of a process is not that of a later one with its id, nor of a later program")
    func reusedID() throws {
        let now = System.monotonicTime()
        let own = System.processID
        let comm = try #require(TaskDirectory.task(own)?.comm)
        #expect(ProcessDirectory.read(own, at: now, comm: comm, isKnown: false)?.exe != nil)
        // At a moment before it was started, the id was another process's.
        #expect(ProcessDirectory.read(own, at: 0, comm: comm, isKnown: false) == nil)
        // With another name, it may have run another program.
        let other = ProcessDirectory.read(own, at: now, comm: Comm("other".utf8), isKnown: false)
        #expect(other != nil && other?.exe == nil && other?.cmdline == nil)
        #expect(ProcessDirectory.read(2_000_000_000, at: now, comm: comm, isKnown: true) == nil)
    }

    @Test("Paths of cgroups and ids of containers")
    func names() {
        let id = String(repeating: "0123456789abcdef", count: 4)
        func container(_ path: String) -> String? {
            ContainerName.id(in: Array(path.utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(container("/docker/\(id)") == "0123456789ab")
        #expect(container("/system.slice/docker-\(id).scope") == "0123456789ab")
        #expect(container("/machine.slice/libpod-\(id).scope/container") == "0123456789ab")
        #expect(container("/kubepods/burstable/pod1/cri-containerd-\(id).scope") == "0123456789ab")
        #expect(container("/user.slice/user-0.slice") == nil)
        #expect(container("/docker/\(id)0") == nil)
        let both = Array("1:cpu:/a/long/path\n0::/v2\n".utf8)
        #expect(ProcessDirectory.cgroupPath(both) == Array("/v2".utf8))
        #expect(ProcessDirectory.cgroupPath(Array("1:cpu:/a\n0::/\n".utf8)) == Array("/a".utf8))
        #expect(ProcessDirectory.cgroupPath(Array("0::/\n".utf8)) == Array("/".utf8))
        #expect(ProcessDirectory.cgroupPath([]) == nil)
        let stat = Array("7 (a) b) R) S 42 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 500 1 1".utf8)
        #expect(StatFile(stat)?.parent == 42)
        #expect(StatFile(stat)?.comm == Comm("a) b) R".utf8))
        // 4194304 is PF_RANDOMIZE alone.
        #expect(StatFile(stat)?.isExiting == false)
        let exiting = Array("7 (a) R 42 1 1 0 -1 4194308 1 2 3 4 5 6 7 8 20 0 1 0 500 1 1".utf8)
        #expect(StatFile(exiting)?.isExiting == true)
        #expect(StatFile(stat)?.startTime == 500 * (1_000_000_000 / System.ticksPerSecond))
        #expect(StatFile([1, 2, 3]) == nil)
    }

    @Test("The hierarchy that tasks can be traced by")
    func hierarchy() {
        let unified = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"
        #expect(Cgroups.root(inMounts: unified) == "/sys/fs/cgroup")
        let hybrid = """
            cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
            cgroup /sys/fs/cgroup/perf_event cgroup rw,perf_event 0 0
            """
        #expect(Cgroups.root(inMounts: hybrid) == "/sys/fs/cgroup/perf_event")
        #expect(Cgroups.root(inMounts: "tmpfs /tmp tmpfs rw 0 0\n") == nil)
    }

    @Test("Containers by the names of their cgroups")
    func containers() {
        let id = String(repeating: "0123456789abcdef", count: 4)
        #expect(Cgroups.containerName(of: "docker-\(id).scope") == id)
        #expect(Cgroups.containerName(of: id) == id)
        #expect(Cgroups.containerName(of: "cri-containerd-\(id).scope") == id)
        #expect(Cgroups.containerName(of: "machine-web.scope") == "web")
        #expect(Cgroups.containerName(of: "lxc.payload.db") == "db")
        #expect(Cgroups.containerName(of: "libpod-conmon-\(id).scope") == nil)
        #expect(Cgroups.containerName(of: "user.slice") == nil)
    }

    @Test("Cgroups are found by path, by glob, and containers by prefix")
    func search() throws {
        let cgroups = try #require(Cgroups())
        let base = "obstrace-find-\(System.processID)"
        let id = "feed" + String(repeating: "0123456789abcde", count: 4)
        let folders = ["", "/one", "/two", "/docker-\(id).scope"].map { cgroups.root + "/" + base + $0 }
        for folder in folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        defer { for folder in folders.reversed() { unsafe rmdir(folder) } }
        #expect(cgroups.folders(matching: base) == [folders[0]])
        #expect(cgroups.folders(matching: folders[1]) == [folders[1]])
        #expect(
            cgroups.folders(matching: "/\(base)/*o*").sorted()
                == [folders[1], folders[2], folders[3]].sorted())
        #expect(cgroups.folders(matching: "/\(base)/none").isEmpty)
        #expect(cgroups.containers(withPrefix: "feed0123").map(\.folder) == [folders[3]])
        #expect(cgroups.containers(withPrefix: "feed9").isEmpty)
    }
}
