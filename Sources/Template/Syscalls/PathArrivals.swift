/// Paths that the kernel has told of, whose calls have not begun yet: a few, as each is written just before its
/// call. Those of calls that are not traced are pushed out.
struct PathArrivals {
    /// A path by its thread and address.
    struct Path: BitwiseCopyable {
        let thread: Int32
        /// Where the text lies; -1 for an empty one.
        let block: Int32
        let address: UInt64
    }

    private static let room = 256
    private var paths = ContiguousArray<Path>(
        repeating: Path(thread: 0, block: -1, address: 0), count: room)
    private var next = 0

    /// Keeps a path and answers the block of the one that is pushed out, or -1.
    mutating func add(_ path: Path) -> Int32 {
        let old = paths[next]
        paths[next] = path
        next = (next + 1) % Self.room
        return old.thread == 0 ? -1 : old.block
    }

    /// Takes a path out; `nil` where it has not been told of.
    mutating func take(_ thread: Int32, _ address: UInt64) -> Int32? {
        for step in 1...Self.room {
            let place = (next + Self.room - step) % Self.room
            guard paths[place].thread == thread, paths[place].address == address else { continue }
            let block = paths[place].block
            paths[place] = Path(thread: 0, block: -1, address: 0)
            return block
        }
        return nil
    }
}
