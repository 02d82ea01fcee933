// forks COUNT: starts so many processes, one after the other, each of which calls getppid and ends.
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    for (int count = argc > 1 ? atoi(argv[1]) : 1; count > 0; count--) {
        pid_t child = fork();
        if (child == 0) {
            syscall(SYS_getppid);
            _exit(0);
        }
        if (child < 0 || waitpid(child, NULL, 0) != child)
            return 1;
    }
    return 0;
}
