import CLinux
import Glibc
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
        /// `interrupted` asked for an end before all was written.
        case abandoned
    }

    /// The file, or stdout opened once more; `nil` for stdout itself.
    private let owned: Descriptor?
    /// Whether the lines go into a pipe.
    let isPipe: Bool

    /// The descriptor that is written to.
    var number: Int32 {
        switch owned {
        case .some(let file): file.number
        case .none: 1
        }
    }

    /// Writes to stdout.
    init() {
        isPipe = (try? System.status(of: 1)).map { $0.st_mode & S_IFMT == S_IFIFO } ?? false
        owned =
            isPipe || System.isTerminal(1)
            ? try? System.open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY) : nil
    }

    /// Writes to a file, which is made or emptied.
    init(path: RawPath) throws(SystemError) {
        let file = try System.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY)
        isPipe = (try? System.status(of: file.number)).map { $0.st_mode & S_IFMT == S_IFIFO } ?? false
        owned = consume file
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
                let written = try unsafe System.write(number, rest)
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            } catch {
                switch error.code {
                case EPIPE: return .readerGone
                case EAGAIN:
                    if isInterrupted() { return .abandoned }
                    var waiting = [pollfd(fd: number, events: Int16(POLLOUT), revents: 0)]
                    _ = try System.poll(&waiting, timeout: 50)
                default: throw error
                }
            }
        }
        return .done
    }
}
