import Tracepoints

/// What protobuf's wire format is made of: fields, each a tag and a value.
///
/// A tag is the field's number and the kind of its value: 0 for a number, 2 for bytes with their length before
/// them, which a message within a message is too.
extension LineBuffer {
    /// The most bytes of a number.
    private static let longestNumber = 10

    /// Appends a number, seven bits to a byte, the lowest first.
    @inline(__always)
    mutating func append(varint value: UInt64) {
        unsafe append(room: LineBuffer.longestNumber) { out in unsafe LineBuffer.write(varint: value, out) }
    }

    /// Writes a number and answers how many bytes it took, of which there must be ten.
    @inline(__always)
    private static func write(varint value: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = value
        var count = 0
        while rest >= 0x80 {
            unsafe out[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            count &+= 1
        }
        unsafe out[count] = UInt8(truncatingIfNeeded: rest)
        return count &+ 1
    }

    /// Appends a field that is a number.
    @inline(__always)
    mutating func append(field: Int, _ value: UInt64) {
        append(varint: UInt64(field) << 3)
        append(varint: value)
    }

    /// Appends a field that is text.
    mutating func append(field: Int, _ text: String) {
        append(varint: UInt64(field) << 3 | 2)
        var text = text
        text.withUTF8 { utf8 in
            append(varint: UInt64(utf8.count))
            unsafe append(UnsafeRawBufferPointer(utf8))
        }
    }

    /// Begins a field that is a message, or text; answers its place for `endMessage`.
    @inline(__always)
    mutating func beginMessage(_ field: Int) -> Int {
        append(varint: UInt64(field) << 3 | 2)
        return beginContent()
    }

    /// Begins bytes with their length before them, behind a tag; answers their place for `endMessage`.
    @inline(__always)
    mutating func beginContent() -> Int {
        append(0)
        return count &- 1
    }

    /// Ends what was begun at a place: puts its length there.
    @inline(__always)
    mutating func endMessage(_ start: Int) {
        let length = count &- start &- 1
        if length < 0x80 {
            unsafe base[start] = UInt8(truncatingIfNeeded: length)
        } else {
            putLength(UInt64(length), at: start)
        }
    }

    /// Puts a length of more than one byte where one byte has been kept for it.
    private mutating func putLength(_ length: UInt64, at start: Int) {
        let width = (64 &- length.leadingZeroBitCount &+ 6) / 7
        insert(0, times: width &- 1, at: start)
        var rest = length
        for index in 0..<width {
            unsafe base[start &+ index] =
                UInt8(truncatingIfNeeded: rest & 0x7f) | (index < width &- 1 ? 0x80 : 0)
            rest >>= 7
        }
    }

    /// Appends text as it is where it is UTF-8, as protobuf wants it; else with escapes for what is not printed.
    mutating func append(utf8 text: Bytes) {
        if text.isPlain || text.isUTF8 { append(text) } else { appendText(text) }
    }
}

extension Bytes {
    /// Whether the bytes are well-formed UTF-8.
    fileprivate var isUTF8: Bool {
        var index = 0
        while index < count {
            guard let scalar = scalar(at: index) else { return false }
            index &+= scalar.length
        }
        return true
    }
}
