internal import CLinux
internal import Glibc

/// A child process that reads names by the demanglers of the runtimes, which may do what they like to it.
@safe
final class DemanglingChild {
    /// What has become of a name.
    enum Answer {
        /// What it reads as; the name itself where it is none.
        case text(String)
        /// The child has ended over it, or has taken too long.
        case tooMuch
    }

    /// The child's process id.
    let process: Int32
    private let socket: Descriptor
    private let room = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Int(CLINUX_LONGEST_TEXT), alignment: 1)

    /// Makes the child; `nil` where there can be none.
    init?() {
        var ends: [Int32] = [-1, -1]
        // Packets keep one name apart from the next.
        guard unsafe clinux_packets(&ends) == 0 else { return nil }
        socket = Descriptor(ends[0])
        process = clinux_demangler(ends[1])
        System.close(ends[1])
        if process < 0 { return nil }
    }

    deinit {
        unsafe room.deallocate()
        guard process > 0 else { return }
        System.kill(process, SIGKILL)
        _ = try? System.wait(for: process)
    }

    /// Reads a name; `nil` where the child had gone before.
    func read(_ name: [UInt8]) -> Answer? {
        let count = unsafe clinux_demangle(socket.number, name, name.count, room.baseAddress)
        if count < 0 { return nil }
        return count == 0
            ? .tooMuch : .text(unsafe String(decoding: room.prefix(count), as: UTF8.self))
    }
}
