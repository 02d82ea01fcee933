// measure RESULT SECONDS COMMAND...: runs the command and writes into RESULT, as JSON, what it took.
//
// Unless SECONDS is 0, the command gets SIGINT after that time. This program is small so that the peak of the
// command's memory is its own: it would include that of the process which made it.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long microseconds(struct timeval t)
{
    return t.tv_sec * 1000000 + t.tv_usec;
}

// The processor time of the children that an ended process has waited for, in microseconds.
static long time_of_children(pid_t pid)
{
    char path[64], text[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    long user = 0, system = 0;
    char *end = size > 0 ? strrchr(text, ')') : NULL;
    if (!end || sscanf(end + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld %ld", &user, &system) != 2)
        return 0;
    return (user + system) * (1000000 / sysconf(_SC_CLK_TCK));
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: measure RESULT SECONDS COMMAND...\n");
        return 2;
    }
    double seconds = atof(argv[2]);
    long long start = now(), asked = 0;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        // A shell lets what runs in its background ignore it.
        signal(SIGINT, SIG_DFL);
        execvp(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    if (child < 0) {
        perror("fork");
        return 1;
    }
    if (seconds > 0) {
        struct timespec length = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
        nanosleep(&length, NULL);
        asked = now();
        kill(child, SIGINT);
    }
    siginfo_t info;
    if (waitid(P_PID, child, &info, WEXITED | WNOWAIT) != 0) {
        perror("waitid");
        return 1;
    }
    long long end = now();
    long children = time_of_children(child);
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) {
        perror("wait4");
        return 1;
    }
    FILE *file = fopen(argv[1], "w");
    if (!file) {
        perror(argv[1]);
        return 1;
    }
    fprintf(file,
            "{\"status\": %d, \"start\": %lld, \"asked\": %lld, \"end\": %lld, \"user\": %ld, \"system\": %ld, "
            "\"children\": %ld, \"rss\": %ld}\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), start, asked, end,
            microseconds(usage.ru_utime), microseconds(usage.ru_stime), children, usage.ru_maxrss);
    return fclose(file) != 0;
}
