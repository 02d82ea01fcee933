// busy CPU SECONDS: waits for a byte on its standard input, then makes events on a CPU as fast as it can: system
// calls, switches to a child and back, memory that is taken and given back.
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)atoi(argv[1]), &cpus);
    int there[2], back[2];
    char byte;
    if (sched_setaffinity(0, sizeof cpus, &cpus) != 0 || pipe(there) != 0 || pipe(back) != 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        close(there[1]);
        while (read(there[0], &byte, 1) == 1)
            if (write(back[1], &byte, 1) != 1)
                break;
        _exit(0);
    }
    if (child < 0 || read(0, &byte, 1) != 1)
        return 1;
    for (double end = now() + atof(argv[2]); now() < end;) {
        for (int i = 0; i < 1000; i++)
            syscall(SYS_getppid);
        for (int i = 0; i < 20; i++)
            if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
                return 1;
        for (int i = 0; i < 50; i++) {
            char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (page == MAP_FAILED)
                return 1;
            *page = 1;
            munmap(page, 4096);
        }
    }
    return 0;
}
