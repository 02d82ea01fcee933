internal import CZstd

/// Expands what `perf record -z` has compressed, and holds it until it has been given out.
///
/// The records of a compressed recording are pieces of one stream; a record of events may end in a later one.
/// Places count the expanded bytes from the first one on. A piece is expanded bit by bit, as the little that it is
/// may become very much.
@safe
final class Expander {
    /// The most bytes that are held.
    private static let greatest = 1 << 28

    private let stream: OpaquePointer
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var origin: UInt64 = 0
    private var count = 0
    /// How many bytes are expanded at once.
    private let step: Int
    /// The piece that was taken last, and how much of it has been used up.
    private var piece: [UInt8] = []
    private var used = 0
    /// Whether more can be expanded of it.
    private(set) var hasMore = false

    /// Begins a stream (`ZSTD_createDStream`).
    init(step: Int) {
        guard let stream = unsafe ZSTD_createDStream() else { fatalError("out of memory") }
        unsafe self.stream = unsafe stream
        self.step = step
        capacity = 4 * step
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    }

    deinit {
        unsafe ZSTD_freeDStream(stream)
        unsafe base.deallocate()
    }

    /// Where the bytes end that are held.
    var end: UInt64 { origin &+ UInt64(count) }

    /// The bytes from a place on, or `nil` where they are not all held.
    @inline(__always)
    func bytes(at place: UInt64, count: Int) -> Bytes? {
        unsafe Bytes(base: base, count: self.count).slice(at: place, from: origin, count)
    }

    /// Takes the next piece of the stream; nothing must be left of the one before.
    func take(_ piece: Bytes) {
        self.piece = piece.array
        used = 0
        hasMore = true
    }

    /// Expands the next bytes and drops those before `kept`; answers what is wrong (`ZSTD_decompressStream`).
    func expand(keeping kept: UInt64) -> String? {
        makeRoom(keeping: kept)
        guard capacity - count >= step else { return "it expands to more than \(capacity >> 20) MiB" }
        return unsafe piece.withUnsafeBytes { bytes in
            var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: used)
            var output = unsafe ZSTD_outBuffer(dst: base + count, size: step, pos: 0)
            let result = unsafe ZSTD_decompressStream(stream, &output, &input)
            used = unsafe input.pos
            count += unsafe output.pos
            if ZSTD_isError(result) != 0 { return unsafe String(cString: ZSTD_getErrorName(result)) }
            // All is there when the input is used up and the output was not filled.
            hasMore = unsafe input.pos < input.size || output.pos == output.size
            return nil
        }
    }

    /// Makes room for a step: where a good part can be dropped it is, so that bytes are not moved time and again.
    private func makeRoom(keeping kept: UInt64) {
        guard capacity - count < step else { return }
        let dropped = Int(min(max(kept, origin), end) &- origin)
        if dropped < capacity / 4, capacity < Expander.greatest {
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 8)
            unsafe larger.copyMemory(from: base, byteCount: count)
            unsafe base.deallocate()
            unsafe base = unsafe larger
            capacity *= 2
        } else {
            unsafe base.copyMemory(from: base + dropped, byteCount: count - dropped)
            origin &+= UInt64(dropped)
            count -= dropped
        }
    }
}
