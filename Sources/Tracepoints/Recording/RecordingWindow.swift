/// The part of a recording that is in memory: bytes are read at its end and dropped at its beginning.
///
/// Places are offsets from the beginning of the file, or of what came through the pipe. What is given out is
/// borrowed until the next `fill`.
@safe
struct RecordingWindow: ~Copyable {
    /// The most bytes that are held, which are more than any part of a file that must be there at once.
    static let greatest = 1 << 28
    private static let step = 1 << 19

    private let file: Descriptor
    private var base: UnsafeMutableRawPointer
    private var capacity = 1 << 22
    /// The place of the first byte that is held.
    private var origin: UInt64
    private var count = 0
    /// Where the bytes end that are to be read.
    private let limit: UInt64
    private(set) var isAtEnd = false

    /// Reads a file from its present place on, which is at `origin`, up to `limit`.
    init(_ file: consuming Descriptor, origin: UInt64, limit: UInt64) {
        self.file = file
        self.origin = origin
        self.limit = limit
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    }

    deinit { unsafe base.deallocate() }

    /// The file that is read.
    var descriptor: Int32 { file.number }

    /// Where the bytes end that are held.
    var end: UInt64 { origin &+ UInt64(count) }

    /// The bytes from a place on, or `nil` where they are not all held.
    @inline(__always)
    func bytes(at place: UInt64, count: Int) -> Bytes? {
        unsafe Bytes(base: base, count: self.count).slice(at: place, from: origin, count)
    }

    /// Reads until `size` bytes from a place on are held, and drops those before `kept`; answers whether
    /// there are so many.
    mutating func fill(to place: UInt64, keeping kept: UInt64) throws(SystemError) -> Bool {
        while end < place {
            if isAtEnd || place &- kept > UInt64(RecordingWindow.greatest) { return false }
            if capacity &- count < RecordingWindow.step { makeRoom(keeping: kept, for: place) }
            let wanted = min(UInt64(min(capacity &- count, RecordingWindow.step)), limit &- end)
            let room = unsafe UnsafeMutableRawBufferPointer(start: base + count, count: Int(wanted))
            let got = wanted == 0 ? 0 : try unsafe System.read(file.number, into: room)
            if got == 0 { isAtEnd = true }
            count &+= got
        }
        return true
    }

    private mutating func makeRoom(keeping kept: UInt64, for place: UInt64) {
        let dropped = Int(min(kept, end) &- origin)
        let held = count - dropped
        let needed = max(Int(place &- origin) - dropped, held) + RecordingWindow.step
        if needed > capacity {
            while capacity < needed { capacity *= 2 }
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
            unsafe larger.copyMemory(from: base + dropped, byteCount: held)
            unsafe base.deallocate()
            unsafe base = unsafe larger
        } else if dropped > 0 {
            unsafe base.copyMemory(from: base + dropped, byteCount: held)
        }
        origin &+= UInt64(dropped)
        count = held
    }
}

extension Bytes {
    /// The part of `length` bytes from a place of a stream on, of which these are the bytes from `origin` on;
    /// `nil` where they are not all here.
    @inline(__always)
    func slice(at place: UInt64, from origin: UInt64, _ length: Int) -> Bytes? {
        guard place >= origin, place &- origin <= UInt64(count) else { return nil }
        return slice(Int(place &- origin), length)
    }
}
