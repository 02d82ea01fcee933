internal import CZstd

/// Expands what `perf record -z` has compressed, and holds it until it has been given out.
///
/// The records of a compressed recording are pieces of one stream; a record of events may end in a later one.
/// Places count the expanded bytes from the first one on.
@safe
final class Expander {
    /// The most bytes that are held.
    private static let greatest = 1 << 28

    private let stream: OpaquePointer
    private var base: UnsafeMutableRawPointer
    private var capacity = 1 << 20
    private var origin: UInt64 = 0
    private var count = 0

    /// Begins a stream (`ZSTD_createDStream`).
    init() {
        guard let stream = unsafe ZSTD_createDStream() else { fatalError("out of memory") }
        unsafe self.stream = unsafe stream
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

    /// Expands a piece of the stream and drops the bytes before `kept`; answers what is wrong with it
    /// (`ZSTD_decompressStream`).
    func expand(_ piece: Bytes, keeping kept: UInt64) -> String? {
        drop(before: kept)
        var input = unsafe ZSTD_inBuffer(src: piece.base, size: piece.count, pos: 0)
        while true {
            if capacity - count < 1 << 17 {
                guard capacity < Expander.greatest else {
                    return "it expands to more than \(capacity >> 20) MiB"
                }
                grow()
            }
            var output = unsafe ZSTD_outBuffer(dst: base + count, size: capacity - count, pos: 0)
            let result = unsafe ZSTD_decompressStream(stream, &output, &input)
            count += unsafe output.pos
            if ZSTD_isError(result) != 0 { return unsafe String(cString: ZSTD_getErrorName(result)) }
            // All is there when the input is used up and the output was not filled.
            if unsafe input.pos == input.size, unsafe output.pos < output.size { return nil }
        }
    }

    private func drop(before kept: UInt64) {
        let dropped = Int(min(max(kept, origin), end) &- origin)
        guard dropped > capacity / 2 else { return }
        unsafe base.copyMemory(from: base + dropped, byteCount: count - dropped)
        origin &+= UInt64(dropped)
        count -= dropped
    }

    private func grow() {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 8)
        unsafe larger.copyMemory(from: base, byteCount: count)
        unsafe base.deallocate()
        unsafe base = unsafe larger
        capacity *= 2
    }
}
