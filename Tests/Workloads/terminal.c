// terminal LINES COMMAND [ARG...]: runs the command on a terminal of its own, prints its first lines while the
// terminal changes its size, hangs up, and prints the command's status as a shell has it.
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (argc < 3 || master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        setsid();
        // The first terminal that the leader of a session opens is the session's.
        int terminal = open(ptsname(master), O_RDWR);
        dup2(terminal, 0);
        dup2(terminal, 1);
        close(terminal);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    char byte;
    unsigned short width = 80;
    for (int lines = atoi(argv[1]); lines > 0 && read(master, &byte, 1) == 1;) {
        if (byte != '\r')
            putchar(byte);
        if (byte != '\n')
            continue;
        struct winsize size = {24, width++, 0, 0};
        ioctl(master, TIOCSWINSZ, &size);
        lines--;
    }
    close(master);
    int status;
    if (waitpid(child, &status, 0) != child)
        return 1;
    printf("status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
