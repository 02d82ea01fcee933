/// One function of a call chain: where an address lies.
@safe @frozen
public struct Frame: BitwiseCopyable {
    /// The function's name, demangled; empty where it is not known.
    public let name: Bytes
    /// The distance of the address from the function's start, in bytes.
    public let offset: UInt64
    /// The path of the program or library, or the name of the kernel's module; empty where it is not known.
    public let module: Bytes
}

/// Frames by their addresses: a hash table with open addressing.
@safe
final class FrameTable {
    private struct Slot {
        /// The address, or zero for none.
        var key: UInt64
        var frame: Frame
    }

    /// How many frames are kept at most; then all are forgotten.
    private static let limit = 1 << 18

    private var slots: UnsafeMutablePointer<Slot>?
    private var capacity = 0
    private var count = 0

    deinit { unsafe slots?.deallocate() }

    /// The frame of an address.
    func find(_ key: UInt64) -> Frame? {
        guard let slots = unsafe slots, key != 0 else { return nil }
        let slot = unsafe slots + place(of: key)
        return unsafe slot.pointee.key == key ? slot.pointee.frame : nil
    }

    /// Enters a frame.
    func insert(_ key: UInt64, _ frame: Frame) {
        guard key != 0 else { return }
        if count >= FrameTable.limit { removeAll() }
        if count * 2 >= capacity { grow(frame) }
        guard let slots = unsafe slots else { return }
        unsafe slots[place(of: key)] = Slot(key: key, frame: frame)
        count += 1
    }

    /// Forgets all frames.
    func removeAll() {
        unsafe slots?.deallocate()
        unsafe slots = nil
        capacity = 0
        count = 0
    }

    private func place(of key: UInt64) -> Int {
        guard let slots = unsafe slots else { return 0 }
        var index = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & (capacity - 1)
        while unsafe slots[index].key != key, unsafe slots[index].key != 0 {
            index = (index + 1) & (capacity - 1)
        }
        return index
    }

    private func grow(_ any: Frame) {
        let old = unsafe slots
        let oldCapacity = capacity
        capacity = max(64, capacity * 2)
        let new = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
        unsafe new.initialize(repeating: Slot(key: 0, frame: any), count: capacity)
        unsafe slots = unsafe new
        guard let old = unsafe old else { return }
        for index in 0..<oldCapacity where unsafe old[index].key != 0 {
            unsafe new[place(of: old[index].key)] = unsafe old[index]
        }
        unsafe old.deallocate()
    }
}

/// Memory for names, which never moves and is given back as a whole.
@safe
final class NamePool {
    private static let chunk = 64 << 10

    private var chunks: [UnsafeMutableRawPointer] = unsafe []
    private var left = 0

    deinit { for index in unsafe chunks.indices { unsafe chunks[index].deallocate() } }

    /// Copies bytes, which stay for as long as the pool.
    func keep(_ bytes: UnsafeRawBufferPointer) -> Bytes {
        guard let source = bytes.baseAddress, bytes.count > 0 else {
            return unsafe Bytes(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        if left < bytes.count {
            left = max(NamePool.chunk, bytes.count)
            unsafe chunks.append(.allocate(byteCount: left, alignment: 1))
        }
        let size = max(NamePool.chunk, bytes.count)
        let place = unsafe chunks[chunks.count - 1] + (size - left)
        unsafe place.copyMemory(from: source, byteCount: bytes.count)
        // A chunk of its own is used up by a long name.
        left = size > NamePool.chunk ? 0 : left - bytes.count
        return unsafe Bytes(base: place, count: bytes.count)
    }

    /// Copies text, which stays for as long as the pool.
    func keep(_ text: String) -> Bytes {
        unsafe Array(text.utf8).withUnsafeBytes { unsafe keep($0) }
    }
}
