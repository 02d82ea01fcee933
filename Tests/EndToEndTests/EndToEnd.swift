import Foundation
import Testing

/// The tests that run the built binary on this machine's kernel, one at a time, as they would disturb each other.
///
/// Tracing needs root. Without it these tests are skipped on a developer's machine, and fail where CI is set.
@Suite(
    .serialized, .enabled(if: geteuid() == 0 || environment["CI"] != nil, "tracing needs root: use make test")
)
enum EndToEnd {}

let environment = ProcessInfo.processInfo.environment

/// What keeps a test from being run at all.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The path of the binary under test: what OBSTRACE_BINARY names, else the release build.
func binary() throws -> String {
    let path = environment["OBSTRACE_BINARY"] ?? packageDirectory + "/.build/release/obstrace"
    guard FileManager.default.isExecutableFile(atPath: path) else {
        throw Failure("no binary to test at \(path): run make, or set OBSTRACE_BINARY")
    }
    return path
}

let packageDirectory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// Runs obstrace to its end.
func obstrace(_ arguments: String..., input: String = "") throws -> Finished {
    try run([binary()] + arguments, input: input)
}

/// Runs obstrace to its end.
func obstrace(_ arguments: [String]) throws -> Finished { try run([binary()] + arguments) }

/// Runs a bash script to its end, in a new folder; in it, `$OBSTRACE` is the binary and `$WORKLOADS` the folder of
/// the workloads.
func script(_ text: String, arguments: [String] = []) throws -> Finished {
    try withDirectory { directory in
        try Child(
            ["bash", "-c", "cd \(directory); \(text)", "script"] + arguments,
            environment: ["OBSTRACE": binary(), "WORKLOADS": Workload.directory()]
        ).finish()
    }
}

/// The tracepoints of the kernel, as it lists them.
func availableEvents() throws -> [String] {
    try run(["cat", "/sys/kernel/tracing/available_events"]).lines
}

/// Runs a program to its end.
func run(_ command: [String], input: String = "") throws -> Finished {
    try Child(command, input: input).finish()
}

/// Traces while the body runs: starts obstrace, waits until it says that it traces, runs the body, interrupts.
func trace(_ arguments: String..., while body: () throws -> Void) throws -> Finished {
    try trace(arguments, while: body)
}

/// Traces while the body runs.
func trace(_ arguments: [String], while body: () throws -> Void) throws -> Finished {
    let child = try tracing(arguments)
    try body()
    child.signal(SIGINT)
    return try child.finish()
}

/// Starts obstrace and waits until it says that it traces.
func tracing(_ arguments: [String], output: Int32? = nil) throws -> Child {
    let child = try Child([binary(), "-v"] + arguments, output: output)
    try child.awaitErrors("obstrace: tracing ")
    return child
}

/// Waits until the condition holds; gives up after a time that only a fault can exceed.
func waitUntil(_ what: String, seconds: Double = 30, _ condition: () throws -> Bool) throws {
    let deadline = monotonic() + seconds
    while try !condition() {
        guard monotonic() < deadline else { throw Failure("\(what): not within \(seconds) s") }
        usleep(1000)
    }
}

/// The seconds of the monotonic clock, which is also the clock of events.
func monotonic() -> Double {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

/// Runs the body with a new empty folder, which is removed afterwards.
func withDirectory<R>(_ body: (String) throws -> R) throws -> R {
    let path = temporaryPath()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

/// A path for temporary use that nothing has yet.
func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.path + "/obstrace-" + UUID().uuidString
}
