import Tracepoints

/// A thread, and the call that it is in.
struct PendingCall: BitwiseCopyable {
    /// What is known of the program that the thread runs.
    enum Interface: UInt8, BitwiseCopyable { case unknown, native, compat }

    /// The thread; 0 in a place that is free.
    var thread: Int32 = 0
    /// Whether it is in a call.
    var isInside = false
    /// Which of its paths come from the kernel and so are certain, as bits.
    var certain: UInt8 = 0
    var interface = Interface.unknown
    /// Whether the call that begins next is one of the 32-bit interface.
    var isNextCompat = false
    /// Where the call stands in the table.
    var index: Int32 = 0
    /// Its number.
    var number: Int64 = 0
    /// When it began, in nanoseconds of the event clock.
    var start: UInt64 = 0
    var arguments: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    /// The blocks of the texts of its paths, in the order of arguments; -1 where a path could not be read.
    var texts: (Int32, Int32, Int32) = (-1, -1, -1)
    /// The sample of its begin, for what is shown of a call that has not ended.
    var cpu: Int32 = 0
    var process: Int32 = -1
    var task: Int32 = -1
    var comm = Comm.unknown

    @inline(__always)
    func argument(_ place: Int) -> UInt64 {
        switch place {
        case 0: arguments.0
        case 1: arguments.1
        case 2: arguments.2
        case 3: arguments.3
        case 4: arguments.4
        default: arguments.5
        }
    }

    /// Whether a path comes from the kernel.
    func isCertain(_ path: Int) -> Bool { certain >> UInt8(truncatingIfNeeded: path) & 1 == 1 }

    func text(_ place: Int) -> Int32 {
        place == 0 ? texts.0 : place == 1 ? texts.1 : place == 2 ? texts.2 : -1
    }

    mutating func setText(_ place: Int, _ block: Int32) {
        switch place {
        case 0: texts.0 = block
        case 1: texts.1 = block
        case 2: texts.2 = block
        default: break
        }
    }
}

/// The threads that are known, by their id. It grows with the threads that are in a call at the same time;
/// those that are in none are forgotten when there is no room.
struct PendingCalls: ~Copyable {
    private var slots: ContiguousArray<PendingCall>
    private var used = 0
    private var last = 0

    init(capacity: Int = 1024) { slots = ContiguousArray(repeating: PendingCall(), count: capacity) }

    /// The place of a thread, which is made where there is none. Valid until the next place is asked for.
    @inline(__always)
    mutating func place(of thread: Int32) -> Int {
        if slots[last].thread == thread { return last }
        last = find(thread)
        return last
    }

    @inline(__always)
    subscript(place: Int) -> PendingCall {
        @inline(__always) get { slots[place] }
        @inline(__always) _modify { yield &slots[place] }
    }

    /// The number of places; those that have no thread have the thread 0.
    var count: Int { slots.count }

    private static func start(_ thread: Int32, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: UInt64(UInt32(bitPattern: thread)) &* 0x9e37_79b9_7f4a_7c15 >> 32) & mask
    }

    @inline(never)
    private mutating func find(_ thread: Int32) -> Int {
        let mask = slots.count - 1
        var place = Self.start(thread, mask)
        while slots[place].thread != 0 {
            if slots[place].thread == thread { return place }
            place = (place + 1) & mask
        }
        if used >= slots.count / 2 {
            rebuild()
            return find(thread)
        }
        used += 1
        slots[place].thread = thread
        return place
    }

    private mutating func rebuild() {
        let kept = slots.filter { $0.thread != 0 && $0.isInside }
        var capacity = slots.count
        while kept.count > capacity / 4 { capacity *= 2 }
        slots = ContiguousArray(repeating: PendingCall(), count: capacity)
        used = kept.count
        last = 0
        for call in kept {
            var place = Self.start(call.thread, capacity - 1)
            while slots[place].thread != 0 { place = (place + 1) & (capacity - 1) }
            slots[place] = call
        }
    }
}

/// Texts of a bounded length, in blocks that are used again.
@safe
struct TextBlocks: ~Copyable {
    /// The bytes of a block: as much as a path can have, with its closing zero.
    static let size = 4096
    private var blocks = unsafe ContiguousArray<UnsafeMutableRawPointer>()
    private var lengths: ContiguousArray<Int32> = []
    private var free: ContiguousArray<Int32> = []

    deinit { for index in 0..<lengths.count { unsafe blocks[index].deallocate() } }

    /// Fills a block with what `fill` writes, up to a zero byte; -1 where there is none.
    ///
    /// - Parameter fill: answers how many bytes it has written, or -1.
    mutating func make(_ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int32 {
        let block: Int32
        if let last = free.popLast() {
            block = last
        } else {
            block = Int32(lengths.count)
            unsafe blocks.append(.allocate(byteCount: Self.size, alignment: 8))
            lengths.append(0)
        }
        let room = unsafe UnsafeMutableRawBufferPointer(start: blocks[Int(block)], count: Self.size)
        let count = unsafe fill(room)
        guard count >= 0, count <= Self.size else {
            free.append(block)
            return -1
        }
        lengths[Int(block)] = Int32(count)
        return block
    }

    /// The bytes of a block.
    func bytes(_ block: Int32) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: blocks[Int(block)], count: Int(lengths[Int(block)]))
    }

    mutating func release(_ block: Int32) {
        if block >= 0 { free.append(block) }
    }
}
