internal import Glibc

/// Where the code of a kernel lies. Another start of the same kernel may put it elsewhere (KASLR).
package struct KernelText: Equatable {
    /// The symbol that the code begins with.
    package static let symbol = "_text"

    /// The address of its first byte.
    package let start: UInt64
    /// Its length in bytes.
    package let size: UInt64

    package init(start: UInt64, size: UInt64) {
        self.start = start
        self.size = size
    }

    /// The code of the running kernel, as `/proc/kallsyms` and `/proc/iomem` tell it; `nil` where it is kept from
    /// us.
    package static func running() -> KernelText? {
        guard let start = runningStart() else { return nil }
        let memory = (try? System.contents(of: "/proc/iomem")) ?? []
        return KernelText(start: start, size: size(in: memory) ?? longest)
    }

    /// Where the code of the running kernel begins; `nil` where it is kept from us.
    package static func runningStart() -> UInt64? {
        guard let file = try? System.open("/proc/kallsyms", O_RDONLY) else { return nil }
        var text = [UInt8](repeating: 0, count: 64 << 10)
        // The symbols of the code come first; a read gives whole lines.
        let count =
            (try? unsafe text.withUnsafeMutableBytes { try unsafe System.read(file.number, into: $0) }) ?? 0
        return start(in: text[..<count])
    }

    /// The code that a record of a mapping tells of; `nil` where it is that of something else (`PERF_RECORD_MMAP`).
    init?(_ record: RingRecord) {
        let bytes = record.bytes
        guard bytes.load(8, as: Int32.self) == -1, let size = bytes.load(24, as: UInt64.self),
            let start = bytes.load(32, as: UInt64.self), start != 0,
            let name = bytes.slice(40, bytes.count - 40)?.untilNul(),
            name.array == Array(PerfData.kernelMapping.utf8)
        else { return nil }
        self.init(start: start, size: size)
    }

    /// The most that kernels reserve for their code, in bytes.
    private static let longest: UInt64 = 1 << 30

    /// The address of the first symbol in the lines of `/proc/kallsyms`; `nil` where it is hidden.
    static func start(in text: some Collection<UInt8>) -> UInt64? {
        let end = Array(" \(symbol)".utf8)
        for line in text.split(separator: 0x0a) where line.suffix(end.count).elementsEqual(end) {
            guard let digits = line.split(separator: 0x20).first,
                let address = UInt64(String(decoding: digits, as: UTF8.self), radix: 16), address != 0
            else { continue }
            return address
        }
        return nil
    }

    /// The length of the code by the lines of `/proc/iomem`; `nil` where it is hidden.
    static func size(in text: some Collection<UInt8>) -> UInt64? {
        for line in text.split(separator: 0x0a) {
            let parts = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard parts.count == 4, parts[2...] == ["Kernel", "code"] else { continue }
            let range = parts[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard range.count == 2, range[0] < range[1] else { continue }
            return range[1] - range[0] + 1
        }
        return nil
    }
}
