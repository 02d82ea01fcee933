internal import CLinux
internal import Glibc

/// The functions of code that a process has made at run time, from the file `/tmp/perf-PID.map` that it writes: a
/// line for each, with the start and the size in hexadecimal and the name.
@safe
final class PerfMap {
    /// The greatest file that is read, in bytes.
    private static let greatest = 64 << 20
    /// How long a file is left alone after it has been looked at, in nanoseconds.
    private static let patience: UInt64 = 100_000_000

    private struct Entry {
        let start: UInt64
        let end: UInt64
        let name: Bytes
    }

    private let pid: Int32
    private var entries: [Entry] = []
    private var size = -1
    private var nextLook: UInt64 = 0

    init(pid: Int32) { self.pid = pid }

    /// The function at an address; the file is read again where it has grown since.
    func function(
        at address: UInt64, names: NamePool, _ demangler: Demangler
    ) -> (name: Bytes, offset: UInt64)? {
        if let found = find(address) { return found }
        return readAgain(names, demangler) ? find(address) : nil
    }

    private func find(_ address: UInt64) -> (name: Bytes, offset: UInt64)? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].start <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, address < entries[low - 1].end else { return nil }
        return (entries[low - 1].name, address - entries[low - 1].start)
    }

    /// Reads the file where it has changed; answers whether it has.
    private func readAgain(_ names: NamePool, _ demangler: Demangler) -> Bool {
        let now = System.monotonicTime()
        guard now >= nextLook else { return false }
        nextLook = now &+ PerfMap.patience
        for path in ["/proc/\(pid)/root/tmp/perf-\(pid).map", "/tmp/perf-\(pid).map"] {
            guard let status = try? System.status(of: path), status.st_mode & S_IFMT == S_IFREG,
                isTrusted(status.st_uid), status.st_size <= PerfMap.greatest
            else { continue }
            guard Int(status.st_size) != size, let text = try? System.contents(of: path) else { return false }
            size = Int(status.st_size)
            read(text, names, demangler)
            return true
        }
        return false
    }

    /// Whether a file of that user may name what the process runs: anyone can write into `/tmp`.
    private func isTrusted(_ owner: UInt32) -> Bool {
        if owner == System.effectiveUser { return true }
        return (try? System.status(of: "/proc/\(pid)"))?.st_uid == owner
    }

    private func read(_ text: [UInt8], _ names: NamePool, _ demangler: Demangler) {
        entries = text.split(separator: 0x0a).compactMap { line in
            let parts = line.split(separator: 0x20, maxSplits: 2)
            guard parts.count == 3, let start = UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16),
                let size = UInt64(String(decoding: parts[1], as: UTF8.self), radix: 16)
            else { return nil }
            let name = demangler.readable(String(decoding: parts[2], as: UTF8.self))
            return Entry(start: start, end: start &+ size, name: names.keep(name))
        }
        .sorted { $0.start < $1.start }
    }
}
