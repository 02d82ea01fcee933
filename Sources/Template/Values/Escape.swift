import Tracepoints

/// Whether a character must not reach a terminal as it is: it moves the cursor, turns the direction of
/// text, or is not to be seen.
func isUnsafe(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7f..<0xa0, 0xad, 0x061c, 0x180e: true
    case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f: true
    case 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f: true
    default: false
    }
}

/// A bit set in each byte (its highest) that is not printable ASCII or is a backslash. The lowest such
/// byte is exact, those above it may be marked wrongly.
@inline(__always)
func uncleanBytes(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let controls = (word &- ones &* 0x20) & ~word
    let delete = word ^ (ones &* 0x7f)
    let backslash = word ^ (ones &* 0x5c)
    let marks = word | controls | ((delete &- ones) & ~delete) | ((backslash &- ones) & ~backslash)
    return marks & (ones &* 0x80)
}

extension Bytes {
    /// The character that starts at `index` and the number of its bytes, or `nil` where they are no UTF-8.
    func scalar(at index: Int) -> (value: UInt32, length: Int)? {
        let first = self[index]
        let length: Int
        let least: UInt32
        switch first {
        case 0..<0x80: return (UInt32(first), 1)
        case 0xc2..<0xe0: (length, least) = (2, 0x80)
        case 0xe0..<0xf0: (length, least) = (3, 0x800)
        case 0xf0..<0xf5: (length, least) = (4, 0x10000)
        default: return nil
        }
        guard index + length <= count else { return nil }
        var value = UInt32(first) & (0x7f >> UInt32(length))
        for step in 1..<length {
            let byte = self[index + step]
            guard byte & 0xc0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        guard value >= least, Unicode.Scalar(value) != nil else { return nil }
        return (value, length)
    }
}

extension LineBuffer {
    /// Appends text so that it stays on its line and leaves the terminal alone; answers whether it ended
    /// at a zero byte, which is looked for where `endsAtNul` is set.
    ///
    /// Control bytes, characters that turn or hide text, invalid UTF-8 and the backslash come out as
    /// `\n`, `\t`, `\e`, `\0`, `\\`, `\xNN` or `\u{...}`, so that the bytes can be told from the result.
    @discardableResult
    mutating func appendText(_ bytes: Bytes, endsAtNul: Bool = false) -> Bool {
        // No byte takes more than the four of `\xNN`; the eight beyond are written over later.
        let room = bytes.count &* 4 &+ 8
        var endedAtNul = false
        unsafe append(room: room) { start in
            var out = unsafe start
            var index = 0
            while index < bytes.count {
                let word = bytes.word(at: index)
                unsafe UnsafeMutableRawPointer(out).storeBytes(of: word.littleEndian, as: UInt64.self)
                // What lies beyond the end reads as zeros, which are not clean.
                let clean = uncleanBytes(word).trailingZeroBitCount >> 3
                unsafe out += clean
                index &+= clean
                if clean == 8 || index >= bytes.count { continue }
                let byte = bytes[index]
                if byte >= 0x20 && byte < 0x7f && byte != 0x5c {
                    unsafe out.pointee = byte
                    unsafe out += 1
                    index &+= 1
                } else if byte == 0 && endsAtNul {
                    endedAtNul = true
                    break
                } else {
                    unsafe writeUnclean(bytes, &index, &out)
                }
            }
            return unsafe out - start
        }
        return endedAtNul
    }

    /// Escapes what has been rendered as it is since `start`.
    package mutating func escape(from start: Int, scratch: inout LineBuffer) {
        let rendered = unsafe Bytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        guard !rendered.isPlain else { return }
        move(from: start, to: &scratch)
        unsafe appendText(Bytes(scratch.bytes))
    }

    /// Moves what has been rendered since `start` to `scratch`, whose earlier content is forgotten.
    mutating func move(from start: Int, to scratch: inout LineBuffer) {
        scratch.removeAll()
        unsafe scratch.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        truncate(to: start)
    }
}

extension Bytes {
    /// Whether all bytes are printable ASCII and none is a backslash.
    var isPlain: Bool {
        var index = 0
        while let word = load(index, as: UInt64.self) {
            guard uncleanBytes(word) == 0 else { return false }
            index &+= 8
        }
        if index == count { return true }
        // The last word overlaps the one before it.
        if let last = load(count &- 8, as: UInt64.self) { return uncleanBytes(last) == 0 }
        return uncleanBytes(word(at: index)).trailingZeroBitCount >> 3 == count &- index
    }

    /// The eight bytes from `index` on, the first in the lowest place; zeros where there are fewer.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        if let word = load(index, as: UInt64.self) { return UInt64(littleEndian: word) }
        let rest = count &- index
        if rest >= 4, let low = load(index, as: UInt32.self), let high = load(count &- 4, as: UInt32.self) {
            // The two overlap where there are less than eight.
            return UInt64(UInt32(littleEndian: low))
                | UInt64(UInt32(littleEndian: high)) << UInt64((rest &- 4) &* 8)
        }
        guard rest > 0 else { return 0 }
        let middle = rest >> 1
        return UInt64(self[index]) | UInt64(self[index &+ middle]) << UInt64(middle &* 8)
            | UInt64(self[count &- 1]) << UInt64((rest &- 1) &* 8)
    }
}

/// Writes what stands for the bytes at `index` that are not plain, and moves both marks behind them.
@inline(never)
private func writeUnclean(_ bytes: Bytes, _ index: inout Int, _ out: inout UnsafeMutablePointer<UInt8>) {
    func put(_ byte: UInt8) {
        unsafe out.pointee = byte
        unsafe out += 1
    }
    func putHex(_ value: UInt32, digits: Int, _ letters: UInt8) {
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt32(place * 4)) & 0xf
            put(digit < 10 ? 0x30 + digit : letters + digit - 10)
        }
    }
    let byte = bytes[index]
    let scalar = bytes.scalar(at: index)
    if byte < 0x80 || scalar == nil {
        index += 1
        put(UInt8(ascii: "\\"))
        switch byte {
        case 0x00: put(UInt8(ascii: "0"))
        case 0x09: put(UInt8(ascii: "t"))
        case 0x0a: put(UInt8(ascii: "n"))
        case 0x1b: put(UInt8(ascii: "e"))
        case 0x5c: put(0x5c)
        default:
            put(UInt8(ascii: "x"))
            putHex(UInt32(byte), digits: 2, UInt8(ascii: "a"))
        }
    } else if let scalar {
        if isUnsafe(scalar.value) {
            put(UInt8(ascii: "\\"))
            put(UInt8(ascii: "u"))
            put(UInt8(ascii: "{"))
            putHex(scalar.value, digits: (35 - scalar.value.leadingZeroBitCount) / 4, UInt8(ascii: "A"))
            put(UInt8(ascii: "}"))
        } else {
            for step in 0..<scalar.length { put(bytes[index + step]) }
        }
        index += scalar.length
    }
}
