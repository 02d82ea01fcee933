/// The texts that the kernel's `char *` lead to: tracefs `printk_formats`, sorted by address.
@safe
final class KernelTexts {
    private var entries: [(address: UInt64, start: Int, count: Int)] = []
    private let pool: UnsafeMutableRawBufferPointer

    /// Reads the first of `paths` that can be read; none is no error, the texts are then unknown.
    convenience init(_ paths: [String]) {
        var content: [UInt8] = []
        for path in paths {
            if let bytes = try? System.contents(of: path) {
                content = bytes
                break
            }
        }
        self.init(content)
    }

    /// Takes the content of such a file.
    init(_ content: [UInt8]) {
        var texts: [UInt8] = []
        for line in content.split(separator: 0x0a) {
            guard let (address, quoted) = KernelTexts.parts(line) else { continue }
            let start = texts.count
            KernelTexts.unescape(quoted, into: &texts)
            entries.append((address, start, texts.count - start))
        }
        entries.sort { $0.address < $1.address }
        unsafe pool = UnsafeMutableRawBufferPointer.allocate(byteCount: texts.count, alignment: 1)
        unsafe pool.copyBytes(from: texts)
    }

    deinit { unsafe pool.deallocate() }

    /// The text at that very address; it is valid for as long as the table lives.
    subscript(address: UInt64) -> Bytes? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].address < address { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].address == address else { return nil }
        return unsafe Bytes(UnsafeRawBufferPointer(pool)).slice(entries[low].start, entries[low].count)
    }

    /// Takes a line apart: `0xffffffff828195af : "text"`.
    private static func parts(_ line: ArraySlice<UInt8>) -> (UInt64, ArraySlice<UInt8>)? {
        let digits = line.dropFirst(2).prefix { $0 != 0x20 }
        guard line.starts(with: "0x".utf8), let open = line.firstIndex(of: 0x22),
            let close = line.lastIndex(of: 0x22), open < close,
            let address = UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        return (address, line[(open + 1)..<close])
    }

    private static func unescape(_ quoted: ArraySlice<UInt8>, into texts: inout [UInt8]) {
        var isEscaped = false
        for byte in quoted {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            switch (isEscaped, byte) {
            case (true, UInt8(ascii: "n")): texts.append(0x0a)
            case (true, UInt8(ascii: "t")): texts.append(0x09)
            default: texts.append(byte)
            }
            isEscaped = false
        }
    }
}
