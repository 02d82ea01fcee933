/// What the values of arguments are called, by system call and argument.
///
/// A value is written `NAME=VALUE`, which is bits to be set, or `NAME=VALUE/MASK`, which is what the bits of
/// the mask are to be; `*` is the mask of all bits. Where several fit, the first is taken.
enum SyscallValues {
    /// The values of an argument, `call.argument`; `nil` where it is a plain number.
    static func values(of argument: String) -> StaticString? { places[argument].map { tables[$0].values } }

    private static let places: [String: Int] = {
        var places: [String: Int] = [:]
        for (index, table) in tables.enumerated() {
            for argument in table.arguments.split(separator: " ") { places[String(argument)] = index }
        }
        return places
    }()

    private static let tables: [(arguments: String, values: StaticString)] = [
        (
            "open.flags openat.flags open_by_handle_at.flags mq_open.oflag",
            """
            O_RDONLY=0/3 O_WRONLY=1/3 O_RDWR=2/3 O_CREAT=0x40 O_EXCL=0x80 O_NOCTTY=0x100 O_TRUNC=0x200 \
            O_APPEND=0x400 O_NONBLOCK=0x800 O_SYNC=0x101000 O_DSYNC=0x1000 O_ASYNC=0x2000 \
            O_DIRECT=0x4000 O_LARGEFILE=0x8000 O_TMPFILE=0x410000 O_DIRECTORY=0x10000 O_NOFOLLOW=0x20000 \
            O_NOATIME=0x40000 O_CLOEXEC=0x80000 O_PATH=0x200000
            """
        ),
        (
            "pipe2.flags dup3.flags inotify_init1.flags",
            "O_NONBLOCK=0x800 O_DIRECT=0x4000 O_CLOEXEC=0x80000"
        ),
        (
            "epoll_create1.flags",
            "EPOLL_CLOEXEC=0x80000"
        ),
        (
            "eventfd2.flags",
            "EFD_SEMAPHORE=1 EFD_NONBLOCK=0x800 EFD_CLOEXEC=0x80000"
        ),
        (
            "signalfd4.flags",
            "SFD_NONBLOCK=0x800 SFD_CLOEXEC=0x80000"
        ),
        (
            "timerfd_create.flags",
            "TFD_NONBLOCK=0x800 TFD_CLOEXEC=0x80000"
        ),
        (
            "timerfd_settime.flags",
            "TFD_TIMER_ABSTIME=1 TFD_TIMER_CANCEL_ON_SET=2"
        ),
        (
            "memfd_create.flags",
            "MFD_CLOEXEC=1 MFD_ALLOW_SEALING=2 MFD_HUGETLB=4 MFD_NOEXEC_SEAL=8 MFD_EXEC=0x10"
        ),
        (
            "access.mode faccessat.mode faccessat2.mode",
            "F_OK=0/7 R_OK=4 W_OK=2 X_OK=1"
        ),
        (
            "mmap.prot mprotect.prot pkey_mprotect.prot remap_file_pages.prot",
            """
            PROT_NONE=0/15 PROT_READ=1 PROT_WRITE=2 PROT_EXEC=4 PROT_SEM=8 PROT_GROWSDOWN=0x1000000 \
            PROT_GROWSUP=0x2000000
            """
        ),
        (
            "mmap.flags remap_file_pages.flags mmap2.flags",
            """
            MAP_SHARED_VALIDATE=3/15 MAP_SHARED=1/15 MAP_PRIVATE=2/15 MAP_FIXED=0x10 MAP_ANONYMOUS=0x20 \
            MAP_32BIT=0x40 MAP_GROWSDOWN=0x100 MAP_DENYWRITE=0x800 MAP_EXECUTABLE=0x1000 \
            MAP_LOCKED=0x2000 MAP_NORESERVE=0x4000 MAP_POPULATE=0x8000 MAP_NONBLOCK=0x10000 \
            MAP_STACK=0x20000 MAP_HUGETLB=0x40000 MAP_SYNC=0x80000 MAP_FIXED_NOREPLACE=0x100000
            """
        ),
        (
            "mremap.flags",
            "MREMAP_MAYMOVE=1 MREMAP_FIXED=2 MREMAP_DONTUNMAP=4"
        ),
        (
            "msync.flags",
            "MS_ASYNC=1 MS_INVALIDATE=2 MS_SYNC=4"
        ),
        (
            "mlock2.flags",
            "MLOCK_ONFAULT=1"
        ),
        (
            "mlockall.flags",
            "MCL_CURRENT=1 MCL_FUTURE=2 MCL_ONFAULT=4"
        ),
        (
            "madvise.behavior process_madvise.behavior",
            """
            MADV_NORMAL=0/* MADV_RANDOM=1/* MADV_SEQUENTIAL=2/* MADV_WILLNEED=3/* MADV_DONTNEED=4/* \
            MADV_FREE=8/* MADV_REMOVE=9/* MADV_DONTFORK=0xa/* MADV_DOFORK=0xb/* MADV_MERGEABLE=0xc/* \
            MADV_UNMERGEABLE=0xd/* MADV_HUGEPAGE=0xe/* MADV_NOHUGEPAGE=0xf/* MADV_DONTDUMP=0x10/* \
            MADV_DODUMP=0x11/* MADV_WIPEONFORK=0x12/* MADV_KEEPONFORK=0x13/* MADV_COLD=0x14/* \
            MADV_PAGEOUT=0x15/* MADV_POPULATE_READ=0x16/* MADV_POPULATE_WRITE=0x17/* \
            MADV_DONTNEED_LOCKED=0x18/* MADV_COLLAPSE=0x19/* MADV_HWPOISON=0x64/* \
            MADV_GUARD_INSTALL=0x66/* MADV_GUARD_REMOVE=0x67/*
            """
        ),
        (
            "fadvise64.advice",
            """
            POSIX_FADV_NORMAL=0/* POSIX_FADV_RANDOM=1/* POSIX_FADV_SEQUENTIAL=2/* \
            POSIX_FADV_WILLNEED=3/* POSIX_FADV_DONTNEED=4/* POSIX_FADV_NOREUSE=5/*
            """
        ),
        (
            "fallocate.mode",
            """
            FALLOC_FL_KEEP_SIZE=1 FALLOC_FL_PUNCH_HOLE=2 FALLOC_FL_COLLAPSE_RANGE=8 \
            FALLOC_FL_ZERO_RANGE=0x10 FALLOC_FL_INSERT_RANGE=0x20 FALLOC_FL_UNSHARE_RANGE=0x40
            """
        ),
        (
            "lseek.whence llseek.whence _llseek.whence",
            "SEEK_SET=0/* SEEK_CUR=1/* SEEK_END=2/* SEEK_DATA=3/* SEEK_HOLE=4/*"
        ),
        (
            "flock.cmd",
            "LOCK_SH=1 LOCK_EX=2 LOCK_UN=8 LOCK_NB=4"
        ),
        (
            "fcntl.cmd fcntl64.cmd",
            """
            F_DUPFD=0/* F_GETFD=1/* F_SETFD=2/* F_GETFL=3/* F_SETFL=4/* F_GETLK=5/* F_SETLK=6/* \
            F_SETLKW=7/* F_SETOWN=8/* F_GETOWN=9/* F_SETSIG=0xa/* F_GETSIG=0xb/* F_SETOWN_EX=0xf/* \
            F_GETOWN_EX=0x10/* F_OFD_GETLK=0x24/* F_OFD_SETLK=0x25/* F_OFD_SETLKW=0x26/* \
            F_SETLEASE=0x400/* F_GETLEASE=0x401/* F_NOTIFY=0x402/* F_DUPFD_QUERY=0x403/* \
            F_DUPFD_CLOEXEC=0x406/* F_SETPIPE_SZ=0x407/* F_GETPIPE_SZ=0x408/* F_ADD_SEALS=0x409/* \
            F_GET_SEALS=0x40a/* F_GET_RW_HINT=0x40b/* F_SET_RW_HINT=0x40c/*
            """
        ),
        (
            "ioctl.cmd",
            """
            TCGETS=0x5401/* TCSETS=0x5402/* TCSETSW=0x5403/* TCSETSF=0x5404/* TCGETA=0x5405/* \
            TCSBRK=0x5409/* TCXONC=0x540a/* TCFLSH=0x540b/* TIOCEXCL=0x540c/* TIOCNXCL=0x540d/* \
            TIOCSCTTY=0x540e/* TIOCGPGRP=0x540f/* TIOCSPGRP=0x5410/* TIOCOUTQ=0x5411/* TIOCSTI=0x5412/* \
            TIOCGWINSZ=0x5413/* TIOCSWINSZ=0x5414/* TIOCGSID=0x5429/* TIOCGPTN=0x80045430/* \
            TIOCSPTLCK=0x40045431/* TIOCGPTPEER=0x5441/* TIOCNOTTY=0x5422/* TCGETS2=0x802c542a/* \
            TCSETS2=0x402c542b/* FIONREAD=0x541b/* FIONBIO=0x5421/* FIOASYNC=0x5452/* FIOCLEX=0x5451/* \
            FIONCLEX=0x5450/* FIOQSIZE=0x5460/* FICLONE=0x40049409/* FICLONERANGE=0x4020940d/* \
            FIDEDUPERANGE=0xc0189436/* FS_IOC_GETFLAGS=0x80086601/* FS_IOC_SETFLAGS=0x40086602/* \
            FS_IOC_FIEMAP=0xc020660b/* FIGETBSZ=2/* FIBMAP=1/* BLKGETSIZE64=0x80081272/* \
            BLKSSZGET=0x1268/* BLKFLSBUF=0x1261/* BLKROGET=0x125e/* SIOCGIFCONF=0x8912/* \
            SIOCGIFFLAGS=0x8913/* SIOCSIFFLAGS=0x8914/* SIOCGIFADDR=0x8915/* SIOCSIFADDR=0x8916/* \
            SIOCGIFNETMASK=0x891b/* SIOCGIFMTU=0x8921/* SIOCSIFMTU=0x8922/* SIOCGIFHWADDR=0x8927/* \
            SIOCGIFINDEX=0x8933/* SIOCGIFNAME=0x8910/* SIOCETHTOOL=0x8946/* SIOCGSTAMP=0x8906/* \
            PERF_EVENT_IOC_ENABLE=0x2400/* PERF_EVENT_IOC_DISABLE=0x2401/* PERF_EVENT_IOC_RESET=0x2403/* \
            PERF_EVENT_IOC_SET_OUTPUT=0x2405/* PERF_EVENT_IOC_SET_FILTER=0x40082406/* \
            PERF_EVENT_IOC_ID=0x80082407/* TUNSETIFF=0x400454ca/* RNDGETENTCNT=0x80045200/* \
            PIDFD_GET_INFO=0xc040ff0b/*
            """
        ),
        (
            "rt_sigprocmask.how sigprocmask.how",
            "SIG_BLOCK=0/* SIG_UNBLOCK=1/* SIG_SETMASK=2/*"
        ),
        (
            "socket.family socketpair.family",
            """
            AF_UNSPEC=0/* AF_UNIX=1/* AF_INET=2/* AF_AX25=3/* AF_IPX=4/* AF_INET6=0xa/* \
            AF_NETLINK=0x10/* AF_PACKET=0x11/* AF_KEY=0xf/* AF_VSOCK=0x28/* AF_ALG=0x26/* \
            AF_BLUETOOTH=0x1f/* AF_CAN=0x1d/* AF_TIPC=0x1e/* AF_XDP=0x2c/* AF_NFC=0x27/* AF_PPPOX=0x18/* \
            AF_RDS=0x15/* AF_QIPCRTR=0x2a/* AF_SMC=0x2b/*
            """
        ),
        (
            "socket.type socketpair.type",
            """
            SOCK_STREAM=1/15 SOCK_DGRAM=2/15 SOCK_RAW=3/15 SOCK_RDM=4/15 SOCK_SEQPACKET=5/15 \
            SOCK_DCCP=6/15 SOCK_PACKET=0xa/15 SOCK_NONBLOCK=0x800 SOCK_CLOEXEC=0x80000
            """
        ),
        (
            "accept4.flags",
            "SOCK_NONBLOCK=0x800 SOCK_CLOEXEC=0x80000"
        ),
        (
            "shutdown.how",
            "SHUT_RD=0/* SHUT_WR=1/* SHUT_RDWR=2/*"
        ),
        (
            """
            sendto.flags sendmsg.flags sendmmsg.flags recvfrom.flags recvmsg.flags recvmmsg.flags \
            send.flags recv.flags
            """,
            """
            MSG_OOB=1 MSG_PEEK=2 MSG_DONTROUTE=4 MSG_CTRUNC=8 MSG_PROXY=0x10 MSG_TRUNC=0x20 \
            MSG_DONTWAIT=0x40 MSG_EOR=0x80 MSG_WAITALL=0x100 MSG_FIN=0x200 MSG_SYN=0x400 \
            MSG_CONFIRM=0x800 MSG_RST=0x1000 MSG_ERRQUEUE=0x2000 MSG_NOSIGNAL=0x4000 MSG_MORE=0x8000 \
            MSG_WAITFORONE=0x10000 MSG_ZEROCOPY=0x4000000 MSG_FASTOPEN=0x20000000 \
            MSG_CMSG_CLOEXEC=0x40000000
            """
        ),
        (
            "setsockopt.level getsockopt.level",
            """
            SOL_IP=0/* SOL_SOCKET=1/* SOL_TCP=6/* SOL_UDP=0x11/* SOL_IPV6=0x29/* SOL_RAW=0xff/* \
            SOL_PACKET=0x107/* SOL_NETLINK=0x10e/* SOL_ALG=0x117/*
            """
        ),
        (
            "clone.clone_flags unshare.unshare_flags setns.flags",
            """
            SIGCHLD=0x11/255 CLONE_VM=0x100 CLONE_FS=0x200 CLONE_FILES=0x400 CLONE_SIGHAND=0x800 \
            CLONE_PIDFD=0x1000 CLONE_PTRACE=0x2000 CLONE_VFORK=0x4000 CLONE_PARENT=0x8000 \
            CLONE_THREAD=0x10000 CLONE_NEWNS=0x20000 CLONE_SYSVSEM=0x40000 CLONE_SETTLS=0x80000 \
            CLONE_PARENT_SETTID=0x100000 CLONE_CHILD_CLEARTID=0x200000 CLONE_DETACHED=0x400000 \
            CLONE_UNTRACED=0x800000 CLONE_CHILD_SETTID=0x1000000 CLONE_NEWCGROUP=0x2000000 \
            CLONE_NEWUTS=0x4000000 CLONE_NEWIPC=0x8000000 CLONE_NEWUSER=0x10000000 \
            CLONE_NEWPID=0x20000000 CLONE_NEWNET=0x40000000 CLONE_IO=0x80000000
            """
        ),
        (
            "wait4.options waitid.options waitpid.options",
            """
            WNOHANG=1 WUNTRACED=2 WEXITED=4 WCONTINUED=8 WNOWAIT=0x1000000 __WNOTHREAD=0x20000000 \
            __WALL=0x40000000 __WCLONE=0x80000000
            """
        ),
        (
            "waitid.which",
            "P_ALL=0/* P_PID=1/* P_PGID=2/* P_PIDFD=3/*"
        ),
        (
            "futex.op futex_time64.op",
            """
            FUTEX_WAIT=0/127 FUTEX_WAKE=1/127 FUTEX_FD=2/127 FUTEX_REQUEUE=3/127 FUTEX_CMP_REQUEUE=4/127 \
            FUTEX_WAKE_OP=5/127 FUTEX_LOCK_PI=6/127 FUTEX_UNLOCK_PI=7/127 FUTEX_TRYLOCK_PI=8/127 \
            FUTEX_WAIT_BITSET=9/127 FUTEX_WAKE_BITSET=0xa/127 FUTEX_WAIT_REQUEUE_PI=0xb/127 \
            FUTEX_CMP_REQUEUE_PI=0xc/127 FUTEX_LOCK_PI2=0xd/127 FUTEX_PRIVATE_FLAG=0x80 \
            FUTEX_CLOCK_REALTIME=0x100
            """
        ),
        (
            "epoll_ctl.op",
            "EPOLL_CTL_ADD=1/* EPOLL_CTL_DEL=2/* EPOLL_CTL_MOD=3/*"
        ),
        (
            "prctl.option",
            """
            PR_SET_PDEATHSIG=1/* PR_GET_PDEATHSIG=2/* PR_GET_DUMPABLE=3/* PR_SET_DUMPABLE=4/* \
            PR_GET_KEEPCAPS=7/* PR_SET_KEEPCAPS=8/* PR_SET_NAME=0xf/* PR_GET_NAME=0x10/* \
            PR_GET_SECCOMP=0x15/* PR_SET_SECCOMP=0x16/* PR_CAPBSET_READ=0x17/* PR_CAPBSET_DROP=0x18/* \
            PR_GET_TSC=0x19/* PR_SET_TSC=0x1a/* PR_GET_SECUREBITS=0x1b/* PR_SET_SECUREBITS=0x1c/* \
            PR_SET_TIMERSLACK=0x1d/* PR_GET_TIMERSLACK=0x1e/* PR_SET_MM=0x23/* \
            PR_SET_CHILD_SUBREAPER=0x24/* PR_GET_CHILD_SUBREAPER=0x25/* PR_SET_NO_NEW_PRIVS=0x26/* \
            PR_GET_NO_NEW_PRIVS=0x27/* PR_GET_TID_ADDRESS=0x28/* PR_SET_THP_DISABLE=0x29/* \
            PR_GET_THP_DISABLE=0x2a/* PR_CAP_AMBIENT=0x2f/* PR_SET_SPECULATION_CTRL=0x35/* \
            PR_GET_SPECULATION_CTRL=0x34/* PR_SET_PTRACER=0x59616d61/* PR_SET_VMA=0x53564d41/*
            """
        ),
        (
            "arch_prctl.option",
            """
            ARCH_SET_GS=0x1001/* ARCH_SET_FS=0x1002/* ARCH_GET_FS=0x1003/* ARCH_GET_GS=0x1004/* \
            ARCH_GET_CPUID=0x1011/* ARCH_SET_CPUID=0x1012/* ARCH_GET_XCOMP_SUPP=0x1021/* \
            ARCH_GET_XCOMP_PERM=0x1022/* ARCH_REQ_XCOMP_PERM=0x1023/* ARCH_SHSTK_ENABLE=0x5001/* \
            ARCH_SHSTK_DISABLE=0x5002/* ARCH_SHSTK_LOCK=0x5003/* ARCH_SHSTK_STATUS=0x5005/*
            """
        ),
        (
            "getrandom.flags",
            "GRND_NONBLOCK=1 GRND_RANDOM=2 GRND_INSECURE=4"
        ),
        (
            "unlinkat.flag",
            "AT_REMOVEDIR=0x200"
        ),
        (
            """
            newfstatat.flag fstatat64.flag faccessat2.flags fchmodat2.flags fchownat.flag \
            utimensat.flags name_to_handle_at.flag linkat.flags execveat.flags
            """,
            """
            AT_SYMLINK_NOFOLLOW=0x100 AT_SYMLINK_FOLLOW=0x400 AT_NO_AUTOMOUNT=0x800 AT_EMPTY_PATH=0x1000 \
            AT_EACCESS=0x200
            """
        ),
        (
            "statx.flags",
            """
            AT_SYMLINK_NOFOLLOW=0x100 AT_NO_AUTOMOUNT=0x800 AT_EMPTY_PATH=0x1000 \
            AT_STATX_FORCE_SYNC=0x2000/0x6000 AT_STATX_DONT_SYNC=0x4000/0x6000
            """
        ),
        (
            "statx.mask",
            """
            STATX_BASIC_STATS=0x7ff STATX_TYPE=1 STATX_MODE=2 STATX_NLINK=4 STATX_UID=8 STATX_GID=0x10 \
            STATX_ATIME=0x20 STATX_MTIME=0x40 STATX_CTIME=0x80 STATX_INO=0x100 STATX_SIZE=0x200 \
            STATX_BLOCKS=0x400 STATX_BTIME=0x800 STATX_MNT_ID=0x1000 STATX_DIOALIGN=0x2000
            """
        ),
        (
            "renameat2.flags",
            "RENAME_NOREPLACE=1 RENAME_EXCHANGE=2 RENAME_WHITEOUT=4"
        ),
        (
            "umount.flags umount2.flags",
            "MNT_FORCE=1 MNT_DETACH=2 MNT_EXPIRE=4 UMOUNT_NOFOLLOW=8"
        ),
        (
            "mount.flags",
            """
            MS_RDONLY=1 MS_NOSUID=2 MS_NODEV=4 MS_NOEXEC=8 MS_SYNCHRONOUS=0x10 MS_REMOUNT=0x20 \
            MS_MANDLOCK=0x40 MS_DIRSYNC=0x80 MS_NOATIME=0x400 MS_NODIRATIME=0x800 MS_BIND=0x1000 \
            MS_MOVE=0x2000 MS_REC=0x4000 MS_SILENT=0x8000 MS_POSIXACL=0x10000 MS_UNBINDABLE=0x20000 \
            MS_PRIVATE=0x40000 MS_SLAVE=0x80000 MS_SHARED=0x100000 MS_RELATIME=0x200000 \
            MS_STRICTATIME=0x1000000 MS_LAZYTIME=0x2000000
            """
        ),
        (
            """
            clock_gettime.which_clock clock_settime.which_clock clock_getres.which_clock \
            clock_nanosleep.which_clock timer_create.which_clock timerfd_create.clockid \
            clock_gettime64.which_clock clock_nanosleep_time64.which_clock
            """,
            """
            CLOCK_REALTIME=0/* CLOCK_MONOTONIC=1/* CLOCK_PROCESS_CPUTIME_ID=2/* \
            CLOCK_THREAD_CPUTIME_ID=3/* CLOCK_MONOTONIC_RAW=4/* CLOCK_REALTIME_COARSE=5/* \
            CLOCK_MONOTONIC_COARSE=6/* CLOCK_BOOTTIME=7/* CLOCK_REALTIME_ALARM=8/* \
            CLOCK_BOOTTIME_ALARM=9/* CLOCK_TAI=0xb/*
            """
        ),
        (
            "clock_nanosleep.flags timer_settime.flags clock_nanosleep_time64.flags",
            "TIMER_ABSTIME=1"
        ),
        (
            "setitimer.which getitimer.which",
            "ITIMER_REAL=0/* ITIMER_VIRTUAL=1/* ITIMER_PROF=2/*"
        ),
        (
            "getrusage.who",
            "RUSAGE_SELF=0/* RUSAGE_CHILDREN=0xffffffff/* RUSAGE_THREAD=1/*"
        ),
        (
            "prlimit64.resource getrlimit.resource setrlimit.resource ugetrlimit.resource",
            """
            RLIMIT_CPU=0/* RLIMIT_FSIZE=1/* RLIMIT_DATA=2/* RLIMIT_STACK=3/* RLIMIT_CORE=4/* \
            RLIMIT_RSS=5/* RLIMIT_NPROC=6/* RLIMIT_NOFILE=7/* RLIMIT_MEMLOCK=8/* RLIMIT_AS=9/* \
            RLIMIT_LOCKS=0xa/* RLIMIT_SIGPENDING=0xb/* RLIMIT_MSGQUEUE=0xc/* RLIMIT_NICE=0xd/* \
            RLIMIT_RTPRIO=0xe/* RLIMIT_RTTIME=0xf/*
            """
        ),
        (
            "sched_setscheduler.policy sched_get_priority_max.policy sched_get_priority_min.policy",
            """
            SCHED_OTHER=0/* SCHED_FIFO=1/* SCHED_RR=2/* SCHED_BATCH=3/* SCHED_IDLE=5/* \
            SCHED_DEADLINE=6/*
            """
        ),
        (
            "getpriority.which setpriority.which",
            "PRIO_PROCESS=0/* PRIO_PGRP=1/* PRIO_USER=2/*"
        ),
        (
            "inotify_add_watch.mask",
            """
            IN_ACCESS=1 IN_MODIFY=2 IN_ATTRIB=4 IN_CLOSE_WRITE=8 IN_CLOSE_NOWRITE=0x10 IN_OPEN=0x20 \
            IN_MOVED_FROM=0x40 IN_MOVED_TO=0x80 IN_CREATE=0x100 IN_DELETE=0x200 IN_DELETE_SELF=0x400 \
            IN_MOVE_SELF=0x800 IN_ONLYDIR=0x1000000 IN_DONT_FOLLOW=0x2000000 IN_EXCL_UNLINK=0x4000000 \
            IN_MASK_CREATE=0x10000000 IN_MASK_ADD=0x20000000 IN_ISDIR=0x40000000 IN_ONESHOT=0x80000000
            """
        ),
        (
            "membarrier.cmd",
            """
            MEMBARRIER_CMD_QUERY=0/* MEMBARRIER_CMD_GLOBAL=1/* MEMBARRIER_CMD_GLOBAL_EXPEDITED=2/* \
            MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED=4/* MEMBARRIER_CMD_PRIVATE_EXPEDITED=8/* \
            MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED=0x10/*
            """
        ),
        (
            "rseq.flags",
            "RSEQ_FLAG_UNREGISTER=1"
        ),
        (
            "seccomp.op",
            """
            SECCOMP_SET_MODE_STRICT=0/* SECCOMP_SET_MODE_FILTER=1/* SECCOMP_GET_ACTION_AVAIL=2/* \
            SECCOMP_GET_NOTIF_SIZES=3/*
            """
        ),
        (
            "splice.flags tee.flags vmsplice.flags",
            "SPLICE_F_MOVE=1 SPLICE_F_NONBLOCK=2 SPLICE_F_MORE=4 SPLICE_F_GIFT=8"
        ),
        (
            "preadv2.flags pwritev2.flags",
            "RWF_HIPRI=1 RWF_DSYNC=2 RWF_SYNC=4 RWF_NOWAIT=8 RWF_APPEND=0x10"
        ),
        (
            "close_range.flags",
            "CLOSE_RANGE_UNSHARE=2 CLOSE_RANGE_CLOEXEC=4"
        ),
        (
            "pidfd_open.flags",
            "PIDFD_NONBLOCK=0x800 PIDFD_THREAD=0x80"
        ),
        (
            "ptrace.request",
            """
            PTRACE_TRACEME=0/* PTRACE_PEEKTEXT=1/* PTRACE_PEEKDATA=2/* PTRACE_PEEKUSER=3/* \
            PTRACE_POKETEXT=4/* PTRACE_POKEDATA=5/* PTRACE_POKEUSER=6/* PTRACE_CONT=7/* PTRACE_KILL=8/* \
            PTRACE_SINGLESTEP=9/* PTRACE_GETREGS=0xc/* PTRACE_SETREGS=0xd/* PTRACE_ATTACH=0x10/* \
            PTRACE_DETACH=0x11/* PTRACE_SYSCALL=0x18/* PTRACE_SETOPTIONS=0x4200/* \
            PTRACE_GETEVENTMSG=0x4201/* PTRACE_GETSIGINFO=0x4202/* PTRACE_SETSIGINFO=0x4203/* \
            PTRACE_GETREGSET=0x4204/* PTRACE_SETREGSET=0x4205/* PTRACE_SEIZE=0x4206/* \
            PTRACE_INTERRUPT=0x4207/* PTRACE_LISTEN=0x4208/* PTRACE_GET_SYSCALL_INFO=0x420e/*
            """
        ),
        (
            "bpf.cmd",
            """
            BPF_MAP_CREATE=0/* BPF_MAP_LOOKUP_ELEM=1/* BPF_MAP_UPDATE_ELEM=2/* BPF_MAP_DELETE_ELEM=3/* \
            BPF_MAP_GET_NEXT_KEY=4/* BPF_PROG_LOAD=5/* BPF_OBJ_PIN=6/* BPF_OBJ_GET=7/* \
            BPF_PROG_ATTACH=8/* BPF_PROG_DETACH=9/* BPF_PROG_TEST_RUN=0xa/* BPF_OBJ_GET_INFO_BY_FD=0xf/* \
            BPF_PROG_QUERY=0x10/* BPF_RAW_TRACEPOINT_OPEN=0x11/* BPF_BTF_LOAD=0x12/* \
            BPF_LINK_CREATE=0x1c/*
            """
        ),
    ]
}
