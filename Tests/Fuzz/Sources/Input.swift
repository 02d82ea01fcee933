import Tracepoints

/// The bytes of one input, taken from front to back; what is missing is zero.
struct Input {
    private(set) var rest: Bytes

    init(_ bytes: UnsafeRawBufferPointer) { rest = unsafe Bytes(bytes) }

    var isEmpty: Bool { rest.count == 0 }

    /// The next bytes, as many as there are up to `count`.
    mutating func take(_ count: Int) -> Bytes {
        let length = min(count, rest.count)
        guard let taken = rest.slice(0, length), let left = rest.slice(length, rest.count - length) else {
            fatalError("a part of the input is outside of it")
        }
        rest = left
        return taken
    }

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T {
        take(MemoryLayout<T>.size).array.reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }

    /// A number of a closed range of fewer than 256, by one byte.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(integer(UInt8.self)) % range.count
    }

    mutating func flag() -> Bool { integer(UInt8.self) & 1 == 1 }

    /// The bytes before the next zero, which is left out.
    mutating func text() -> [UInt8] {
        let text = take(rest.untilNul().count).array
        _ = take(1)
        return text
    }
}

extension Bytes {
    /// Reads all bytes, so that those that are not there are noticed.
    @inline(never)
    func touch() {
        var sum: UInt64 = 0
        for index in 0..<count {
            sum = unsafe sum &* 31 &+ UInt64(base.load(fromByteOffset: index, as: UInt8.self))
        }
        check(sum != .max - 1, "the one sum that is not thought of")
    }

    /// A copy.
    var array: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: base, count: count)) }
}

extension String {
    init(_ bytes: [UInt8]) { self.init(decoding: bytes, as: UTF8.self) }
}
