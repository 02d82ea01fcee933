// reads TIMES DIRECTORY: reads a page of a file in that directory as often.
#include "result.h"
#include <fcntl.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    char path[4096], page[4096] = {0};
    long times = argc > 1 ? atol(argv[1]) : 500000;
    snprintf(path, sizeof path, "%s/reads.data", argc > 2 ? argv[2] : ".");
    int file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    if (file < 0 || write(file, page, sizeof page) != sizeof page) {
        perror(path);
        return 1;
    }
    unlink(path);
    double start = now();
    for (long i = 0; i < times; i++)
        if (pread(file, page, sizeof page, 0) != sizeof page)
            return 1;
    print_result(start, times, times);
    return 0;
}
