// mix DIRECTORY: a little of everything: names, signals, timers, files, memory, processes, UDP and TCP on the
// loopback interface. Prints its pid.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static void ignore(int signal)
{
    (void)signal;
}

static void names(void)
{
    prctl(PR_SET_NAME, "mix of <all>");
    prctl(PR_SET_NAME, "mix");
}

static void signals(void)
{
    signal(SIGUSR2, ignore);
    for (int i = 0; i < 8; i++)
        must(kill(getpid(), SIGUSR2) == 0, "kill");
}

static void timers(void)
{
    struct timespec pause = {0, 1000000};
    for (int i = 0; i < 8; i++)
        nanosleep(&pause, NULL);
}

static void files(const char *directory)
{
    char path[4096], block[10000];
    memset(block, 'x', sizeof block);
    snprintf(path, sizeof path, "%s/mix.data", directory);
    int file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0640);
    must(file >= 0, path);
    for (int i = 0; i < 4; i++)
        must(write(file, block, sizeof block) == sizeof block, "write");
    must(fsync(file) == 0, "fsync");
    must(pread(file, block, 100, -1) < 0, "a read before the start");
    must(pread(file, block, sizeof block, 0) == sizeof block, "pread");
    close(file);
    unlink(path);
}

static void memory(void)
{
    size_t size = 1 << 20;
    char *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(block != MAP_FAILED, "mmap");
    memset(block, 1, size);
    munmap(block, size);
}

static void processes(void)
{
    for (int i = 0; i < 4; i++) {
        pid_t child = fork();
        if (child == 0) {
            execl("/bin/true", "true", (char *)NULL);
            _exit(127);
        }
        must(child > 0 && waitpid(child, NULL, 0) == child, "fork");
    }
}

static void ping_pong(void)
{
    int there[2], back[2];
    char byte = 0;
    must(pipe(there) == 0 && pipe(back) == 0, "pipe");
    pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        close(there[1]);
        while (read(there[0], &byte, 1) == 1)
            must(write(back[1], &byte, 1) == 1, "write");
        _exit(0);
    }
    for (int i = 0; i < 50; i++)
        must(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1, "ping");
    close(there[1]);
    waitpid(child, NULL, 0);
}

static void network(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof here;

    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    must(bind(udp, (struct sockaddr *)&here, sizeof here) == 0, "bind");
    getsockname(udp, (struct sockaddr *)&here, &size);
    for (int i = 1; i <= 8; i++)
        must(sendto(udp, "datagram", i, 0, (struct sockaddr *)&here, sizeof here) == i, "sendto");
    close(udp);

    here.sin_port = 0;
    int listener = socket(AF_INET, SOCK_STREAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(listener, (struct sockaddr *)&here, sizeof here) == 0 && listen(listener, 1) == 0, "listen");
    getsockname(listener, (struct sockaddr *)&here, &size);
    must(connect(tcp, (struct sockaddr *)&here, sizeof here) == 0, "connect");
    close(tcp);
    close(listener);
}

int main(int argc, char **argv)
{
    must(argc == 2, "usage: mix DIRECTORY");
    names();
    signals();
    timers();
    files(argv[1]);
    memory();
    processes();
    ping_pong();
    network();
    printf("%d\n", getpid());
    return 0;
}
