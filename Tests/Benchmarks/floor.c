// floor [-r KIB] [-w KIB] EVENT OUTPUT [COMMAND...]: the least that a live tracer has to do.
//
// A perf ring for each CPU, a wakeup when a quarter of it is full or after 10 ms, three fields a line (time,
// thread, name), one write for each drain. It neither merges the rings by time nor checks what it reads; it is
// here to be compared with. Without a command it traces all processes until SIGINT. Says on stderr what it saw
// and what was lost.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CPUS = 512, LONGEST_LINE = 64 };

struct sample {
    struct perf_event_header header;
    uint64_t time;
    uint32_t size;
    uint16_t type;
    uint8_t flags, preempt_count;
    int32_t tid;
} __attribute__((packed));

struct name {
    int32_t tid;
    int length;
    char text[16];
};

static struct perf_event_mmap_page *rings[MOST_CPUS];
static struct pollfd events[MOST_CPUS];
static struct name names[4096];
static char *lines;
static size_t line_room, line_count;
static uint64_t seen, lost;
static long ring_size = 512 << 10, watermark;
static int output;
static volatile sig_atomic_t ended;

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static const struct name *name_of(int32_t tid)
{
    struct name *name = &names[tid & 4095];
    if (name->tid != tid) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/comm", tid);
        int file = open(path, O_RDONLY);
        name->tid = tid;
        name->length = file < 0 ? 0 : (int)read(file, name->text, sizeof name->text);
        if (name->length > 0)
            name->length -= 1;
        close(file);
    }
    return name;
}

static char *write_decimal(char *out, uint64_t value)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = '0' + value % 10;
        value /= 10;
    } while (value);
    while (count)
        *out++ = digits[--count];
    return out;
}

static void print(const struct sample *sample)
{
    char *out = lines + line_count;
    out = write_decimal(out, sample->time / 1000000000);
    *out++ = '.';
    uint32_t rest = sample->time % 1000000000;
    for (int i = 8; i >= 0; i--, rest /= 10)
        out[i] = '0' + rest % 10;
    out += 9;
    *out++ = ' ';
    out = write_decimal(out, sample->tid);
    *out++ = ' ';
    const struct name *name = name_of(sample->tid);
    memcpy(out, name->text, sizeof name->text);
    out += name->length;
    *out++ = '\n';
    line_count = out - lines;
    seen++;
}

static void flush(void)
{
    for (size_t done = 0; done < line_count;) {
        ssize_t count = write(output, lines + done, line_count - done);
        must(count > 0, "write");
        done += count;
    }
    line_count = 0;
}

static void drain(struct perf_event_mmap_page *ring)
{
    const char *data = (const char *)ring + ring->data_offset;
    uint64_t head = atomic_load_explicit((_Atomic uint64_t *)&ring->data_head, memory_order_acquire);
    uint64_t tail = ring->data_tail;
    char joined[1 << 16];
    while (tail < head) {
        size_t offset = tail & (ring_size - 1);
        const struct perf_event_header *header = (const void *)(data + offset);
        if (offset + header->size > (size_t)ring_size) {
            size_t first = ring_size - offset;
            memcpy(joined, data + offset, first);
            memcpy(joined + first, data, header->size - first);
            header = (const void *)joined;
        }
        tail += header->size;
        if (header->type == PERF_RECORD_SAMPLE)
            print((const struct sample *)header);
        else if (header->type == PERF_RECORD_LOST)
            lost += ((const uint64_t *)header)[2];
        if (line_room - line_count < LONGEST_LINE)
            flush();
    }
    atomic_store_explicit((_Atomic uint64_t *)&ring->data_tail, tail, memory_order_release);
}

static int event_id(const char *event)
{
    char path[256], text[32] = "";
    const char *colon = strchr(event, ':');
    must(colon != NULL, event);
    snprintf(path, sizeof path, "/sys/kernel/tracing/events/%.*s/%s/id", (int)(colon - event), event, colon + 1);
    int file = open(path, O_RDONLY);
    must(file >= 0 && read(file, text, sizeof text - 1) > 0, path);
    close(file);
    return atoi(text);
}

int main(int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "+r:w:")) != -1)
        if (option == 'r')
            ring_size = atol(optarg) << 10;
        else if (option == 'w')
            watermark = atol(optarg) << 10;
        else
            return 2;
    if (argc - optind < 2)
        return 2;
    int id = event_id(argv[optind]);
    output = strcmp(argv[optind + 1], "-") ? open(argv[optind + 1], O_CREAT | O_WRONLY | O_TRUNC, 0600) : 1;
    must(output >= 0, argv[optind + 1]);
    char **command = argv + optind + 2;
    // All lines of a drain: a sample takes 40 bytes.
    line_room = (ring_size / sizeof(struct sample) + 1) * LONGEST_LINE;
    lines = malloc(line_room);
    must(lines != NULL, "malloc");
    signal(SIGINT, end);

    int gate[2];
    must(pipe2(gate, O_CLOEXEC) == 0, "pipe");
    pid_t child = *command ? fork() : -1;
    if (child == 0) {
        char byte;
        signal(SIGINT, SIG_DFL);
        if (read(gate[0], &byte, 1) == 1)
            execvp(command[0], command);
        _exit(127);
    }
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT, .size = sizeof attr, .config = id, .sample_period = 1,
        .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW, .watermark = 1,
        .wakeup_watermark = watermark ? watermark : ring_size / 4, .inherit = *command != NULL,
        .use_clockid = 1, .clockid = CLOCK_MONOTONIC};
    int cpus = sysconf(_SC_NPROCESSORS_ONLN);
    must(cpus <= MOST_CPUS, "too many CPUs");
    for (int cpu = 0; cpu < cpus; cpu++) {
        int event = syscall(SYS_perf_event_open, &attr, child, cpu, -1, PERF_FLAG_FD_CLOEXEC);
        must(event >= 0, "perf_event_open");
        events[cpu] = (struct pollfd){event, POLLIN, 0};
        size_t size = sysconf(_SC_PAGESIZE) + ring_size;
        rings[cpu] = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
        must(rings[cpu] != MAP_FAILED, "mmap");
    }
    if (*command)
        must(write(gate[1], "", 1) == 1, "write");
    while (!ended) {
        poll(events, cpus, 10);
        if (*command && waitpid(child, NULL, WNOHANG) == child)
            ended = 1;
        for (int cpu = 0; cpu < cpus; cpu++) {
            drain(rings[cpu]);
            if (events[cpu].revents & POLLHUP)
                events[cpu].fd = -1;
        }
        flush();
    }
    fprintf(stderr, "floor: %llu events, %llu lost\n", (unsigned long long)seen, (unsigned long long)lost);
    return 0;
}
