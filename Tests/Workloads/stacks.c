// Makes a system call, `getppid`, at the end of a chain of calls: main, first, second, third.
// With an argument, the call is made by code that the program has written into memory, and which it names
// `generated` in the file that profilers read: /tmp/perf-PID.map.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// No call is made in place of a return, so that all of them show.
#define KEEP(value) __asm__ volatile("" : "+r"(value))

typedef long (*Maker)(void);

__attribute__((noinline)) long third(Maker maker) {
    // Without it a function that calls none has no frame.
    void *frame = __builtin_frame_address(0);
    KEEP(frame);
    long result;
    if (maker) {
        result = maker();
    } else {
        // In the function itself: that of the C library keeps no frame pointer.
        __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_getppid) : "rcx", "r11", "memory");
    }
    KEEP(result);
    return result;
}

__attribute__((noinline)) long second(Maker maker) {
    long result = third(maker);
    KEEP(result);
    return result;
}

__attribute__((noinline)) long first(Maker maker) {
    long result = second(maker);
    KEEP(result);
    return result;
}

int main(int count, char **arguments) {
    (void)arguments;
    if (count < 2) return first(NULL) < 0;
    // push %rbp; mov %rsp, %rbp; mov $SYS_getppid, %eax; syscall; pop %rbp; ret
    static const unsigned char code[] = {
        0x55, 0x48, 0x89, 0xe5, 0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0x5d, 0xc3};
    void *memory = mmap(
        NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    memcpy(memory, code, sizeof code);
    char path[64];
    snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
    FILE *map = fopen(path, "w");
    if (!map) return 1;
    fprintf(map, "%lx %zx generated\n", (unsigned long)memory, sizeof code);
    fclose(map);
    int status = first((Maker)memory) < 0;
    // Whoever prints the call reads the file a little later.
    usleep(500000);
    unlink(path);
    return status;
}
