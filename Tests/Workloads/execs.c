// execs TIMES: executes itself that many times, one after the other.
#include "result.h"
#include <stdlib.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 0;
    long times = atol(argv[1]);
    double start = now();
    for (long i = 0; i < times; i++) {
        pid_t child = vfork();
        if (child == 0) {
            execl(argv[0], argv[0], (char *)NULL);
            _exit(127);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
            perror("execs");
            return 1;
        }
    }
    // The first exec is the one that started this program.
    print_result(start, times, times + 1);
    return 0;
}
