// pingpong TIMES: two processes hand a byte to and fro through two pipes, on one CPU, which makes two context
// switches each time.
#define _GNU_SOURCE
#include "result.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    long times = argc > 1 ? atol(argv[1]) : 100000;
    int there[2], back[2];
    char byte = 0;
    cpu_set_t cpu;
    CPU_ZERO(&cpu);
    CPU_SET(0, &cpu);
    must(sched_setaffinity(0, sizeof cpu, &cpu) == 0, "sched_setaffinity");
    must(pipe(there) == 0 && pipe(back) == 0, "pipe");
    pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        close(there[1]);
        while (read(there[0], &byte, 1) == 1)
            must(write(back[1], &byte, 1) == 1, "write");
        _exit(0);
    }
    double start = now();
    for (long i = 0; i < times; i++)
        must(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1, "ping");
    close(there[1]);
    must(waitpid(child, NULL, 0) == child, "waitpid");
    print_result(start, times, 2 * times);
    return 0;
}
