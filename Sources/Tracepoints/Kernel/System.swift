package import CLinux
package import Glibc

/// A system call that failed: which one, on what, and why.
package struct SystemError: Error, Sendable {
    /// The call's name, `perf_event_open` for example.
    package let call: StaticString
    /// What it was about, a path for example; may be empty.
    package let subject: String
    /// The kernel's error number.
    package let code: Int32

    /// The system's own words for the error.
    package var reason: String { System.describe(code) }
}

extension SystemError: CustomStringConvertible {
    package var description: String {
        subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }
}

/// The kernel's system calls, one wrapper each; nothing else in the package looks at `errno`.
package enum System {
    /// Runs a call that answers -1 on failure, again while a signal interrupts it.
    @inline(__always)
    private static func check<T: FixedWidthInteger & SignedInteger>(
        _ call: StaticString, _ subject: @autoclosure () -> String = "", retry: Bool = true,
        _ body: () -> T
    ) throws(SystemError) -> T {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = errno
            if retry, code == EINTR { continue }
            throw SystemError(call: call, subject: subject(), code: code)
        }
    }

    /// The system's words for an error number (`strerror`).
    package static func describe(_ code: Int32) -> String {
        // strerror answers static memory; only one thread of ours reports errors.
        unsafe String(cString: strerror(code))
    }

    /// Reads from the memory of a process, at most up to where it is not mapped; answers how many bytes
    /// (`process_vm_readv`).
    package static func readMemory(
        of pid: Int32, at address: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let start = UInt(exactly: address), start <= UInt.max - 2 * 4096 - UInt(buffer.count) else {
            return 0
        }
        // The kernel reads each piece whole or not at all: one for what is left of the page, one for the rest.
        let first = min(buffer.count, 4096 - Int(start & 4095))
        var own = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { pieces in
            unsafe pieces[0] = unsafe iovec(
                iov_base: UnsafeMutableRawPointer(bitPattern: start), iov_len: first)
            unsafe pieces[1] = unsafe iovec(
                iov_base: UnsafeMutableRawPointer(bitPattern: start + UInt(first)),
                iov_len: buffer.count - first)
            let count = first < buffer.count ? 2 : 1
            return unsafe max(0, clinux_read_memory(pid, &own, pieces.baseAddress, UInt(count)))
        }
    }

    // MARK: Programs in the kernel

    /// The version of the kernel, as far as its second number (`uname`).
    static var kernelVersion: (Int, Int) {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return (0, 0) }
        let text = unsafe withUnsafeBytes(of: &name.release) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let numbers = text.split { !$0.isNumber }.prefix(2).map { Int($0) ?? 0 }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
    }

    /// Makes a table in the kernel whose keys are numbers from 0 on (`bpf`, `BPF_MAP_CREATE`).
    static func makeTable(_ type: bpf_map_type, valueSize: Int, count: Int) throws(SystemError) -> Descriptor
    {
        Descriptor(
            try check("bpf") { clinux_bpf_map(type.rawValue, UInt32(valueSize), UInt32(count)) })
    }

    /// Sets a number in such a table (`bpf`, `BPF_MAP_UPDATE_ELEM`).
    static func setEntry(_ table: Int32, _ key: Int, _ value: UInt32) throws(SystemError) {
        _ = try check("bpf") { clinux_bpf_update(table, UInt32(key), value) }
    }

    /// Gives the kernel a program for tracepoints (`bpf`, `BPF_PROG_LOAD`).
    static func loadProgram(_ program: [UInt64]) throws(SystemError) -> Descriptor {
        Descriptor(
            try check("bpf") {
                unsafe program.withUnsafeBufferPointer {
                    unsafe clinux_bpf_load($0.baseAddress, UInt32($0.count))
                }
            })
    }

    /// Runs a program at the tracepoint of an event, for every task, while the event is open (`ioctl`).
    static func perfSetProgram(_ event: Int32, _ program: Int32) throws(SystemError) {
        _ = try check("ioctl") { clinux_perf_set_program(event, program) }
    }

    // MARK: Files

    /// Opens those of stdin, stdout and stderr that are closed, so that no file of ours gets their number.
    ///
    /// They are opened so that using them fails as it did before (`fcntl`, `open`).
    package static func fillStandardDescriptors() {
        for number in Int32(0)...2 where clinux_is_open(number) == 0 {
            // The lowest free number is this one.
            _ = unsafe clinux_open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY, 0)
        }
    }

    /// Opens a file whose name need not be UTF-8, closed on exec (`open`).
    package static func open(_ path: RawPath, _ flags: Int32, mode: mode_t = 0o666) throws(SystemError)
        -> Descriptor
    {
        Descriptor(
            try check("open", path.description) { unsafe clinux_open(path.bytes, flags | O_CLOEXEC, mode) })
    }

    /// Opens a file, closed on exec (`open`).
    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) throws(SystemError)
        -> Descriptor
    {
        Descriptor(try check("open", path) { unsafe clinux_open(path, flags | O_CLOEXEC, mode) })
    }

    /// Makes a file without a name, to read and write, for us alone; it is gone once it is closed
    /// (`open`, `mkstemp`, `unlink`).
    ///
    /// - Parameter folders: where it may be; the first one that allows it is taken.
    static func openUnnamed(in folders: [RawPath]) throws(SystemError) -> Descriptor {
        var failure = SystemError(call: "open", subject: "", code: ENOENT)
        for folder in folders {
            do throws(SystemError) {
                return Descriptor(
                    try check("open", folder.description) { unsafe clinux_open_unnamed(folder.bytes) })
            } catch {
                failure = error
            }
            // Not every file system has such files.
            var path = folder.appending("/obstrace-XXXXXX").bytes
            let number = unsafe mkstemp(&path)
            guard number >= 0 else { continue }
            unsafe Glibc.unlink(path)
            return Descriptor(number)
        }
        throw failure
    }

    /// Opens a folder to find files in, and nothing else (`open`, `O_PATH`).
    static func openFolder(_ path: String) throws(SystemError) -> Descriptor {
        Descriptor(try check("open", path) { unsafe clinux_open_folder(path) })
    }

    /// Opens a file for reading by its path below a folder, out of which no link leads (`openat2`).
    static func open(_ path: String, within folder: Int32) throws(SystemError) -> Descriptor {
        Descriptor(try check("openat2", path) { unsafe clinux_open_within(folder, path) })
    }

    /// Whether a path lies on a file system that shows files of others as its own (`statfs`, overlayfs).
    static func isOverlay(_ path: String) -> Bool {
        var status = statfs()
        return unsafe statfs(path, &status) == 0 && status.f_type == 0x794c_7630
    }

    /// Makes writing to a file of our own fail with `EAGAIN` rather than block (`fcntl`).
    package static func makeNonBlocking(_ descriptor: Int32) { _ = clinux_set_nonblocking(descriptor) }

    /// Writes bytes over those at an offset of a file, all of them (`pwrite`).
    package static func write(_ descriptor: Int32, _ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            done += try check("pwrite") {
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(
                        descriptor, $0.baseAddress! + done, $0.count - done, off_t(offset) + off_t(done))
                }
            }
        }
    }

    /// Writes bytes to a descriptor that does not block; a socket need not be set so (`write`, `send`).
    ///
    /// - Returns: how many were written.
    package static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, isSocket: Bool)
        throws(SystemError) -> Int
    {
        guard isSocket else { return try unsafe write(descriptor, bytes) }
        return try check("send") {
            unsafe send(
                descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        }
    }

    /// Writes bytes to a descriptor, all of them (`write`).
    package static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let written = try unsafe write(descriptor, rest)
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    /// Up to `buffer.count` bytes from an offset of a file on (`pread`).
    package static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(SystemError) -> Int {
        try check("pread") {
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(clamping: offset))
        }
    }

    /// Fills a buffer from an offset of a file on; answers how many bytes there were (`pread`).
    package static func readAll(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let got = try unsafe read(descriptor, into: rest, at: offset + UInt64(done))
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Gives a file another name, in place of one that has that name (`rename`).
    package static func rename(_ path: RawPath, to other: RawPath) throws(SystemError) {
        _ = try check("rename", path.description) { unsafe Glibc.rename(path.bytes, other.bytes) }
    }

    /// Another descriptor of what is open already, which no program inherits (`F_DUPFD_CLOEXEC`).
    package static func duplicate(_ descriptor: Int32) throws(SystemError) -> Descriptor {
        Descriptor(try check("fcntl") { clinux_duplicate(descriptor) })
    }

    /// Moves a descriptor's place in its file (`lseek`).
    package static func seek(_ descriptor: Int32, to offset: UInt64) throws(SystemError) {
        _ = try check("lseek") { lseek(descriptor, off_t(clamping: offset), SEEK_SET) }
    }

    /// Cuts a file off at a size (`ftruncate`).
    package static func truncate(_ descriptor: Int32, to size: UInt64) throws(SystemError) {
        _ = try check("ftruncate") { ftruncate(descriptor, off_t(clamping: size)) }
    }

    /// What the kernel calls itself and the machine (`uname`).
    package static func identity() -> (hostname: String, release: String, architecture: String) {
        var names = utsname()
        unsafe uname(&names)
        func text<T>(_ field: T) -> String {
            unsafe withUnsafeBytes(of: field) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        return (text(names.nodename), text(names.release), text(names.machine))
    }

    /// The numbers of CPUs that are online, and that there are (`sysconf`).
    package static func cpuCounts() -> (online: Int, available: Int) {
        (sysconf(Int32(_SC_NPROCESSORS_ONLN)), sysconf(Int32(_SC_NPROCESSORS_CONF)))
    }

    /// The memory of the machine, in bytes (`sysconf`).
    package static var memorySize: UInt64 {
        UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(pageSize)
    }

    /// Empties a file (`ftruncate`).
    package static func empty(_ descriptor: Int32) throws(SystemError) {
        _ = try check("ftruncate") { ftruncate(descriptor, 0) }
    }

    /// Closes a descriptor; a failure changes nothing (`close`).
    package static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Reads up to `buffer.count` bytes; 0 is the end of the file (`read`).
    package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer)
        throws(SystemError) -> Int
    {
        try check("read") { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// Writes some of the bytes and answers how many (`write`).
    package static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError)
        -> Int
    {
        try check("write") { unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
    }

    /// Writes a byte that only has to arrive (`write`).
    static func writeByte(_ descriptor: Int32) throws(SystemError) {
        var byte: UInt8 = 1
        _ = try check("write") { unsafe Glibc.write(descriptor, &byte, 1) }
    }

    /// Writes text to a descriptor, all of it (`write`).
    package static func write(_ descriptor: Int32, _ text: String) throws(SystemError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = try check("write") {
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes text to a descriptor; what cannot be written is dropped.
    package static func print(_ text: String, to descriptor: Int32) { try? write(descriptor, text) }

    /// The whole content of a small file, such as those of `/proc` and tracefs.
    package static func contents(of path: String) throws(SystemError) -> [UInt8] {
        try contents(of: try open(path, O_RDONLY), called: path)
    }

    /// What is left of a file from its present place on; `name` is what an error calls it.
    package static func contents(of file: borrowing Descriptor, called name: String) throws(SystemError)
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let got = try check("read", name) { unsafe Glibc.read(file.number, &chunk, chunk.count) }
            if got == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<got])
        }
    }

    /// The target of a symbolic link (`readlink`).
    package static func link(_ path: String) throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = try check("readlink", path) { unsafe Glibc.readlink(path, &buffer, buffer.count) }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// What a descriptor leads to (`fstat`).
    package static func status(of descriptor: Int32) throws(SystemError) -> stat {
        var status = stat()
        _ = try check("fstat") { unsafe fstat(descriptor, &status) }
        return status
    }

    /// Whether both are one regular file.
    package static func isSameFile(_ one: stat, _ other: stat) -> Bool {
        one.st_mode & S_IFMT == S_IFREG && one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }

    /// Whether a descriptor is the end of a pipe (`fstat`).
    package static func isPipe(_ descriptor: Int32) -> Bool {
        (try? status(of: descriptor)).map { $0.st_mode & S_IFMT == S_IFIFO } ?? false
    }

    /// What a path leads to (`stat`).
    package static func status(of path: RawPath) throws(SystemError) -> stat {
        var status = stat()
        _ = try check("stat", path.description) { unsafe stat(path.bytes, &status) }
        return status
    }

    /// What a path leads to (`stat`).
    package static func status(of path: String) throws(SystemError) -> stat {
        try status(of: RawPath(path))
    }

    /// Whether we may execute a path (`faccessat`).
    package static func mayExecute(_ path: RawPath) -> Bool {
        unsafe faccessat(AT_FDCWD, path.bytes, X_OK, AT_EACCESS) == 0
    }

    /// Whether we may read, write or execute a path (`access`).
    package static func mayAccess(_ path: String, _ mode: Int32) -> Bool {
        unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0
    }

    /// The names in a folder, in no order; empty where it cannot be read (`readdir`).
    package static func entries(of path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Fails where too many files are open for one more; whether the path exists does not matter.
    static func checkOpens(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try open(path, O_RDONLY)
        } catch {
            if error.code == EMFILE || error.code == ENFILE { throw error }
        }
    }

    /// Whether a descriptor is a terminal (`isatty`).
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The columns and rows of a terminal (`ioctl`, TIOCGWINSZ); `nil` where there are none.
    package static func terminalSize(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether we are in the process group that a terminal's keys are for (`tcgetpgrp`).
    package static func isForeground(on terminal: Int32) -> Bool { tcgetpgrp(terminal) == getpgrp() }

    /// Hands a terminal's keys over as they are typed, without showing them; Ctrl-C still interrupts. Answers
    /// the settings before that (`tcsetattr`).
    package static func takeKeys(of terminal: Int32) throws(SystemError) -> termios {
        var settings = termios()
        _ = try check("tcgetattr") { unsafe tcgetattr(terminal, &settings) }
        let before = settings
        settings.c_lflag &= ~UInt32(ICANON | ECHO)
        // A stopped program would leave the terminal like this.
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { unsafe $0[Int(VSUSP)] = 0 }
        _ = try check("tcsetattr") { unsafe tcsetattr(terminal, TCSADRAIN, &settings) }
        return before
    }

    /// Puts a terminal's settings back (`tcsetattr`).
    package static func restore(_ terminal: Int32, _ settings: termios) {
        var settings = settings
        _ = unsafe tcsetattr(terminal, TCSADRAIN, &settings)
    }

    /// Makes a pipe whose ends are closed on exec (`pipe2`).
    package static func pipe() throws(SystemError) -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        _ = try check("pipe2") { unsafe clinux_pipe2(&ends, O_CLOEXEC) }
        return (ends[0], ends[1])
    }

    // MARK: Time

    /// The event clock, in nanoseconds (`clock_gettime`, `CLOCK_MONOTONIC`).
    package static func monotonicTime() -> UInt64 { time(of: CLOCK_MONOTONIC) }

    /// What to add to the event clock for nanoseconds since 1970, UTC.
    package static func wallOffset() -> Int64 {
        // The event clock is read on both sides of the wall clock, so that half of the distance is the error.
        let before = time(of: CLOCK_MONOTONIC)
        let wall = time(of: CLOCK_REALTIME)
        let after = time(of: CLOCK_MONOTONIC)
        return Int64(wall) &- Int64(before &+ (after &- before) / 2)
    }

    /// A moment of the event clock as nanoseconds since boot, which also count while suspended.
    static func sinceBoot(_ time: UInt64) -> UInt64 {
        let now = monotonicTime()
        return self.time(of: CLOCK_BOOTTIME) &- now &+ time
    }

    /// The clock ticks in a second that `/proc` counts by (`sysconf`).
    static var ticksPerSecond: UInt64 { UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))) }

    private static func time(of clock: clockid_t) -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(clock, &now)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }

    // MARK: Memory

    /// Maps a descriptor's memory, shared, for reading and writing (`mmap`).
    package static func map(_ descriptor: Int32, count: Int) throws(SystemError)
        -> UnsafeMutableRawPointer
    {
        let address = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw SystemError(call: "mmap", subject: "", code: errno)
        }
        return unsafe address
    }

    /// Maps zeroed memory that is shared with children (`mmap`).
    package static func mapShared(count: Int) throws(SystemError) -> UnsafeMutableRawPointer {
        let flags = MAP_SHARED | MAP_ANONYMOUS
        let address = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw SystemError(call: "mmap", subject: "", code: errno)
        }
        return unsafe address
    }

    /// Gives a mapping back (`munmap`).
    package static func unmap(_ address: UnsafeMutableRawPointer, count: Int) {
        unsafe munmap(address, count)
    }

    /// The size of a page in bytes.
    package static var pageSize: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

    // MARK: Perf events

    /// Opens a perf event for a task (-1: all) or the cgroup of a descriptor, closed on exec
    /// (`perf_event_open`).
    package static func perfEventOpen(
        _ attributes: inout perf_event_attr, _ target: Int32, cpu: Int32, isCgroup: Bool
    ) throws(SystemError) -> Descriptor {
        let flags = UInt(PERF_FLAG_FD_CLOEXEC) | (isCgroup ? UInt(PERF_FLAG_PID_CGROUP) : 0)
        return Descriptor(
            try check("perf_event_open") {
                unsafe clinux_perf_event_open(&attributes, target, cpu, -1, flags)
            })
    }

    /// Sends an event's samples into the ring of another (`PERF_EVENT_IOC_SET_OUTPUT`).
    package static func perfSetOutput(_ event: Int32, to leader: Int32) throws(SystemError) {
        _ = try check("ioctl", "SET_OUTPUT") { clinux_perf_set_output(event, leader) }
    }

    /// Gives an event a filter (`PERF_EVENT_IOC_SET_FILTER`).
    package static func perfSetFilter(_ event: Int32, _ filter: String) throws(SystemError) {
        _ = try check("ioctl", "SET_FILTER") { unsafe clinux_perf_set_filter(event, filter) }
    }

    /// Starts one event (`PERF_EVENT_IOC_ENABLE`).
    package static func perfEnable(_ event: Int32) throws(SystemError) {
        _ = try check("ioctl", "ENABLE") { clinux_perf_enable(event) }
    }

    /// The number that samples of an event carry (`PERF_EVENT_IOC_ID`).
    package static func perfID(_ event: Int32) throws(SystemError) -> UInt64 {
        var id: UInt64 = 0
        _ = try check("ioctl", "ID") { unsafe clinux_perf_id(event, &id) }
        return id
    }

    /// Stops one event (`PERF_EVENT_IOC_DISABLE`).
    package static func perfDisable(_ event: Int32) { _ = clinux_perf_disable(event) }

    /// The most functions of a call chain that the kernel gives (`kernel.perf_event_max_stack`).
    static var greatestStack: Int {
        let text = (try? contents(of: "/proc/sys/kernel/perf_event_max_stack")) ?? []
        return Int(String(decoding: text.prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)) ?? 127
    }

    // MARK: Waiting

    /// Makes a set of descriptors to wait on (`epoll_create1`).
    package static func epollCreate() throws(SystemError) -> Descriptor {
        Descriptor(try check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
    }

    /// Adds a descriptor to a set, with a number to tell it by (`epoll_ctl`).
    package static func epollAdd(_ set: Int32, _ descriptor: Int32, events: UInt32, token: UInt64)
        throws(SystemError)
    {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = token
        _ = try check("epoll_ctl") { unsafe epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) }
    }

    /// Takes a descriptor out of a set (`epoll_ctl`).
    package static func epollRemove(_ set: Int32, _ descriptor: Int32) {
        epoll_ctl(set, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits up to `timeout` milliseconds (-1: for ever) and fills `events` (`epoll_wait`).
    package static func epollWait(_ set: Int32, _ events: inout [epoll_event], timeout: Int32)
        throws(SystemError) -> Int
    {
        do throws(SystemError) {
            return Int(
                try check("epoll_wait", retry: false) {
                    unsafe epoll_wait(set, &events, Int32(events.count), timeout)
                })
        } catch {
            // A signal's stop and continue interrupts it: the caller looks around and waits again.
            if error.code == EINTR { return 0 }
            throw error
        }
    }

    /// Waits up to `timeout` milliseconds for any of two descriptors and answers what is ready (`poll`).
    package static func poll(_ descriptors: inout [pollfd], timeout: Int32) throws(SystemError) -> Int32 {
        try check("poll") { unsafe Glibc.poll(&descriptors, nfds_t(descriptors.count), timeout) }
    }

    // MARK: Signals

    /// Whether a signal is ignored, as a shell does for a job in the background (`sigaction`).
    package static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        return unsafe clinux_is_ignored(&action) != 0
    }

    /// Ignores a signal from now on (`signal`).
    package static func ignore(_ signal: Int32) { _ = Glibc.signal(signal, SIG_IGN) }

    /// Takes signals through a descriptor instead of by interruption (`sigprocmask`, `signalfd`).
    package static func signalDescriptor(for signals: [Int32]) throws(SystemError) -> Descriptor {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        _ = try check("sigprocmask") { unsafe sigprocmask(SIG_BLOCK, &set, nil) }
        return Descriptor(
            try check("signalfd") { unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK)) })
    }

    /// Takes one signal from such a descriptor; `nil` when none waits (`read`).
    package static func takeSignal(_ descriptor: Int32) -> (number: Int32, isFromKernel: Bool)? {
        var info = signalfd_siginfo()
        let got = unsafe withUnsafeMutableBytes(of: &info) { try? unsafe read(descriptor, into: $0) }
        guard got == MemoryLayout<signalfd_siginfo>.size else { return nil }
        // The terminal's signals come from the kernel and went to the whole foreground group.
        return (Int32(info.ssi_signo), info.ssi_code == SI_KERNEL)
    }

    // MARK: Processes

    /// Our process id.
    package static var processID: Int32 { getpid() }
    /// Our effective user id.
    package static var effectiveUser: UInt32 { geteuid() }
    /// Our effective group id.
    static var effectiveGroup: UInt32 { getegid() }

    /// A descriptor that tells when a process ends (`pidfd_open`).
    package static func pidDescriptor(_ pid: Int32) throws(SystemError) -> Descriptor {
        Descriptor(try check("pidfd_open", "\(pid)") { clinux_pidfd_open(pid) })
    }

    /// Sends a signal (`kill`).
    package static func kill(_ pid: Int32, _ signal: Int32) { _ = Glibc.kill(pid, signal) }

    /// Waits for a child to end (`waitpid`).
    package static func wait(for pid: Int32) throws(SystemError) -> ExitStatus {
        var status: Int32 = 0
        _ = try check("waitpid", "\(pid)") { unsafe waitpid(pid, &status, 0) }
        return clinux_is_exited(status) != 0
            ? .exited(clinux_exit_status(status)) : .signaled(clinux_term_signal(status))
    }

    /// Forks a child that waits for a byte from the gate before it executes a program (`fork`, `execve`).
    ///
    /// - Parameter account: the user that the program is to run as; `nil` for ours.
    static func launch(
        _ path: RawPath, _ arguments: UnsafePointer<UnsafeMutablePointer<CChar>?>, as account: Account?,
        gate: (reader: Int32, writer: Int32), shared: UnsafeMutablePointer<clinux_launch>, files: rlimit
    ) throws(SystemError) -> Int32 {
        var files = files
        let (reader, writer) = gate
        guard let account else {
            return try check("fork") {
                unsafe clinux_launch(
                    path.bytes, arguments, clinux_environment(), reader, writer, shared, &files, nil)
            }
        }
        var environment = unsafe environment(of: account)
        defer { for index in unsafe environment.indices { unsafe free(environment[index]) } }
        return try unsafe account.groups.withUnsafeBufferPointer { groups throws(SystemError) in
            var user = unsafe clinux_user(
                uid: account.user, gid: account.group, groups: groups.baseAddress, group_count: groups.count)
            return try check("fork") {
                unsafe clinux_launch(
                    path.bytes, arguments, &environment, reader, writer, shared, &files, &user)
            }
        }
    }

    /// Our environment with the variables of a user; the caller frees the texts. A null pointer ends it.
    private static func environment(of account: Account) -> [UnsafeMutablePointer<CChar>?] {
        let variables = account.variables
        var entries: [UnsafeMutablePointer<CChar>?] = unsafe []
        var next = unsafe clinux_environment()
        while let place = unsafe next, let entry = unsafe place.pointee {
            let isReplaced = variables.contains { variable in
                unsafe strncmp(entry, variable.name + "=", variable.name.utf8.count + 1) == 0
            }
            if !isReplaced { unsafe entries.append(strdup(entry)) }
            unsafe next = place + 1
        }
        for variable in variables { unsafe entries.append(strdup("\(variable.name)=\(variable.value)")) }
        unsafe entries.append(nil)
        return unsafe entries
    }

    /// Whom we act as.
    package struct Role {
        fileprivate let user: uid_t
        fileprivate let group: gid_t
        fileprivate let groups: [gid_t]
    }

    /// Acts as a user from now on, until `resume`, and answers whom we have acted as (`setgroups`, `setegid`,
    /// `seteuid`).
    package static func assume(_ account: Account) throws(SystemError) -> Role {
        var groups = [gid_t](repeating: 0, count: 1 << 16)
        let count = try check("getgroups") { unsafe getgroups(Int32(groups.count), &groups) }
        let own = Role(user: geteuid(), group: getegid(), groups: Array(groups.prefix(Int(count))))
        _ = try check("setgroups") { unsafe setgroups(account.groups.count, account.groups) }
        do throws(SystemError) {
            _ = try check("setegid") { setegid(account.group) }
            _ = try check("seteuid") { seteuid(account.user) }
        } catch {
            resume(own)
            throw error
        }
        return own
    }

    /// Acts again as before.
    package static func resume(_ role: Role) {
        guard seteuid(role.user) == 0, setegid(role.group) == 0,
            unsafe setgroups(role.groups.count, role.groups) == 0
        else { fatalError("our own rights cannot be taken back: \(describe(errno))") }
    }

    /// Gives up all capabilities but those whose bits are given (`capset`).
    static func keepCapabilities(_ bits: UInt64) { _ = clinux_keep_capabilities(bits) }

    /// Makes sure that no program which we execute gets more rights than we have (`prctl`).
    static func forbidNewPrivileges() { _ = clinux_set_no_new_privileges() }

    /// Leaves descriptors to the kernel, which closes them in its own time once we have exited
    /// (`io_uring_register`).
    ///
    /// - Throws: `ENOSYS`, `EPERM` where the kernel or a sandbox has no io_uring for us.
    static func handOver(_ descriptors: [Int32]) throws(SystemError) {
        _ = try check("io_uring_register") {
            unsafe clinux_hand_over(descriptors, Int32(descriptors.count))
        }
    }

    /// Leaves descriptors open in a child that ends by itself (`fork`).
    static func linger(holding descriptors: [Int32]) {
        _ = unsafe clinux_linger(descriptors, Int32(descriptors.count))
    }

    /// Leaves it to a child process to close descriptors and to write each command into its file afterwards;
    /// waits for that up to `patience` milliseconds (`fork`).
    static func handOver(
        _ descriptors: [Int32], then commands: [(file: String, command: String)], patience: Int32
    ) throws(SystemError) {
        var files: [Int32] = []
        defer { for file in files { close(file) } }
        for command in commands { files.append(try open(command.file, O_WRONLY | O_APPEND).take()) }
        let gate = try pipe()
        let texts = unsafe commands.map { unsafe strdup($0.command) }
        defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
        let child: Int32
        do throws(SystemError) {
            child = try check("fork") {
                unsafe clinux_remove_probes(
                    descriptors, Int32(descriptors.count), gate.reader, files, texts, Int32(files.count))
            }
        } catch {
            close(gate.reader)
            close(gate.writer)
            throw error
        }
        // The child closes last, and waits.
        for descriptor in descriptors { close(descriptor) }
        close(gate.reader)
        close(gate.writer)
        var waiting = [pollfd(fd: -1, events: Int16(POLLIN), revents: 0)]
        guard let ending = try? pidDescriptor(child) else { return }
        waiting[0].fd = ending.number
        if (try? poll(&waiting, timeout: patience)) ?? 0 > 0 { _ = try? wait(for: child) }
    }

    /// The limits of open files, soft and hard (`getrlimit`).
    package static func openFileLimit() -> rlimit {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit
    }

    /// Raises the soft limit of open files to the hard one and answers both as they were (`setrlimit`).
    @discardableResult
    package static func raiseOpenFileLimit() -> rlimit {
        let before = openFileLimit()
        var limit = before
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return before
    }
}

/// The name of a file as the kernel takes it: bytes that need not be UTF-8.
package struct RawPath: Sendable, CustomStringConvertible {
    /// The bytes, ended by a zero.
    let bytes: [CChar]

    /// A name from bytes, without a zero at the end.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = bytes.map(CChar.init(bitPattern:)) + [0] }

    /// A name from text.
    package init(_ text: String) { self.init(text.utf8) }

    /// The name with text behind it.
    package func appending(_ text: String) -> RawPath {
        RawPath(bytes.dropLast().map(UInt8.init(bitPattern:)) + Array(text.utf8))
    }

    /// The folder that the name is in.
    package var folder: RawPath {
        let slash = CChar(bitPattern: UInt8(ascii: "/"))
        guard let end = bytes.lastIndex(of: slash) else { return RawPath(".") }
        return RawPath(bytes[...end].map(UInt8.init(bitPattern:)))
    }

    /// The name for a message; bytes that are not UTF-8 come out as replacement characters.
    package var description: String {
        String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// How a process ended.
package enum ExitStatus: Sendable, Equatable {
    /// It exited with that status.
    case exited(Int32)
    /// That signal ended it.
    case signaled(Int32)
}

/// An open file that is closed when its owner lets go of it.
package struct Descriptor: ~Copyable {
    /// The number that system calls want.
    package let number: Int32

    /// Takes over an open file.
    package init(_ number: Int32) { self.number = number }

    deinit { System.close(number) }

    /// Gives the number away; the caller closes it.
    package consuming func take() -> Int32 {
        let number = number
        discard self
        return number
    }
}
