import CLinux
import CommandLine
import Glibc
import Template
import Tracepoints

/// Where lines go: stdout, or a file.
///
/// A pipe or a terminal that does not take our lines must not keep us from seeing a signal. So those are
/// opened once more without blocking, which leaves the description that we share with others as it is.
struct Sink: ~Copyable {
    /// How a write ended.
    enum Result {
        case done
        /// The reader has gone.
        case readerGone
        /// Given up before all was written; so many bytes are left.
        case abandoned(unsent: Int)
    }

    /// The file, or stdout opened once more; `nil` for stdout itself.
    private let owned: Descriptor?
    /// Whether the lines go into a pipe.
    let isPipe: Bool

    /// Whether it is a socket, which is written without blocking call by call.
    private let isSocket: Bool
    /// Whether it is a regular file of our own.
    private let isRegular: Bool
    /// Whether it is a terminal, which fails with `EIO` once it has hung up.
    private let isTerminal: Bool

    /// The descriptor that is written to.
    var number: Int32 {
        switch owned {
        case .some(let file): file.number
        case .none: 1
        }
    }

    /// Writes to stdout.
    init() {
        isPipe = System.isPipe(1)
        isSocket = (try? System.status(of: 1)).map { $0.st_mode & S_IFMT == S_IFSOCK } ?? false
        // The shell has emptied it, or means to append.
        isRegular = false
        isTerminal = System.isTerminal(1)
        owned =
            isPipe || isTerminal
            ? try? System.open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY) : nil
    }

    /// Writes to a file, which is made where there is none. What it holds stays until `begin`.
    init(path: RawPath) throws(SystemError) {
        let file = try System.open(path, O_WRONLY | O_CREAT | O_NOCTTY)
        let kind = (try? System.status(of: file.number)).map { $0.st_mode & S_IFMT }
        isPipe = kind == S_IFIFO
        isSocket = false
        isRegular = kind == S_IFREG
        isTerminal = System.isTerminal(file.number)
        // Nobody else shares the description, and other files do not block for long.
        if kind == S_IFIFO || kind == S_IFCHR { System.makeNonBlocking(file.number) }
        owned = consume file
    }

    /// Empties a file that is to be written, once nothing can keep us from writing it.
    borrowing func begin() throws(SystemError) {
        if isRegular { try System.empty(number) }
    }

    /// Opens what the command line asks for.
    static func open(_ output: Output) throws(Failure) -> Sink {
        guard case .file(let file) = output else { return Sink() }
        do throws(SystemError) {
            return try Sink(path: file.rawPath)
        } catch {
            throw Failure("cannot write '\(file.text)': \(error.reason)")
        }
    }

    /// Writes all bytes, in one call where the other side takes them.
    ///
    /// - Parameter isInterrupted: asked while the other side takes nothing; `true` gives up.
    borrowing func write(_ bytes: UnsafeRawBufferPointer, isInterrupted: () -> Bool) throws(SystemError)
        -> Result
    {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            do throws(SystemError) {
                let written = try unsafe System.write(number, rest, isSocket: isSocket)
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            } catch {
                switch error.code {
                case EPIPE: return .readerGone
                case EIO where isTerminal: return .readerGone
                case EAGAIN:
                    if isInterrupted() { return .abandoned(unsent: rest.count) }
                    var waiting = [pollfd(fd: number, events: Int16(POLLOUT), revents: 0)]
                    _ = try System.poll(&waiting, timeout: 50)
                default: throw error
                }
            }
        }
        return .done
    }

    /// Writes what has been rendered and forgets it; `false` where the reader has gone.
    func flush(_ line: inout LineBuffer) throws(Failure) -> Bool {
        guard line.count > 0 else { return true }
        defer { line.removeAll() }
        do throws(SystemError) {
            if case .readerGone = try unsafe write(line.bytes, isInterrupted: { false }) { return false }
            return true
        } catch {
            throw Failure("cannot write: \(error.reason)")
        }
    }
}
