/// The numbers of the `perf.data` file format.
enum PerfData {
    /// `PERFILE2`, as the number that a machine of this byte order reads.
    static let magic: UInt64 = 0x3245_4c49_4652_4550
    /// The size of a file's header in bytes.
    static let headerSize = 104
    /// The size of a pipe's header in bytes.
    static let pipeHeaderSize = 16
    /// What the mapping of the kernel is called, from the symbol on that it begins with.
    static let kernelMapping = "[kernel.kallsyms]" + KernelText.symbol
    /// Marks a record that is about the kernel (`PERF_RECORD_MISC_KERNEL`).
    static let kernelMode: UInt16 = 1
    /// Where in the header the size of the data stands.
    static let dataSizeOffset = 48
    /// Where in the header the bits of the features stand.
    static let featuresOffset = 72

    /// The records that the kernel does not write (`PERF_RECORD_*` from 64 on).
    enum Record {
        static let attributes: UInt32 = 64
        static let tracingData: UInt32 = 66
        static let finishedRound: UInt32 = 68
        static let auxiliaryTrace: UInt32 = 71
        static let feature: UInt32 = 80
        static let compressed: UInt32 = 81
        static let compressed2: UInt32 = 83
        /// The kinds from here on are not the kernel's.
        static let firstOfUser: UInt32 = 64
    }

    /// What a file tells of the machine and the run (`HEADER_*`).
    enum Feature: Int, CaseIterable {
        case tracingData = 1
        case hostname = 3
        case release = 4
        case version = 5
        case architecture = 6
        case cpuCounts = 7
        case cpuDescription = 8
        case memory = 10
        case commandLine = 11
        case events = 12
        case sampleTime = 21
        case clock = 23
        case compressed = 27
        case clockData = 29
    }
}

extension RecordType {
    /// Records of lost samples, which count exactly (`PERF_RECORD_LOST_SAMPLES`).
    package static let lostSamples: UInt32 = 13
}

/// Why a recording cannot be read on, or written.
package struct RecordingError: Error, Sendable, CustomStringConvertible {
    /// Where in the file, in bytes from its beginning.
    package let offset: UInt64?
    /// What is wrong.
    package let reason: String

    init(_ reason: String, at offset: UInt64? = nil) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { offset.map { "at byte \($0): \(reason)" } ?? reason }
}

extension [UInt8] {
    /// Appends a number in the machine's byte order.
    mutating func append<T: FixedWidthInteger>(number: T) {
        unsafe Swift.withUnsafeBytes(of: number) { unsafe append(contentsOf: $0) }
    }

    /// Appends text as files have it: its length, and the bytes up to a multiple of 64, zeros at the end.
    mutating func append(string: [UInt8]) {
        let length = (string.count + 1 + 63) / 64 * 64
        append(number: UInt32(length))
        append(contentsOf: string)
        append(contentsOf: repeatElement(0, count: length - string.count))
    }

    /// Puts a number over the bytes at an offset.
    mutating func replace<T: FixedWidthInteger>(at offset: Int, with number: T) {
        unsafe Swift.withUnsafeBytes(of: number) { bytes in
            for index in 0..<MemoryLayout<T>.size { self[offset + index] = unsafe bytes[index] }
        }
    }
}

/// A walk over bytes that somebody else wrote; what does not fit is an error.
struct ByteScanner {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int
    /// Where the bytes lie in the file, for messages.
    private let origin: UInt64

    init(_ bytes: ArraySlice<UInt8>, origin: UInt64) {
        self.bytes = bytes
        position = bytes.startIndex
        self.origin = origin
    }

    /// The number of bytes that are left.
    var rest: Int { bytes.endIndex - position }
    /// The place in the file.
    var offset: UInt64 { origin &+ UInt64(position - bytes.startIndex) }

    /// The next `count` bytes.
    mutating func take(_ count: UInt64, _ what: @autoclosure () -> String) throws(RecordingError)
        -> ArraySlice<UInt8>
    {
        guard count <= UInt64(rest) else {
            throw RecordingError("\(what()) is \(count) bytes long, of which \(rest) are there", at: offset)
        }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }

    /// The next number.
    mutating func number<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type, _ what: @autoclosure () -> String
    ) throws(RecordingError) -> T {
        var value: T = 0
        for byte in try take(UInt64(MemoryLayout<T>.size), what()).reversed() { value = value << 8 | T(byte) }
        return value
    }

    /// The bytes before the next zero, which is skipped.
    mutating func untilZero(_ what: @autoclosure () -> String) throws(RecordingError) -> ArraySlice<UInt8> {
        guard let end = bytes[position...].firstIndex(of: 0) else {
            throw RecordingError("\(what()) has no end", at: offset)
        }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    /// A text with its length before it, up to its first zero.
    mutating func string(_ what: @autoclosure () -> String) throws(RecordingError) -> String {
        let length = try number(UInt32.self, what())
        let text = try take(UInt64(length), what())
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}
