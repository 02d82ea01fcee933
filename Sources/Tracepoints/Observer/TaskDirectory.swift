/// What `/proc` tells of tasks.
package enum TaskDirectory {
    /// The thread ids of a process; empty when there is none of that id.
    package static func threads(of pid: Int32) -> [Int32] {
        System.entries(of: "/proc/\(pid)/task").compactMap { Int32($0) }
    }

    /// The ids of all processes.
    static func processes() -> [Int32] { System.entries(of: "/proc").compactMap { Int32($0) } }

    /// Name and process id of a task, or `nil` when it is gone.
    static func task(_ tid: Int32) -> TaskNames.Task? {
        guard let status = try? System.contents(of: "/proc/\(tid)/status"), let comm = comm(of: tid) else {
            return nil
        }
        var pid: Int32 = -1
        for line in status.split(separator: 0x0a) where line.starts(with: "Tgid:".utf8) {
            pid = Int32(String(decoding: line.dropFirst(5).drop { $0 <= 0x20 }, as: UTF8.self)) ?? -1
        }
        return TaskNames.Task(pid: pid, comm: comm)
    }

    /// Enters a process's threads into the table.
    static func enter(_ pid: Int32, into names: inout TaskNames) {
        for tid in threads(of: pid) {
            if let comm = comm(of: tid, process: pid) { names.set(tid, pid: pid, comm: comm) }
        }
    }

    /// A task's name as the kernel keeps it.
    private static func comm(of tid: Int32, process: Int32? = nil) -> Comm? {
        let path = process.map { "/proc/\($0)/task/\(tid)/comm" } ?? "/proc/\(tid)/comm"
        guard var name = try? System.contents(of: path) else { return nil }
        if name.last == 0x0a { name.removeLast() }
        return Comm(withoutWork(name))
    }

    /// A worker's name without the work that `/proc` shows after it: `kworker/0:1-events`.
    static func withoutWork(_ name: [UInt8]) -> ArraySlice<UInt8> {
        let prefix = Array("kworker/".utf8)
        // Rescue workers are named after their queue and show no work.
        guard name.starts(with: prefix), name.count > prefix.count, name[prefix.count] != UInt8(ascii: "R")
        else { return name[...] }
        return name.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
    }
}
