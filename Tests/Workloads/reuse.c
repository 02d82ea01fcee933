// reuse NAME...: starts a process of each name in turn, all with the same process id, and prints "PID NAME" for each.
// It must be root, in a PID namespace where nothing else starts.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
        if (last < 0 || write(last, "4999", 4) != 4)
            return 1;
        close(last);
        pid_t child = fork();
        if (child == 0) {
            prctl(PR_SET_NAME, argv[i]);
            syscall(SYS_getppid);
            _exit(0);
        }
        if (child < 0 || waitpid(child, NULL, 0) != child)
            return 1;
        printf("%d %s\n", child, argv[i]);
    }
    return 0;
}
