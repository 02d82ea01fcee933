// spawn PATH...: runs each command in turn, waits for it, and prints "PID PATH" for each.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        pid_t child = fork();
        if (child == 0) {
            execl(argv[i], argv[i], (char *)NULL);
            _exit(127);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
            perror(argv[i]);
            return 1;
        }
        printf("%d %s\n", child, argv[i]);
    }
    return 0;
}
