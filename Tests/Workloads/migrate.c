// migrate CPU: waits a moment, moves itself to that CPU, calls getppid there, and ends.
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(argc > 1 ? atoi(argv[1]) : 0, &cpus);
    usleep(50000);
    sched_setaffinity(0, sizeof cpus, &cpus);
    syscall(SYS_getppid);
    usleep(100000);
    return 0;
}
