import Foundation
import Testing

/// How a program ended and what it wrote.
struct Finished {
    let output: [UInt8]
    let errors: String
    /// The status as a shell has it: 128 and the signal's number for one that a signal ended.
    let status: Int32

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The first lines of what it wrote, for a failed test's message.
    var summary: String {
        "status \(status)\nstdout: \(text.prefix(2000))\nstderr: \(errors.prefix(2000))"
    }
}

/// A program that was started, the leader of its own process group.
///
/// What it writes is kept in files without a name, so that no full pipe ever holds it up.
final class Child {
    let pid: pid_t
    private let outputFile: Int32
    private let errorFile: Int32
    private var status: Int32?

    /// Starts a program found on the path.
    ///
    /// - Parameters:
    ///   - input: What it reads on its standard input.
    ///   - output: Where its standard output goes, if it is not to be kept.
    ///   - environment: What is added to this process's environment.
    init(
        _ command: [String], input: String = "", output: Int32? = nil,
        environment added: [String: String] = [:]
    ) throws {
        outputFile = try namelessFile(containing: [])
        errorFile = try namelessFile(containing: [])
        let inputFile = try namelessFile(containing: Array(input.utf8))
        defer { close(inputFile) }

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, inputFile, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output ?? outputFile, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errorFile, 2)

        // What the test runner leaves open is not the child's.
        for descriptor in Int32(3)..<1024 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

        // Signals as a shell hands them to what it starts, whatever the test runner made of its own.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let settings = environment.merging(added) { $1 }.map { "\($0)=\($1)" }
        var child: pid_t = 0
        let error = unsafe withCStrings(command) { arguments in
            unsafe withCStrings(settings) { settings in
                unsafe posix_spawnp(&child, arguments[0]!, &actions, &attributes, arguments, settings)
            }
        }
        pid = child
        guard error == 0 else { throw Failure("\(command[0]): \(strerrorText(error))") }
    }

    deinit {
        if status == nil {
            kill(-pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        close(outputFile)
        close(errorFile)
    }

    /// What it has written on its standard output up to now.
    var output: [UInt8] { contents(of: outputFile) }

    /// What it has written on its standard error up to now.
    var errors: String { String(decoding: contents(of: errorFile), as: UTF8.self) }

    /// Whether it has ended.
    var hasEnded: Bool {
        if status != nil { return true }
        var word: Int32 = 0
        guard unsafe waitpid(pid, &word, WNOHANG) == pid else { return false }
        status = word & 0x7f == 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f)
        return true
    }

    /// Sends a signal to it alone.
    func signal(_ signal: Int32) {
        kill(pid, signal)
    }

    /// Sends a signal to its process group, as a terminal does.
    func signalGroup(_ signal: Int32) {
        kill(-pid, signal)
    }

    /// Waits until it has written the text on its standard error.
    func awaitErrors(_ text: String) throws {
        try waitUntil("'\(text)' on stderr") {
            if errors.contains(text) { return true }
            if hasEnded { throw Failure("it ended early:\n\(try finish().summary)") }
            return false
        }
    }

    /// Waits for its end; one that does not end is killed, with its whole group.
    func finish(seconds: Double = 60) throws -> Finished {
        do {
            try waitUntil("the end of process \(pid)", seconds: seconds) { hasEnded }
        } catch {
            signalGroup(SIGKILL)
            throw Failure(
                "\(error)\nstdout: \(String(decoding: output.prefix(2000), as: UTF8.self))\nstderr: \(errors)"
            )
        }
        return Finished(output: output, errors: errors, status: status ?? -1)
    }
}

/// A pipe whose two ends no other child inherits.
func makePipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw Failure("pipe: \(strerrorText(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}

/// Reads once from a descriptor; waits for data at most so long, and gives nothing at the end or after that.
func readSome(_ descriptor: Int32, seconds: Double = 30) -> [UInt8] {
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&poller, 1, Int32(seconds * 1000)) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = unsafe read(descriptor, &buffer, buffer.count)
    return Array(buffer.prefix(max(count, 0)))
}

/// The system's words for an error number.
func strerrorText(_ error: Int32) -> String {
    unsafe String(cString: strerror(error))
}

private func namelessFile(containing bytes: [UInt8]) throws -> Int32 {
    let path = temporaryPath()
    let file = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    unsafe unlink(path)
    guard file >= 0, unsafe pwrite(file, bytes, bytes.count, 0) == bytes.count else {
        throw Failure("\(path): \(strerrorText(errno))")
    }
    return file
}

private func contents(of file: Int32) -> [UInt8] {
    let size = max(0, sizeOf(file))
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = unsafe max(0, pread(file, buffer.baseAddress, size, 0))
    }
}

/// The size of a file; its offset, which the child shares, stays as it is.
private func sizeOf(_ file: Int32) -> Int {
    var status = stat()
    return unsafe fstat(file, &status) == 0 ? Int(status.st_size) : 0
}

private func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> R
) rethrows -> R {
    let copies = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
    return try unsafe body(copies)
}
