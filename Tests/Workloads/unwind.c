// Makes system calls at the end of chains of calls that keep no frame pointers when they are compiled without.
//   unwind chain      getppid: main, first, second, third
//   unwind loop N     the same N times, a millisecond apart
//   unwind signal     the same in the handler of a signal
//   unwind clock      clock_gettime, which the code that the kernel gives to every process passes on
//   unwind deep N     getppid below N calls of a function by itself
//   unwind chaos N    getppid, with a stack that holds addresses at random where returns are expected
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// What calls keep on the stack: different sizes, so that no guess finds them.
#define FRAME(words) volatile long frame[words]; frame[0] = value

__attribute__((noinline)) long third(long value) { FRAME(5); return getppid() + frame[0]; }
__attribute__((noinline)) long second(long value) { FRAME(12); return third(value + 1) + frame[0]; }
__attribute__((noinline)) long first(long value) { FRAME(3); return second(value + 1) + frame[0]; }
__attribute__((noinline)) long deep(long value) {
    FRAME(3);
    return value == 0 ? third(0) : deep(value - 1) + frame[0];
}
__attribute__((noinline)) long timed(long value) {
    FRAME(7);
    struct timespec time;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) + frame[0];
}

static void handle(int number) { first(number); }

// Fills the stack above the caller with addresses of functions and of the stack itself, calls, and never returns.
__attribute__((noinline, noreturn)) static void spoil(long value) {
    static const void *const code[] = {first, second, third, deep, timed, spoil, getppid, exit, raise};
    srand((unsigned)value);
    volatile unsigned long *top = (volatile unsigned long *)__builtin_frame_address(0);
    unsigned long base = (unsigned long)top;
    for (int index = -8; index < 1500; index++) {
        unsigned long address = (unsigned long)code[rand() % 9] + rand() % 64;
        top[index] = rand() % 4 ? address : base + rand() % 4096;
    }
    getppid();
    _exit(0);
}

// Makes room above for what is overwritten.
__attribute__((noinline)) static void chaos(long value) {
    char room[16384];
    memset(room, (int)value, sizeof room);
    __asm__ volatile("" ::"r"(room) : "memory");
    spoil(value);
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "chain";
    long number = count > 2 ? atol(arguments[2]) : 1;
    if (!strcmp(what, "chain")) return first(1) == 0;
    if (!strcmp(what, "clock")) return timed(1) == 0;
    if (!strcmp(what, "deep")) return deep(number) == 0;
    if (!strcmp(what, "signal")) {
        signal(SIGUSR1, handle);
        return raise(SIGUSR1) != 0;
    }
    for (long index = 0; !strcmp(what, "loop") && index < number; index++) {
        first(index);
        usleep(1000);
    }
    if (!strcmp(what, "chaos")) chaos(number);
    return 0;
}
