internal import CLinux
internal import Glibc

/// What `/proc` tells of processes.
enum ProcessDirectory {
    /// Reads a process; `nil` where it is gone, or where its id may belong to a later one by now.
    ///
    /// - Parameters:
    ///   - time: a moment when the process was there, in nanoseconds of the event clock.
    ///   - comm: the name that it had then; unknown where that is not known. If it has another one now, it
    ///     may run another program.
    ///   - isKnown: whether its start has been recorded, so that it is the same process in any case.
    static func read(_ pid: Int32, at time: UInt64, comm: Comm, isKnown: Bool) -> ProcessDetails? {
        let folder = "/proc/\(pid)"
        guard let before = stat(folder) else { return nil }
        // The start is told in whole clock ticks, rounded down.
        let tick = 1_000_000_000 / System.ticksPerSecond
        guard isKnown || before.startTime &+ tick <= System.sinceBoot(time) else { return nil }
        let owner = try? System.status(of: folder)
        let user = owner.map { userName($0.st_uid) }
        let exe = (try? System.link(folder + "/exe")).map { Array($0.utf8) }
        let command = try? System.contents(of: folder + "/cmdline")
        let cgroup = (try? System.contents(of: folder + "/cgroup")).flatMap(cgroupPath)
        // Read once more: it may have ended meanwhile, and its id may be another one's.
        guard let after = stat(folder), after.startTime == before.startTime else { return nil }
        let isSameProgram = comm.isUnknown || after.comm == comm
        // One that is about to end is in no cgroup any more.
        let path = after.isExiting ? nil : cgroup
        return ProcessDetails(
            parent: after.parent, uid: owner?.st_uid, user: user, exe: isSameProgram ? exe : nil,
            cmdline: isSameProgram
                ? command.flatMap { $0.isEmpty ? nil : Array($0.dropLast($0.last == 0 ? 1 : 0)) } : nil,
            cgroup: path, container: path.flatMap(ContainerName.id))
    }

    /// When a process started, in nanoseconds since boot; `nil` where there is none of that id.
    static func startTime(of pid: Int32) -> UInt64? { stat("/proc/\(pid)")?.startTime }

    private static func stat(_ folder: String) -> StatFile? {
        (try? System.contents(of: folder + "/stat")).flatMap(StatFile.init)
    }

    /// The path in `/proc/PID/cgroup`: that of version 2, or the longest of version 1.
    static func cgroupPath(_ text: [UInt8]) -> [UInt8]? {
        let paths = text.split(separator: 0x0a).compactMap { line -> (isUnified: Bool, path: [UInt8])? in
            let parts = line.split(
                separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            return parts.count == 3 ? (parts[0].elementsEqual("0".utf8), Array(parts[2])) : nil
        }
        let unified = paths.first { $0.isUnified && ($0.path.count > 1 || paths.count == 1) }
        return (unified ?? paths.max { $0.path.count < $1.path.count })?.path
    }

    /// The name of a user, or the number where the system knows none (`getpwuid_r`).
    static func userName(_ uid: UInt32) -> [UInt8] {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        let status = unsafe getpwuid_r(uid, &entry, &buffer, buffer.count, &found)
        guard status == 0, unsafe found != nil, let name = unsafe entry.pw_name else {
            return Array(String(uid).utf8)
        }
        return unsafe Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
    }
}

/// The fields of `/proc/PID/stat` that tell what a process is.
struct StatFile {
    /// The name of its first thread.
    let comm: Comm
    /// The parent's process id.
    let parent: Int32
    /// Whether the process is about to end, or has ended and its parent has not taken note.
    let isExiting: Bool
    /// The start in nanoseconds since boot.
    let startTime: UInt64

    /// Reads the file; `nil` where it has not its form.
    init?(_ text: [UInt8]) {
        // The name in parentheses may hold anything, parentheses too.
        guard let start = text.firstIndex(of: UInt8(ascii: "(")),
            let end = text.lastIndex(of: UInt8(ascii: ")")),
            start < end
        else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        func number<T: FixedWidthInteger>(_ index: Int) -> T? {
            T(String(decoding: fields[index], as: UTF8.self))
        }
        guard fields.count > 19, let parent: Int32 = number(1), let flags: UInt64 = number(6),
            let ticks: UInt64 = number(19)
        else { return nil }
        comm = Comm(text[(start + 1)..<end])
        self.parent = parent
        // The kernel's PF_EXITING.
        isExiting = flags & 0x4 != 0 || fields[0].elementsEqual("Z".utf8) || fields[0].elementsEqual("X".utf8)
        startTime = ticks &* (1_000_000_000 / System.ticksPerSecond)
    }
}

/// Container ids in the names of cgroups.
enum ContainerName {
    /// The first twelve digits of the 64 that docker, podman, containerd and kubernetes put into a
    /// cgroup's name; `nil` where there are none.
    static func id(in path: [UInt8]) -> [UInt8]? {
        for part in path.split(separator: UInt8(ascii: "/")).reversed() {
            var run = part.startIndex
            for index in part.indices {
                guard isHexDigit(part[index]) else {
                    run = index + 1
                    continue
                }
                let isEnd = index + 1 == part.endIndex || !isHexDigit(part[index + 1])
                if isEnd, index + 1 - run == 64 { return Array(part[run..<run + 12]) }
            }
        }
        return nil
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
