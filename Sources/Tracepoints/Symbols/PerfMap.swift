internal import CLinux
internal import Glibc

/// The functions of code that a process has made at run time, from the file `/tmp/perf-PID.map` that it writes: a
/// line for each, with the start and the size in hexadecimal and the name.
///
/// The process appends lines as it goes; only those that are new are read.
@safe
final class PerfMap {
    /// How much is kept of one process at most, in bytes.
    static let greatest = 64 << 20

    /// A function; a later one takes the place of one that has the same start.
    private struct Entry {
        let start: UInt64
        let end: UInt64
        /// Where its name lies in `names`.
        let name: UInt32
        let length: UInt32
    }

    private let pid: Int32
    private let paths: [String]
    private let patience: UInt64
    /// Sorted by address.
    private var entries: [Entry] = []
    private var names: [UInt8] = []
    /// The readable names of those that were asked for, by their place in `names`.
    private var met: [UInt32: Bytes] = [:]
    /// The file that was read, by device and inode.
    private var file: (UInt, UInt) = (0, 0)
    /// How much of it has been read, in bytes.
    private var position: UInt64 = 0
    /// How much has been read of all files, in bytes.
    private(set) var readCount: UInt64 = 0
    /// How much of names has been given out, in bytes.
    private(set) var givenCount = 0
    private var nextLook: UInt64 = 0

    /// Knows of no function yet.
    ///
    /// - Parameters:
    ///   - paths: where the file is looked for.
    ///   - patience: how long the file is left alone after it has been looked at, in nanoseconds.
    init(pid: Int32, paths: [String]? = nil, patience: UInt64 = 1_000_000) {
        self.pid = pid
        self.paths = paths ?? ["/proc/\(pid)/root/tmp/perf-\(pid).map", "/tmp/perf-\(pid).map"]
        self.patience = patience
    }

    /// How much is kept, in bytes.
    var size: Int { entries.count * MemoryLayout<Entry>.stride + names.count }

    /// The function at an address, where it is known.
    func function(
        at address: UInt64, names pool: NamePool, _ demangler: Demangler
    ) -> (name: Bytes, offset: UInt64)? {
        let index = firstIndex(after: address) - 1
        guard index >= 0, address < entries[index].end else { return nil }
        let entry = entries[index]
        let offset = address - entry.start
        if let name = met[entry.name] { return (name, offset) }
        let text = names[Int(entry.name)..<Int(entry.name) + Int(entry.length)]
        let name = pool.keep(demangler.readable(String(decoding: text, as: UTF8.self)))
        met[entry.name] = name
        givenCount += name.count
        return (name, offset)
    }

    private func firstIndex(after address: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].start <= address { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Reads what has been appended to the file, or all of another one; answers whether there was anything.
    ///
    /// - Parameter room: how much more may be kept, in bytes.
    func readOn(_ room: Int) -> Bool {
        let now = System.monotonicTime()
        guard now >= nextLook else { return false }
        nextLook = now &+ patience
        for path in paths {
            // What is no file may make us wait, or do something, when it is opened.
            guard let seen = try? System.status(of: path), seen.st_mode & S_IFMT == S_IFREG,
                let opened = try? System.open(path, O_RDONLY | O_NONBLOCK),
                let status = try? System.status(of: opened.number), status.st_mode & S_IFMT == S_IFREG,
                isTrusted(status.st_uid)
            else { continue }
            let found = (UInt(status.st_dev), UInt(status.st_ino))
            if file != found || UInt64(clamping: status.st_size) < position { forget() }
            file = found
            let count = read(opened.number, size + min(room, PerfMap.greatest - size))
            readCount += count
            // One who writes much again and again does not keep us busy.
            nextLook &+= patience * (count >> 13)
            return count > 0
        }
        return false
    }

    private func forget() {
        entries = []
        names = []
        met = [:]
        position = 0
    }

    /// Reads whole lines from where the last ones ended until so much is kept; answers how many bytes they have.
    private func read(_ number: Int32, _ most: Int) -> UInt64 {
        let before = position
        var added: [Entry] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while size + added.count * MemoryLayout<Entry>.stride < most,
            let count = try? unsafe chunk.withUnsafeMutableBytes({
                try unsafe System.read(number, into: $0, at: position)
            }),
            let end = chunk[..<count].lastIndex(of: 0x0a)
        {
            for line in chunk[..<end].split(separator: 0x0a) {
                if let entry = entry(line) { added.append(entry) }
            }
            position += UInt64(end + 1)
        }
        merge(added)
        return position - before
    }

    private func entry(_ line: ArraySlice<UInt8>) -> Entry? {
        let parts = line.split(separator: 0x20, maxSplits: 2)
        guard parts.count == 3, let start = UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16),
            let size = UInt64(String(decoding: parts[1], as: UTF8.self), radix: 16)
        else { return nil }
        defer { names += parts[2] }
        return Entry(
            start: start, end: start &+ size, name: UInt32(names.count), length: UInt32(parts[2].count))
    }

    private func merge(_ added: [Entry]) {
        guard !added.isEmpty else { return }
        var all: [Entry] = []
        all.reserveCapacity(entries.count + added.count)
        var next = 0
        for entry in added.sorted(by: { ($0.start, $0.name) < ($1.start, $1.name) }) {
            while next < entries.count, entries[next].start <= entry.start {
                all.append(entries[next])
                next += 1
            }
            if all.last?.start == entry.start { all.removeLast() }
            all.append(entry)
        }
        entries = all + entries[next...]
    }

    /// Whether a file of that user may name what the process runs: anyone can write into `/tmp`.
    private func isTrusted(_ owner: UInt32) -> Bool {
        if owner == System.effectiveUser { return true }
        return (try? System.status(of: "/proc/\(pid)"))?.st_uid == owner
    }
}

/// The functions of code that processes have made at run time, of all processes.
struct PerfMaps {
    /// How much is kept at most, in bytes.
    private static let limit = 256 << 20
    /// How many ended processes are remembered for their last events.
    private static let mostEnded = 4096

    private var maps: [Int32: PerfMap] = [:]
    private var ended: [Int32] = []
    /// How much is kept, with the names that have been given out, in bytes.
    private var kept = 0

    /// The function of a process at an address; its file is looked at again where that is not known.
    mutating func function(
        at address: UInt64, of pid: Int32, names: NamePool, _ demangler: Demangler
    ) -> (name: Bytes, offset: UInt64)? {
        let map = maps[pid] ?? PerfMap(pid: pid)
        maps[pid] = map
        while kept > PerfMaps.limit - PerfMap.greatest, let oldest = ended.first {
            ended.removeFirst()
            forget(oldest)
        }
        let before = map.size + map.givenCount
        defer { kept += map.size + map.givenCount - before }
        if let found = map.function(at: address, names: names, demangler) { return found }
        guard map.readOn(max(0, PerfMaps.limit - kept)) else { return nil }
        return map.function(at: address, names: names, demangler)
    }

    /// Notes that a process has ended; its last events may come later.
    mutating func end(_ pid: Int32) {
        guard maps[pid] != nil else { return }
        ended.append(pid)
        guard ended.count > 2 * PerfMaps.mostEnded else { return }
        for pid in ended.prefix(PerfMaps.mostEnded) { forget(pid) }
        ended.removeFirst(PerfMaps.mostEnded)
    }

    /// Forgets a process, whose number another one may have now.
    mutating func forget(_ pid: Int32) {
        guard let map = maps.removeValue(forKey: pid) else { return }
        kept -= map.size
    }
}
