import Foundation
import Testing

@testable import Tracepoints

@Suite("Unwinding")
struct UnwinderTests {
    /// The C library of this process, where it lies here.
    private struct Library {
        let mapping: ProcessMapping
        let file: ProgramFile
        let table: UnwindTable

        init() throws {
            let all = ProcessMapping.all(of: getpid()).filter(\.isCode)
            mapping = try #require(all.first { $0.file.path.contains("/libc.so") })
            file = try ProgramFile(mapping.file.path)
            table = UnwindTable(file)
        }

        func find(_ address: UInt64) -> (table: UnwindTable, address: UInt64)? {
            guard address >= mapping.start, address < mapping.end else { return nil }
            return file.address(ofOffset: address - mapping.start + mapping.fileOffset).map { (table, $0) }
        }
    }

    /// Registers and a stack as the kernel writes them.
    private func state(_ registers: [UInt64], stack: [UInt64], known: UInt64? = nil) -> [UInt64] {
        let size = UInt64(stack.count * 8)
        return [2] + registers + [size] + stack + (size > 0 ? [known ?? size] : [])
    }

    private static let count = UserState.registers.nonzeroBitCount
    private static let (stackPointer, programCounter) = (7, 8)

    @Test(
        "Whatever registers and stack hold, the walk ends, and finds as many functions as are allowed at most"
    )
    func random() throws {
        let library = try Library()
        var unwinder = Unwinder()
        var generator = SystemRandomNumberGenerator()
        var longest = 0
        for _ in 0..<3000 {
            let bottom = UInt64.random(in: 0...UInt64.max, using: &generator)
            func word() -> UInt64 {
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: UInt64.random(in: 0...UInt64.max, using: &generator)
                case 1: bottom &+ UInt64.random(in: 0..<4096, using: &generator)
                case 2: UInt64.max - UInt64.random(in: 0..<16, using: &generator)
                default: UInt64.random(in: library.mapping.start..<library.mapping.end, using: &generator)
                }
            }
            var registers = (0..<Self.count).map { _ in word() }
            registers[Self.stackPointer] = bottom
            registers[Self.programCounter] = UInt64.random(
                in: library.mapping.start..<library.mapping.end, using: &generator)
            let words = state(registers, stack: (0..<256).map { _ in word() })
            unsafe words.withUnsafeBytes { bytes in
                guard let state = unsafe UserState(Bytes(bytes)) else {
                    Issue.record("the state does not fit")
                    return
                }
                unwinder.follow(state, limit: 0, table: library.find)
            }
            longest = max(longest, unwinder.steps.count)
            #expect(unwinder.steps.count <= System.greatestStack)
            #expect(unwinder.steps.first.map(\.isReturn) == false)
            #expect(unwinder.steps.dropFirst().allSatisfy { $0.address != 0 })
        }
        // Some have gone a few steps: they were no walks of one step.
        #expect(longest > 3)
    }

    @Test("Call frame information that is broken gives other rows or none, and rows that can be followed")
    func brokenFiles() throws {
        let all = ProcessMapping.all(of: getpid()).filter(\.isCode)
        // A small library: its information is a good part of it.
        let path = try #require(
            all.map(\.file.path).first { $0.contains("/libdl.so") || $0.contains("/libz.so") })
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let file = try ProgramFile(path)
        let sections = try [".eh_frame_hdr", ".eh_frame"].map { name in
            try #require(file.address(ofSection: name).flatMap { file.offset(ofAddress: $0, isCode: false) })
        }
        let code = try #require(file.address(ofSection: ".text"))
        var generator = SystemRandomNumberGenerator()
        var unwinder = Unwinder()
        var (same, other, none) = (0, 0, 0)
        for _ in 0..<400 {
            var bytes = [UInt8](whole)
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let section = Int(sections[Int.random(in: 0...1, using: &generator)])
                let place = section + Int.random(in: 0..<1024, using: &generator)
                if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
            }
            try unsafe bytes.withUnsafeBytes { image in
                let broken = try unsafe ProgramFile(image: image, name: "broken")
                let (table, intact) = (UnwindTable(broken), UnwindTable(file))
                for _ in 0..<40 {
                    let address = code + UInt64.random(in: 0..<4096, using: &generator)
                    let (row, expected) = (table.row(at: address), intact.row(at: address))
                    if row == nil {
                        none += 1
                    } else if String(describing: row) == String(describing: expected) {
                        same += 1
                    } else {
                        other += 1
                    }
                    var registers = [UInt64](repeating: 1 << 40, count: Self.count)
                    registers[Self.programCounter] = address
                    let words = state(registers, stack: (0..<64).map { _ in code })
                    unsafe words.withUnsafeBytes { bytes in
                        guard let state = unsafe UserState(Bytes(bytes)) else { return }
                        unwinder.follow(state, limit: 0) { (table, $0) }
                        #expect(unwinder.steps.count <= System.greatestStack)
                    }
                }
            }
        }
        #expect(same > 0 && other > 0 && none > 0, "\(same) \(other) \(none)")
    }

    @Test("Sizes that do not fit are refused")
    func sizes() throws {
        let registers = [UInt64](repeating: 1, count: Self.count)
        func isTaken(_ words: [UInt64]) -> Bool {
            unsafe words.withUnsafeBytes { unsafe UserState(Bytes($0)) != nil }
        }
        let whole = state(registers, stack: [1, 2, 3], known: 8)
        #expect(isTaken(whole))
        #expect(isTaken(state(registers, stack: [])))
        for count in 0..<whole.count { #expect(!isTaken(Array(whole.prefix(count)))) }
        #expect(!isTaken(state(registers, stack: [1], known: 9)))
        #expect(!isTaken(state(registers, stack: [1], known: .max)))
        for size in [UInt64.max, 1 << 63, 65536, 33] {
            var words = whole
            words[1 + Self.count] = size
            #expect(!isTaken(words))
        }
        // No program, and one of 32 bits.
        for kind in [UInt64(0), 1, 3] { #expect(!isTaken([kind] + whole.dropFirst())) }
    }

    @Test("Registers have the places that the kernel gives them")
    func registers() throws {
        let words = state((0..<UInt64(Self.count)).map { 100 + $0 }, stack: [])
        unsafe words.withUnsafeBytes { bytes in
            let state = unsafe UserState(Bytes(bytes))
            // ax dx cx bx si di bp sp r8 r15 ip
            let numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16]
            #expect(
                numbers.map { state?.register($0) } == [
                    100, 103, 102, 101, 104, 105, 106, 107, 112, 119, 108,
                ])
            #expect(state?.register(17) == nil && state?.register(-1) == nil)
        }
    }

    @Test("The loads of a view never lead outside, whatever the offset")
    func loads() {
        let words: [UInt64] = [1, 2]
        unsafe words.withUnsafeBytes { bytes in
            let view = unsafe Bytes(bytes)
            #expect(view.load(8, as: UInt64.self) == 2)
            for offset in [-1, 9, 16, Int.max, Int.max - 3, Int.min] {
                #expect(view.load(offset, as: UInt64.self) == nil)
            }
            #expect(view.slice(0, 0)?.load(0, as: UInt64.self) == nil)
        }
    }
}
