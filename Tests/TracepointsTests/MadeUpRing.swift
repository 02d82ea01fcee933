@testable import Tracepoints

/// A ring buffer in made-up memory, written as the kernel writes: records follow each other and wrap.
@safe
final class MadeUpRing {
    let capacity: Int
    private let memory: UnsafeMutableRawPointer
    private let scratch: UnsafeMutableRawPointer
    private(set) var head: UInt64

    init(capacity: Int, position: UInt64 = 0) {
        self.capacity = capacity
        head = position
        unsafe memory = .allocate(byteCount: capacity, alignment: 8)
        unsafe scratch = .allocate(byteCount: RingCursor.longestRecord, alignment: 8)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xaa, count: capacity)
    }

    deinit {
        unsafe memory.deallocate()
        unsafe scratch.deallocate()
    }

    /// A cursor that stands where writing began; the ring must outlive it.
    func cursor(at position: UInt64) -> RingCursor {
        unsafe RingCursor(
            data: UnsafeRawPointer(memory), capacity: capacity, scratch: scratch, position: position)
    }

    /// Writes bytes at the head, byte by byte so that they wrap anywhere.
    func write(_ bytes: [UInt8]) {
        for byte in bytes {
            unsafe memory.storeBytes(of: byte, toByteOffset: Int(head % UInt64(capacity)), as: UInt8.self)
            head += 1
        }
    }

    /// Writes a record with its header; the body is padded to a multiple of eight bytes.
    func write(type: UInt32, body: [UInt8]) {
        let padded = body + Array(repeating: 0, count: (8 - body.count % 8) % 8)
        write(header(type: type, size: 8 + padded.count) + padded)
    }

    /// Writes a sample of time and raw record.
    func write(sample raw: [UInt8], time: UInt64) {
        var body = littleEndian(time)
        let padding = (8 - (4 + raw.count) % 8) % 8
        body += littleEndian(UInt32(raw.count + padding)) + raw + Array(repeating: 0, count: padding)
        write(type: RecordType.sample, body: body)
    }
}

/// A record's header.
func header(type: UInt32, size: Int) -> [UInt8] {
    littleEndian(type) + littleEndian(UInt16(0)) + littleEndian(UInt16(truncatingIfNeeded: size))
}

/// An integer's bytes as the kernel stores them here.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<MemoryLayout<T>.size).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) }
}

extension Bytes {
    /// The bytes as an array.
    var array: [UInt8] { (0..<count).map { self[$0] } }
}
