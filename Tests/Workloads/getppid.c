// getppid CALLS [CPU...]: calls getppid that many times in a tight loop, on each of those CPUs at once.
#define _GNU_SOURCE
#include "result.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void call(long calls)
{
    double start = now();
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    print_result(start, calls, calls);
}

int main(int argc, char **argv)
{
    long calls = argc > 1 ? atol(argv[1]) : 1000000;
    if (argc <= 2)
        call(calls);
    for (int i = 2; i < argc; i++) {
        if (fork() != 0)
            continue;
        cpu_set_t cpu;
        CPU_ZERO(&cpu);
        CPU_SET(atoi(argv[i]), &cpu);
        if (sched_setaffinity(0, sizeof cpu, &cpu) != 0) {
            perror(argv[i]);
            return 1;
        }
        call(calls);
        return 0;
    }
    int status, result = 0;
    while (wait(&status) > 0)
        result |= status != 0;
    return result;
}
