import Glibc

private typealias Malloc = @convention(c) (Int) -> UnsafeMutableRawPointer?

nonisolated(unsafe) private var realMalloc: Malloc?
nonisolated(unsafe) private var count = 0
nonisolated(unsafe) private var bytes = 0
nonisolated(unsafe) private var countedThread = pthread_t()

/// The number of allocations that Swift code does on this thread while `body` runs.
///
/// The places through which this program and the Swift runtime reach `malloc` are made to lead to a function
/// that counts: also what is given back at once is seen.
func countAllocations(_ body: () -> Void) -> Int { measureAllocations(body).count }

/// The number of allocations, as `countAllocations` counts them, and of their bytes together.
func measureAllocations(_ body: () -> Void) -> (count: Int, bytes: Int) {
    let program = unsafe dlopen(nil, RTLD_NOW)!
    unsafe realMalloc = unsafe unsafeBitCast(dlsym(program, "malloc")!, to: Malloc.self)
    unsafe countedThread = pthread_self()
    unsafe count = 0
    unsafe bytes = 0
    let counting: Malloc = { size in
        if unsafe pthread_self() == countedThread {
            unsafe count += 1
            unsafe bytes += size
        }
        return unsafe realMalloc!(size)
    }
    let slots = unsafe mallocSlots(program)
    let originals = unsafe slots.map { slot in unsafe slot.pointee }
    for index in unsafe slots.indices {
        unsafe slots[index].pointee = unsafe unsafeBitCast(counting, to: UnsafeRawPointer.self)
    }
    body()
    for index in unsafe slots.indices { unsafe slots[index].pointee = originals[index] }
    return unsafe (count, bytes)
}

/// Where the program and the Swift runtime keep the address of `malloc`, made writable.
private func mallocSlots(_ program: UnsafeRawPointer) -> [UnsafeMutablePointer<UnsafeRawPointer>] {
    var slots: [UnsafeMutablePointer<UnsafeRawPointer>] = unsafe []
    // A handle of the dynamic linker is its entry of the object: address, name, dynamic section, next.
    var object: UnsafeRawPointer? = unsafe program
    while let entry = unsafe object {
        let name = unsafe String(cString: entry.load(fromByteOffset: 8, as: UnsafePointer<CChar>.self))
        if name.isEmpty || name.contains("libswiftCore") { unsafe slots += mallocSlots(of: entry) }
        unsafe object = unsafe entry.load(fromByteOffset: 24, as: UnsafeRawPointer?.self)
    }
    return unsafe slots
}

private func mallocSlots(of object: UnsafeRawPointer) -> [UnsafeMutablePointer<UnsafeRawPointer>] {
    let base = unsafe object.load(as: Int.self)
    var section: [Int: Int] = [:]
    var entry = unsafe object.load(fromByteOffset: 16, as: UnsafePointer<Int>.self)
    while unsafe entry[0] != 0 {
        section[unsafe entry[0]] = unsafe entry[1]
        unsafe entry += 2
    }
    /// What the section's tags stand for: the names, the symbols, and the two tables of relocations.
    let (names, symbols, tables) = (
        section[5]!, section[6]!, [(section[23], section[2]), (section[7], section[8])]
    )
    var slots: [UnsafeMutablePointer<UnsafeRawPointer>] = unsafe []
    for case (let table?, let size?) in tables {
        for offset in stride(from: 0, to: size, by: 24) {
            let relocation = unsafe UnsafePointer<Int>(bitPattern: table + offset)!
            let symbol = unsafe UnsafePointer<UInt32>(bitPattern: symbols + (relocation[1] >> 32) * 24)!
            let name = unsafe String(cString: UnsafePointer<CChar>(bitPattern: names + Int(symbol[0]))!)
            guard name == "malloc" else { continue }
            let slot = unsafe UnsafeMutablePointer<UnsafeRawPointer>(bitPattern: base + relocation[0])!
            let page = unsafe UnsafeMutableRawPointer(bitPattern: Int(bitPattern: slot) & ~0xffff)!
            unsafe mprotect(page, 0x10000, PROT_READ | PROT_WRITE)
            unsafe slots.append(slot)
        }
    }
    return unsafe slots
}
