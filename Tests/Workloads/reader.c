// Starts N programs, one each millisecond, as a supervisor does that reads what a tracer tells of them: with a
// pipe on standard input that is closed when they are executed, 2 ms after the fork. Then copies the input.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
    int programs = count > 1 ? atoi(arguments[1]) : 0;
    if (symlink("/bin/true", "started") < 0 || fcntl(STDIN_FILENO, F_SETFD, FD_CLOEXEC) < 0) {
        perror("reader");
        return 1;
    }
    for (int i = 0; i < programs; i++) {
        if (fork() == 0) {
            usleep(2000);
            execl("./started", "started", NULL);
            _exit(127);
        }
        usleep(1000);
    }
    while (wait(NULL) > 0) {}
    static char bytes[65536];
    ssize_t size;
    while ((size = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
        if (write(STDOUT_FILENO, bytes, size) != size) return 1;
    }
    return 0;
}
