public import Tracepoints

/// What the view of system calls asks the machine for: rarely, never for each event.
@safe
public struct SyscallHost {
    /// The layout of a call's own tracepoint, such as `sys_enter_openat`, which names its arguments; `nil` where
    /// there is none. Asked once for each call.
    let layout: (String) -> EventLayout?
    /// Reads up to the buffer's size from the memory of a thread's process at an address; answers how many bytes.
    let readMemory: (_ tid: Int32, _ address: UInt64, UnsafeMutableRawBufferPointer) -> Int
    /// Whether a thread runs a 32-bit program; `nil` where that cannot be found out any more.
    let isCompat: (_ tid: Int32) -> Bool?
    /// The system's words for an error number.
    let describeError: (Int32) -> String

    /// Puts together how the machine is asked.
    public init(
        layout: @escaping (String) -> EventLayout?,
        readMemory: @escaping (_ tid: Int32, _ address: UInt64, UnsafeMutableRawBufferPointer) -> Int,
        isCompat: @escaping (_ tid: Int32) -> Bool?, describeError: @escaping (Int32) -> String
    ) {
        self.layout = layout
        unsafe self.readMemory = unsafe readMemory
        self.isCompat = isCompat
        self.describeError = describeError
    }
}
