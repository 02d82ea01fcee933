/// Which system calls are wanted, by name.
public struct SyscallSelection: Sendable {
    /// A class of calls, such as `%file`.
    public struct Class: Sendable {
        /// The name without the `%`.
        public let name: String
        /// What the calls have in common.
        public let summary: String
        let names: [StaticString]
    }

    /// The names that were chosen; `nil` for all.
    private let names: Set<String>?
    /// The names that were left out.
    private let excluded: Set<String>

    /// All calls.
    public init() {
        names = nil
        excluded = []
    }

    /// Those of `names`, or all where it is `nil`, without those of `excluded`.
    public init(names: Set<String>?, excluded: Set<String>) {
        self.names = names
        self.excluded = excluded
    }

    /// Whether a call of that name is wanted; one without a name is if all are.
    func contains(_ name: String?) -> Bool {
        guard let name else { return names == nil }
        return (names?.contains(name) ?? true) && !excluded.contains(name)
    }

    /// Whether nothing is left out.
    public var isAll: Bool { names == nil && excluded.isEmpty }

    /// Every name that this machine's calls have, in either interface.
    public static let allNames: Set<String> = Set(
        SyscallNames.table.names + CompatSyscallNames.table.names)

    /// The numbers that the kernel may tell of wanted calls, in either interface; a call that cannot be told apart
    /// by its number is there too.
    public var numbers: Set<Int64> {
        var numbers: Set<Int64> = []
        for table in [SyscallNames.table, CompatSyscallNames.table] {
            for number in 0..<Int64(SyscallTable.room) {
                guard let name = table.name(of: number).map({ "\($0)" }), contains(name) else { continue }
                numbers.insert(number)
                if name.hasSuffix("sigreturn") { numbers.insert(-1) }
            }
        }
        return numbers
    }

    /// The classes of calls.
    public static let classes: [Class] = [
        Class(name: "file", summary: "calls that take a path", names: file),
        Class(name: "desc", summary: "calls that take or make a descriptor", names: desc),
        Class(name: "net", summary: "sockets", names: net),
        Class(name: "process", summary: "start, end and wait for processes", names: process),
        Class(name: "signal", summary: "signals", names: signal),
        Class(name: "memory", summary: "mappings of memory", names: memory),
        Class(
            name: "ipc", summary: "System V and POSIX message queues, semaphores, shared memory", names: ipc),
        Class(name: "time", summary: "clocks, timers, sleeps", names: time),
        Class(name: "creds", summary: "user and group ids, capabilities", names: creds),
    ]

    /// The names of a class that this machine has; `nil` where there is no such class.
    public static func names(ofClass name: String) -> Set<String>? {
        let aliases = [
            "network": "net", "files": "file", "signals": "signal", "mem": "memory", "descriptors": "desc",
        ]
        let name = aliases[name] ?? name
        guard let found = classes.first(where: { $0.name == name }) else { return nil }
        return Set(found.names.map { "\($0)" }).intersection(allNames)
    }

    private static let file: [StaticString] = [
        "open", "openat", "openat2", "creat", "stat", "lstat", "newfstatat", "statx", "stat64", "lstat64",
        "fstatat64",
        "access", "faccessat", "faccessat2", "execve", "execveat", "chdir", "chroot", "rename", "renameat",
        "renameat2",
        "mkdir", "mkdirat", "rmdir", "link", "linkat", "unlink", "unlinkat", "symlink", "symlinkat",
        "readlink",
        "readlinkat", "chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "mknod", "mknodat",
        "truncate",
        "truncate64", "utime", "utimes", "utimensat", "utimensat_time64", "futimesat", "statfs", "statfs64",
        "mount",
        "umount", "umount2", "pivot_root", "swapon", "swapoff", "quotactl", "acct", "uselib", "setxattr",
        "lsetxattr",
        "getxattr", "lgetxattr", "listxattr", "llistxattr", "removexattr", "lremovexattr", "setxattrat",
        "getxattrat",
        "listxattrat", "removexattrat", "getcwd", "inotify_add_watch", "fanotify_mark", "name_to_handle_at",
        "open_tree", "open_tree_attr", "move_mount", "fspick", "mount_setattr", "file_getattr",
        "file_setattr",
    ]
    private static let desc: [StaticString] = [
        "read", "write", "open", "openat", "openat2", "creat", "close", "close_range", "fstat", "newfstatat",
        "statx",
        "poll", "ppoll", "select", "pselect6", "lseek", "_llseek", "mmap", "mmap2", "ioctl", "pread64",
        "pwrite64",
        "readv", "writev", "preadv", "pwritev", "preadv2", "pwritev2", "pipe", "pipe2", "dup", "dup2", "dup3",
        "sendfile", "sendfile64", "fcntl", "fcntl64", "flock", "fsync", "fdatasync", "ftruncate",
        "ftruncate64",
        "getdents", "getdents64", "fchdir", "fchmod", "fchown", "fstatfs", "fstatfs64", "epoll_create",
        "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2",
        "signalfd",
        "signalfd4", "timerfd_create", "timerfd_settime", "timerfd_gettime", "inotify_init", "inotify_init1",
        "inotify_add_watch", "inotify_rm_watch", "splice", "tee", "vmsplice", "copy_file_range", "fallocate",
        "fadvise64", "readahead", "sync_file_range", "syncfs", "memfd_create", "memfd_secret", "pidfd_open",
        "pidfd_getfd", "pidfd_send_signal", "perf_event_open", "bpf", "userfaultfd", "fgetxattr", "fsetxattr",
        "flistxattr", "fremovexattr", "io_uring_setup", "io_uring_enter", "io_uring_register", "openat",
        "unlinkat", "mkdirat", "readlinkat", "faccessat", "faccessat2", "fchmodat", "fchownat", "linkat",
        "symlinkat",
        "renameat", "renameat2", "mknodat", "utimensat",
    ]
    private static let net: [StaticString] = [
        "socket", "socketpair", "bind", "connect", "listen", "accept", "accept4", "getsockname",
        "getpeername",
        "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "recvmmsg_time64", "shutdown",
        "setsockopt", "getsockopt", "socketcall", "getpmsg", "putpmsg",
    ]
    private static let process: [StaticString] = [
        "clone", "clone3", "fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid",
        "waitpid",
        "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal", "pidfd_open",
        "unshare",
    ]
    private static let signal: [StaticString] = [
        "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait",
        "rt_sigtimedwait_time64", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "rt_sigsuspend", "sigaltstack",
        "kill",
        "tkill", "tgkill", "pause", "signalfd", "signalfd4", "signal", "sigaction", "sigprocmask",
        "sigreturn",
        "sigpending", "sigsuspend", "pidfd_send_signal",
    ]
    private static let memory: [StaticString] = [
        "mmap", "mmap2", "munmap", "mprotect", "mremap", "brk", "madvise", "process_madvise", "msync",
        "mincore",
        "mlock", "mlock2", "munlock", "mlockall", "munlockall", "remap_file_pages", "shmat", "shmdt", "mbind",
        "set_mempolicy", "get_mempolicy", "migrate_pages", "move_pages", "pkey_mprotect", "pkey_alloc",
        "pkey_free",
        "map_shadow_stack", "mseal", "set_mempolicy_home_node", "process_mrelease",
    ]
    private static let ipc: [StaticString] = [
        "shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semctl", "semtimedop", "semtimedop_time64",
        "msgget",
        "msgsnd", "msgrcv", "msgctl", "ipc", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive",
        "mq_notify",
        "mq_getsetattr",
    ]
    private static let time: [StaticString] = [
        "nanosleep", "clock_nanosleep", "clock_nanosleep_time64", "clock_gettime", "clock_gettime64",
        "clock_settime",
        "clock_settime64", "clock_getres", "clock_getres_time64", "clock_adjtime", "clock_adjtime64",
        "gettimeofday",
        "settimeofday", "time", "stime", "adjtimex", "alarm", "getitimer", "setitimer", "timer_create",
        "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete", "timer_settime64",
        "timer_gettime64",
        "timerfd_create", "timerfd_settime", "timerfd_gettime", "timerfd_settime64", "timerfd_gettime64",
        "times",
    ]
    private static let creds: [StaticString] = [
        "getuid", "getgid", "geteuid", "getegid", "setuid", "setgid", "setreuid", "setregid", "setresuid",
        "setresgid",
        "getresuid", "getresgid", "setfsuid", "setfsgid", "getgroups", "setgroups", "capget", "capset",
        "prctl",
        "getuid32", "getgid32", "geteuid32", "getegid32", "setuid32", "setgid32", "setreuid32", "setregid32",
        "setresuid32", "setresgid32", "getresuid32", "getresgid32", "setfsuid32", "setfsgid32", "getgroups32",
        "setgroups32",
    ]
}
