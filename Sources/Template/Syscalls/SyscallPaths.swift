/// Which arguments of the machine's own calls are paths: known without the kernel's description of each call, so
/// that they can be asked for before the first call is met.
enum SyscallPaths {
    /// The calls by the bits of their arguments that are paths.
    private static let calls: [(arguments: UInt8, names: String)] = [
        (
            0b1,
            """
            access acct chdir chmod chown chroot creat execve fsopen lchown listxattr llistxattr \
            mkdir mknod mq_open mq_unlink lstat stat open readlink rmdir statfs swapoff swapon \
            truncate unlink utime utimes
            """
        ),
        (
            0b10,
            """
            execveat faccessat faccessat2 fchmodat fchmodat2 fchownat fgetxattr file_getattr \
            file_setattr fremovexattr fsetxattr fspick futimesat inotify_add_watch listxattrat \
            mkdirat mknodat mount_setattr name_to_handle_at newfstatat open_tree open_tree_attr \
            openat openat2 readlinkat statx unlinkat utimensat
            """
        ),
        (
            0b11,
            """
            getxattr lgetxattr link lremovexattr lsetxattr pivot_root removexattr rename setxattr \
            symlink
            """
        ),
        (
            0b101,
            """
            symlinkat
            """
        ),
        (
            0b1010,
            """
            getxattrat linkat move_mount removexattrat renameat renameat2 setxattrat
            """
        ),
        (
            0b10000,
            """
            fanotify_mark
            """
        ),
    ]

    /// The arguments of each call that are paths, by the call's number; nothing for calls that are not wanted.
    static func arguments(of selection: SyscallSelection) -> [UInt8] {
        var arguments = [UInt8](repeating: 0, count: 2 * SyscallTable.room)
        for call in calls {
            for name in call.names.split(separator: " ").map(String.init) where selection.contains(name) {
                if let number = SyscallNames.table.number(of: name), number < SyscallTable.room {
                    arguments[Int(number)] = call.arguments
                }
                if let number = CompatSyscallNames.table.number(of: name), number < SyscallTable.room {
                    arguments[Int(number) + SyscallTable.room] = call.arguments
                }
            }
        }
        return arguments
    }
}

extension SyscallSelection {
    /// Which arguments of wanted calls are paths, as bits, by the call's number: the machine's own calls, then as
    /// many of the 32-bit interface.
    public var pathArguments: [UInt8] { SyscallPaths.arguments(of: self) }
}
