// getppid CALLS: calls getppid that many times in a tight loop, then prints its pid and the nanoseconds a call.
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
    long calls = argc > 1 ? atol(argv[1]) : 1000000;
    double start = now();
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    double end = now();
    printf("%d %.1f\n", getpid(), calls > 0 ? (end - start) / calls : 0);
    return 0;
}
