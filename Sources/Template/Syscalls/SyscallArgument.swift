import Tracepoints

/// How one argument of a call is written.
struct SyscallArgument: BitwiseCopyable {
    /// What the value of the register is.
    enum Kind: UInt8, BitwiseCopyable {
        case signed, unsigned, hex, octal
        case pointer
        /// A pointer to a path, which is read from the process's memory.
        case path
        /// A descriptor that a path may start from: `AT_FDCWD` or a number.
        case folder
        case signal
        /// A number whose values or bits have names.
        case named
    }

    let kind: Kind
    /// The bits of the register that count: 16, 32 or 64.
    let bits: UInt8
    /// Whether it is left out where the flags before it make no file: the mode of `open`.
    let isModeOfOpen: Bool
    /// Where its name lies in the pool.
    let name: PoolRange
    /// Where its named values lie among all.
    let firstValue: Int32
    let valueCount: Int32
}

/// A piece of the pool of bytes.
struct PoolRange: BitwiseCopyable {
    var offset: Int32 = 0
    var count: Int32 = 0
}

/// A value that has a name.
struct NamedValue: BitwiseCopyable {
    let value: UInt64
    /// The bits that must be the value's.
    let mask: UInt64
    let name: PoolRange
}

extension SyscallArgument {
    /// The names of arguments that are paths.
    private static let pathNames: Set<String> = [
        "filename", "pathname", "path", "oldname", "newname", "old_path", "new_path", "dev_name", "dir_name",
        "name", "specialfile", "library", "put_old", "new_root", "from_pathname", "to_pathname", "fs_name",
        "u_name", "_fs_name",
    ]
    /// Calls whose argument of such a name is no text of a path but is text all the same.
    private static let addressNames: Set<String> = [
        "addr", "start", "brk", "newsp", "tls", "new_addr", "arg", "data", "arg2", "arg3", "arg4", "arg5",
        "ptr",
    ]

    /// What an argument is, by its call, its name and its C type.
    static func kind(call: String, name: String, type: String) -> (kind: Kind, bits: UInt8) {
        if type.contains("*") {
            let isText =
                type == "const char *" || (call == "getcwd" ? false : type == "char *" && name == "filename")
            return (isText && pathNames.contains(name) ? .path : .pointer, 64)
        }
        let words = type.split(separator: " ").map(String.init).filter { $0 != "const" }
        let core = words.joined(separator: " ")
        let isWide = [
            "unsigned long", "long", "size_t", "loff_t", "off_t", "u64", "aio_context_t", "__u64",
            "cap_user_header_t", "cap_user_data_t", "__kernel_old_time_t", "ssize_t",
        ].contains(core)
        let bits: UInt8 = isWide ? 64 : core == "umode_t" ? 16 : 32
        if core.hasPrefix("cap_user") { return (.pointer, 64) }
        if core == "umode_t" || call == "umask" { return (.octal, bits) }
        if ["dfd", "olddfd", "newdfd", "from_dfd", "to_dfd"].contains(name) { return (.folder, 32) }
        if ["fd", "pidfd", "epfd", "fildes", "fd_in", "fd_out", "in_fd", "out_fd"].contains(name) {
            return (.signed, 32)
        }
        if name == "sig", core == "int" { return (.signal, 32) }
        if core == "unsigned long", addressNames.contains(name) { return (.hex, 64) }
        if core == "unsigned long" || core == "size_t" || core.hasPrefix("u") || core.hasPrefix("__u") {
            let isUser = name == "flags" || name == "mask"
            return (isUser ? .hex : ["uid_t", "gid_t"].contains(core) ? .signed : .unsigned, bits)
        }
        return (name == "flags" || name == "at_flags" ? .hex : .signed, bits)
    }
}
