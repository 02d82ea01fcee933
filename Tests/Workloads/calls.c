// calls DIRECTORY: the same system calls in every run, good and bad ones, in threads and children too; with a second
// argument three of the 32-bit interface as well, where the machine has one. The last is an exec of true.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *thread(void *argument)
{
    for (int i = 0; i < 3; i++)
        access(argument, R_OK);
    return NULL;
}

static void check(int ok)
{
    if (!ok)
        exit(1);
}

int main(int argc, char **argv)
{
    check(argc > 1 && chdir(argv[1]) == 0);
    check(open("missing", O_RDONLY | O_CLOEXEC) < 0);
    int file = open("file \"quoted\"", O_RDWR | O_CREAT | O_TRUNC, 0640);
    check(file >= 0 && write(file, "hello\n", 6) == 6 && lseek(file, 0, SEEK_END) == 6);
    check(rename("file \"quoted\"", "renamed") == 0 && close(file) == 0 && close(file) < 0);
    void *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(memory != MAP_FAILED && mprotect(memory, 4096, PROT_NONE) == 0 && munmap(memory, 8192) == 0);
    check(mkdir("folder", 0750) == 0 && mkdir("folder", 0750) < 0 && rmdir("folder") == 0);
    int ends[2];
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    struct timespec pause = {0, 60000000};
    nanosleep(&pause, NULL);
    pthread_t other;
    check(pthread_create(&other, NULL, thread, "in a thread") == 0 && pthread_join(other, NULL) == 0);
    pid_t child = fork();
    if (child == 0)
        _exit(unlink("renamed"));
    int status;
    check(child > 0 && waitpid(child, &status, 0) == child && status == 0);
#ifdef __x86_64__
    for (long i = 0, result; argc > 2 && i < 3; i++)
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(64) : "memory");
#endif
    execl("/bin/true", "true", (char *)NULL);
    return 1;
}
