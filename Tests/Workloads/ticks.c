// ticks TIMES MILLISECONDS FILE: calls getppid as often, with about that pause between; writes the moments just
// before each call into the file, in nanoseconds of the monotonic clock, the first one that of its own start.
#include "result.h"
#include <stdlib.h>
#include <sys/syscall.h>

int main(int argc, char **argv)
{
    double start = now();
    if (argc != 4)
        return 2;
    long times = atol(argv[1]), pause = atol(argv[2]) * 1000000;
    FILE *file = fopen(argv[3], "w");
    if (!file) {
        perror(argv[3]);
        return 1;
    }
    fprintf(file, "%.0f\n", start);
    for (long i = 0; i < times; i++) {
        // The pauses differ, so that they do not go in step with a reader's rhythm.
        struct timespec length = {0, pause + rand() % 10000000};
        nanosleep(&length, NULL);
        fprintf(file, "%.0f\n", now());
        syscall(SYS_getppid);
    }
    return fclose(file) != 0;
}
