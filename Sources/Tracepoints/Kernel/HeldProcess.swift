internal import CLinux
internal import Glibc

/// A child process that stands ready and executes its program when it is told to.
///
/// It is made before anything of ours changes (signals, limits), so that the program starts with what we
/// were started with. If it is let go of without a release, nothing has run and the child ends.
@safe
package final class HeldProcess {
    /// The child's process id.
    package let pid: Int32
    /// A descriptor that is readable once the child has ended.
    package let descriptor: Descriptor
    private let gate: Descriptor
    private let shared: UnsafeMutablePointer<clinux_launch>

    /// Makes the child; `path` is not looked up anywhere (`fork`).
    ///
    /// - Parameters:
    ///   - arguments: the program's arguments with its name, ended by a null pointer, as bytes that need not be
    ///     UTF-8.
    ///   - account: the user that it runs as; `nil` for ours.
    package init(
        path: RawPath, arguments: UnsafePointer<UnsafeMutablePointer<CChar>?>, as account: Account? = nil
    ) throws(SystemError) {
        // Raised for ourselves before the first descriptor of ours; the program gets it as it was.
        let files = System.raiseOpenFileLimit()
        let ends = try System.pipe()
        let reader = Descriptor(ends.reader)
        let writer = Descriptor(ends.writer)
        let memory = try unsafe System.mapShared(count: MemoryLayout<clinux_launch>.size)
        let launch = unsafe memory.bindMemory(to: clinux_launch.self, capacity: 1)
        let child = try unsafe System.launch(
            path, arguments, as: account, gate: (reader.number, writer.number), shared: launch, files: files)
        let end = try System.pidDescriptor(child)
        pid = child
        descriptor = end
        gate = writer
        unsafe shared = unsafe launch
    }

    deinit { unsafe System.unmap(shared, count: MemoryLayout<clinux_launch>.size) }

    /// Lets the child execute its program.
    package func release() throws(SystemError) {
        try System.writeByte(gate.number)
    }

    /// The moment just before the exec, in nanoseconds of the event clock; `nil` until then.
    package var execTime: UInt64? {
        let time = unsafe shared.pointee.exec_time
        return time == 0 ? nil : time
    }

    /// Why the program could not be executed, as an error number; `nil` if it was.
    package var execError: Int32? {
        let code = unsafe shared.pointee.exec_errno
        return code == 0 ? nil : code
    }

    /// Waits for the child to end (`waitpid`).
    package func wait() throws(SystemError) -> ExitStatus { try System.wait(for: pid) }

    /// Sends the child a signal (`kill`).
    package func send(_ signal: Int32) { System.kill(pid, signal) }
}
