// What Swift cannot import from the Linux headers by itself: system calls without a C function, variadic
// functions, constants made by function-like macros, and code that must run between fork and exec.
//
// Nothing here may define _GNU_SOURCE: the C library's headers would then differ from those in Swift's own module
// of it, and the compiler refuses to load both. What they declare only with it, is a system call here.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The ring's cursors lie where the kernel's ABI says; the reader computes with these.
_Static_assert(offsetof(struct perf_event_mmap_page, data_head) == 1024, "data_head moved");
_Static_assert(offsetof(struct perf_event_mmap_page, data_tail) == 1032, "data_tail moved");
_Static_assert(sizeof(struct perf_event_header) == 8, "record header changed");

// `perf_event_open` has no C function.
static inline int clinux_perf_event_open(
    struct perf_event_attr *attr, pid_t pid, int cpu, int group, unsigned long flags) {
    return (int)syscall(SYS_perf_event_open, attr, pid, cpu, group, flags);
}

// Before Linux 6.0 there was no count of lost samples, so older headers lack the name.
enum { CLINUX_PERF_FORMAT_LOST = 1U << 4 };

// Request numbers made by _IO and _IOW, and `ioctl` itself, which is variadic.
static inline int clinux_perf_set_output(int event, int leader) {
    return ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, leader);
}
static inline int clinux_perf_set_filter(int event, const char *filter) {
    return ioctl(event, PERF_EVENT_IOC_SET_FILTER, filter);
}
static inline int clinux_perf_enable(int event) { return ioctl(event, PERF_EVENT_IOC_ENABLE, 0); }
static inline int clinux_perf_id(int event, uint64_t *id) { return ioctl(event, PERF_EVENT_IOC_ID, id); }
static inline int clinux_perf_disable(int event) { return ioctl(event, PERF_EVENT_IOC_DISABLE, 0); }

// Not declared to Swift, as it is an extension.
static inline ssize_t clinux_read_memory(
    pid_t pid, const struct iovec *own, const struct iovec *other, unsigned long count) {
    return syscall(SYS_process_vm_readv, pid, own, 1, other, count, 0);
}

// `bpf` has no C function, and its argument is a union of structures.
static inline int clinux_bpf_map(uint32_t type, uint32_t value, uint32_t count) {
    union bpf_attr attr = {.map_type = type, .key_size = 4, .value_size = value, .max_entries = count};
    return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}
static inline int clinux_bpf_update(int map, uint32_t key, uint32_t value) {
    union bpf_attr attr = {.map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)&value};
    return (int)syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof attr);
}
static inline int clinux_bpf_load(const uint64_t *program, uint32_t count) {
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_TRACEPOINT, .insns = (uintptr_t)program,
        .insn_cnt = count, .license = (uintptr_t)"GPL"};
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}
static inline int clinux_perf_set_program(int event, int program) {
    return ioctl(event, PERF_EVENT_IOC_SET_BPF, program);
}

// `open` and `fcntl` are variadic.
static inline int clinux_set_nonblocking(int descriptor) {
    return fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}
static inline int clinux_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }
static inline int clinux_is_open(int descriptor) { return fcntl(descriptor, F_GETFD) != -1; }
static inline int clinux_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
// `O_TMPFILE` is defined with _GNU_SOURCE alone.
static inline int clinux_open_unnamed(const char *folder) {
    return open(folder, __O_TMPFILE | O_DIRECTORY | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
}

// `openat2` has no C function. No link leads out of the folder, nor does what is opened make us wait.
static inline int clinux_open_within(int folder, const char *path) {
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}
static inline int clinux_open_folder(const char *path) {
    return open(path, 010000000 /* O_PATH, an extension */ | O_DIRECTORY | O_CLOEXEC);
}

// `pipe2` and `close_range` are declared with _GNU_SOURCE alone.
static inline int clinux_pipe2(int ends[2], int flags) { return (int)syscall(SYS_pipe2, ends, flags); }
static inline int clinux_close_range(unsigned first, unsigned last) {
    return (int)syscall(SYS_close_range, first, last, 0);
}

// No C function before glibc 2.36.
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// Gives descriptors to an io_uring instance, which takes references to them, and answers its descriptor.
//
// There is no C function for these calls without a library. The kernel tears an instance down in a worker
// of its own when the process has gone, and closes then what is registered with it.
static inline int clinux_hand_over(const int *held, int count) {
    struct io_uring_params parameters;
    memset(&parameters, 0, sizeof parameters);
    int ring = (int)syscall(SYS_io_uring_setup, 1, &parameters);
    if (ring < 0) return -1;
    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, held, count) < 0) {
        int reason = errno;
        close(ring);
        errno = reason;
        return -1;
    }
    return ring;
}

// Forks without the handlers that libraries have registered for it, of which the thread sanitizer's starts a
// thread in the child, whose end would be traced. The child may run async-signal-safe calls only.
//
// glibc 2.34 has it as `_Fork`. With no stack and no ids the arguments are the same on x86-64 and arm64.
static inline pid_t clinux_fork(void) { return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

// Forks a child that holds the open descriptors from `first` to `last` for a moment and ends.
//
// The kernel makes the last one who closes a tracepoint event wait for a grace period. The child closes
// everything else first, so that nobody who waits for the end of our output waits for it; it needs no
// memory of ours, which is why it runs only async-signal-safe calls. It outlives its parent, then it ends.
static inline pid_t clinux_linger(const int *held, int count) {
    int first = count ? held[0] : 0, last = first;
    for (int i = 1; i < count; i++) {
        if (held[i] < first) first = held[i];
        if (held[i] > last) last = held[i];
    }
    pid_t parent = getpid();
    pid_t child = clinux_fork();
    if (child != 0) return child;
    setsid();
    if (first > 0) clinux_close_range(0, (unsigned)first - 1);
    clinux_close_range((unsigned)last + 1, ~0U);
    // Between them lie descriptors that are not ours to hold, such as a pipe that others read.
    for (int fd = first, i = 0; fd <= last; fd++) {
        for (i = 0; i < count && held[i] != fd; i++) {}
        if (i == count) close(fd);
    }
    // The parent must have closed its own before we close ours; it exits right after this.
    for (int tick = 0; tick < 1000 && getppid() == parent; tick++) usleep(1000);
    _exit(0);
}

// Forks a child that closes tracepoint events and then removes the probes that they were of, which the kernel
// refuses before.
//
// Closing waits for grace periods, so that a caller who is about to exit need not. The child closes everything
// else first, as above. It starts when the last writer of `gate` has gone: until then the caller closes its own
// copies, for the one who closes last is the one who waits. `files` are open, one for each command.
static inline pid_t clinux_remove_probes(
    const int *held, int held_count, int gate, const int *files, char *const *commands, int count) {
    pid_t child = clinux_fork();
    if (child != 0) return child;
    setsid();
    int last = gate;
    for (int i = 0; i < held_count; i++) last = held[i] > last ? held[i] : last;
    for (int i = 0; i < count; i++) last = files[i] > last ? files[i] : last;
    clinux_close_range((unsigned)last + 1, ~0U);
    for (int fd = 0; fd <= last; fd++) {
        int wanted = fd == gate;
        for (int i = 0; !wanted && i < held_count; i++) wanted = held[i] == fd;
        for (int i = 0; !wanted && i < count; i++) wanted = files[i] == fd;
        if (!wanted) close(fd);
    }
    char byte;
    while (read(gate, &byte, 1) < 0 && errno == EINTR) {}
    for (int i = 0; i < held_count; i++) close(held[i]);
    for (int i = 0; i < count; i++) {
        // Others may hold the event for a moment: a traced task that ends, a reader of its format.
        for (int tick = 0; tick < 5000; tick++) {
            if (write(files[i], commands[i], strlen(commands[i])) >= 0 || errno != EBUSY) break;
            usleep(1000);
        }
    }
    _exit(0);
}

// Swift takes a global variable that can change for unsafe in every use.
static inline char **clinux_environment(void) { return __environ; }

// Function pointers cannot be compared in Swift.
static inline int clinux_is_ignored(const struct sigaction *action) { return action->sa_handler == SIG_IGN; }

// Made by function-like macros.
static inline int clinux_is_exited(int status) { return WIFEXITED(status); }
static inline int clinux_exit_status(int status) { return WEXITSTATUS(status); }
static inline int clinux_term_signal(int status) { return WTERMSIG(status); }

// What a held child and its parent share: the moment of the exec and its failure.
struct clinux_launch {
    volatile uint64_t exec_time;  // CLOCK_MONOTONIC nanoseconds just before execve
    volatile int exec_errno;      // why execve failed, 0 if it did not
};

// Whom a held child turns into before it executes its program.
struct clinux_user {
    uid_t uid;
    gid_t gid;
    const gid_t *groups;  // the supplementary ones
    size_t group_count;
};

// Turns this process into a user for good; answers -1 where that is not permitted.
static inline int clinux_become(const struct clinux_user *user) {
    if (setgroups(user->group_count, user->groups) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
        return -1;
    // Where we are not root but have been granted rights, setuid does not take them away. Linux before 4.3
    // has no ambient ones.
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return 0;
}

// No C function without a library. A capability's number is its bit in `wanted`; those that we do not have
// stay away.
static inline int clinux_keep_capabilities(uint64_t wanted) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) != 0) return -1;
    for (int half = 0; half < 2; half++) {
        sets[half].permitted &= (uint32_t)(wanted >> 32 * half);
        sets[half].effective &= sets[half].permitted;
        sets[half].inheritable = 0;
    }
    return (int)syscall(SYS_capset, &header, sets);
}

// `prctl` is variadic.
static inline int clinux_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// Forks a child that waits for one byte from `gate`, notes the time and executes `path`.
//
// It is C because nothing but async-signal-safe calls may run between fork and exec, which Swift cannot
// promise. The child gets back the limit of open files that we were started with, and turns into the user
// where there is one. If the gate is closed without a byte, the child exits and nothing has run.
static inline pid_t clinux_launch(
    const char *path, char *const argv[], char *const environment[], int gate, int gate_writer,
    struct clinux_launch *shared, const struct rlimit *files, const struct clinux_user *user) {
    pid_t child = clinux_fork();
    if (child != 0) return child;
    // Our own copy of the writing end would keep the gate from closing when the parent dies.
    close(gate_writer);
    char byte;
    ssize_t got;
    do got = read(gate, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1) _exit(127);
    close(gate);
    setrlimit(RLIMIT_NOFILE, files);
    if (user && clinux_become(user) != 0) {
        shared->exec_errno = errno;
        _exit(126);
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    shared->exec_time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    execve(path, argv, environment);
    if (errno == ENOEXEC) {
        // A script without `#!`, which a shell runs by itself.
        int count = 0;
        while (argv[count]) count++;
        char *shell[count + 2];
        shell[0] = (char *)"sh";
        shell[1] = (char *)path;
        for (int i = 1; i <= count; i++) shell[i + 1] = argv[i];
        execve("/bin/sh", shell, environment);
    }
    shared->exec_errno = errno;
    _exit(127);
}

// The demanglers of the runtimes that are linked anyway, which no header declares for C. What they answer is
// allocated with malloc; NULL for what is no such name.
char *swift_demangle(
    const char *name, size_t length, char *buffer, size_t *size, uint32_t flags) __attribute__((weak));
char *__cxa_demangle(const char *name, char *buffer, size_t *size, int *status) __attribute__((weak));
// The longest name that is read, and the longest text that is made of one, in bytes.
enum { CLINUX_LONGEST_NAME = 4096, CLINUX_LONGEST_TEXT = 1 << 15 };

// Makes a pair of sockets through which packets go; one of them is for the child below.
static inline int clinux_packets(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

// Forks a child that answers each name of C++ or Swift that comes through the socket with what it reads as.
//
// A hostile file may have names on which the demanglers abort, or take gigabytes and hours. The child has 64 MB
// for them, and a tenth of a second of a CPU for each. It holds nothing of ours open but the socket, and ends when
// nobody has the other end; it has no rights, says nothing and leaves no core.
static inline pid_t clinux_demangler(int socket) {
    // Not as above: the demanglers allocate memory, which only the C library's own function allows for.
    pid_t child = fork();
    if (child != 0) return child;
    // When a terminal's signals end us, names are still wanted.
    setsid();
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t signals;
    sigemptyset(&signals);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    clinux_set_no_new_privileges();
    clinux_keep_capabilities(0);
    char pages[24] = "";
    int memory = open("/proc/self/statm", O_RDONLY);
    ssize_t length = read(memory, pages, sizeof pages - 1);
    rlim_t used = length > 0 ? strtoul(pages, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) : 0;
    struct rlimit space = {used + (64 << 20), used + (64 << 20)}, none = {0, 0};
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_CORE, &none);
    if (socket > 0) clinux_close_range(0, (unsigned)socket - 1);
    clinux_close_range((unsigned)socket + 1, ~0U);
    char name[CLINUX_LONGEST_NAME + 1];
    while ((length = read(socket, name, CLINUX_LONGEST_NAME)) > 0) {
        name[length] = 0;
        struct itimerval tenth = {.it_value.tv_usec = 100000};
        setitimer(ITIMER_PROF, &tenth, NULL);
        int isCxx = name[0] == '_' && name[1] == 'Z', status;
        char *text = NULL;
        if (isCxx && __cxa_demangle) text = __cxa_demangle(name, NULL, NULL, &status);
        if (!isCxx && swift_demangle) text = swift_demangle(name, (size_t)length, NULL, NULL, 0);
        // An answer is never empty, which would look like the end.
        const char *answer = text && *text ? text : name;
        if (send(socket, answer, strnlen(answer, CLINUX_LONGEST_TEXT), MSG_NOSIGNAL) < 0) break;
        free(text);
    }
    _exit(0);
}

// Asks that child for a name through the other socket; answers the length of the text in `out`, 0 if the name was
// too much for it, and -1 if it had gone before.
static inline ssize_t clinux_demangle(int socket, const void *name, size_t length, void *out) {
    if (send(socket, name, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return -1;
    struct pollfd answer = {.fd = socket, .events = POLLIN};
    int ready;
    do ready = poll(&answer, 1, 1000);
    while (ready < 0 && errno == EINTR);
    ssize_t count = ready > 0 ? recv(socket, out, CLINUX_LONGEST_TEXT, MSG_DONTWAIT) : 0;
    return count > 0 ? count : 0;
}
