internal import Glibc

/// A range of addresses of a process, as `/proc/PID/maps` has it.
struct ProcessMapping {
    /// The first address.
    let start: UInt64
    /// The address after the last.
    let end: UInt64
    /// Where in the file the first byte lies.
    let fileOffset: UInt64
    /// What may be done there (`PROT_*`).
    let protection: Int32
    /// Whether others see what is written there.
    let isShared: Bool
    /// What tells the file apart.
    let file: MappedFile.Identity

    /// Whether code is executed there.
    var isCode: Bool { protection & PROT_EXEC != 0 }

    /// Reads what a process has mapped; nothing where it has gone.
    static func all(of pid: Int32) -> [ProcessMapping] {
        guard let text = try? System.contents(of: "/proc/\(pid)/maps") else { return [] }
        return text.split(separator: 0x0a).compactMap(ProcessMapping.init)
    }

    /// Reads a line: `start-end perms offset major:minor inode path`.
    private init?(_ line: ArraySlice<UInt8>) {
        let parts = line.split(separator: 0x20, maxSplits: 5)
        guard parts.count >= 5, parts[1].count == 4 else { return nil }
        func numbers(_ part: ArraySlice<UInt8>, _ separator: Character) -> [UInt64] {
            part.split(separator: separator.asciiValue!)
                .compactMap { UInt64(String(decoding: $0, as: UTF8.self), radix: 16) }
        }
        let range = numbers(parts[0], "-")
        let device = numbers(parts[3], ":")
        guard range.count == 2, device.count == 2,
            let offset = UInt64(String(decoding: parts[2], as: UTF8.self), radix: 16),
            let inode = UInt64(String(decoding: parts[4], as: UTF8.self))
        else { return nil }
        var path = parts.count > 5 ? parts[5].drop { $0 == 0x20 } : []
        let deleted = Array(" (deleted)".utf8)
        if path.count > deleted.count, path.suffix(deleted.count).elementsEqual(deleted) {
            path = path.dropLast(deleted.count)
        }
        start = range[0]
        end = range[1]
        fileOffset = offset
        protection = zip("rwx".utf8, [PROT_READ, PROT_WRITE, PROT_EXEC])
            .reduce(0) { parts[1].contains($1.0) ? $0 | $1.1 : $0 }
        isShared = parts[1].last == UInt8(ascii: "s")
        file = MappedFile.Identity(
            path: String(decoding: path, as: UTF8.self), major: UInt32(truncatingIfNeeded: device[0]),
            minor: UInt32(truncatingIfNeeded: device[1]), inode: inode)
    }
}
