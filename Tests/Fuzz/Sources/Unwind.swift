@testable import Tracepoints

/// The walk over a stack of any content, by the call frame information of a file of any content.
func fuzzUnwind(_ input: inout Input) {
    let size = input.number(0...63)
    let stack = (0..<size).map { _ in input.integer(UInt64.self) }
    let registers = (0..<UserState.registers.nonzeroBitCount).map { _ in input.integer(UInt64.self) }
    let words = [2] + registers + [UInt64(size * 8)] + stack + [UInt64(size * 8)]
    file.write(input.rest)
    guard let program = try? ProgramFile(file.path) else { return }
    let table = UnwindTable(program)
    var unwinder = Unwinder()
    unsafe words.withUnsafeBytes { bytes in
        guard let state = unsafe UserState(Bytes(bytes)) else { return }
        unwinder.follow(state, limit: 0) { (table, $0) }
    }
    check(unwinder.steps.count <= 4096, "a walk without an end")
}
