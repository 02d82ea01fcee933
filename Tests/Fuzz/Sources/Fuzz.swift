import Foundation

/// What can be fuzzed, by the names of the folders with seeds.
private let targets: [String: @Sendable (inout Input) -> Void] = [
    "arguments": fuzzArguments,
    "filter": fuzzFilter,
    "format": fuzzFormat,
    "print": fuzzPrint,
    "probe": fuzzProbe,
    "proc": fuzzProc,
    "recording": fuzzRecording,
    "ring": fuzzRing,
    "sample": fuzzSample,
    "symbols": fuzzSymbols,
    "template": fuzzTemplate,
    "unwind": fuzzUnwind,
]

/// The target that the environment names.
private let target: @Sendable (inout Input) -> Void = {
    let name = ProcessInfo.processInfo.environment["FUZZ"] ?? ""
    guard let target = targets[name] else {
        print("set FUZZ to one of: \(targets.keys.sorted().joined(separator: " "))")
        exit(2)
    }
    return target
}()

/// Takes one input of the fuzzer's.
@c(LLVMFuzzerTestOneInput)
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = unsafe Input(UnsafeRawBufferPointer(start: data, count: size))
    target(&input)
    return 0
}

/// Ends the run with an input that was saved, unless what must always hold does.
func check(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
