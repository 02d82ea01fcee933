// headless: a process whose first thread ends at once. The other one prints the pid, waits for SIGUSR1, calls
// getppid five times, and ends.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static sigset_t usr1;

static void *work(void *unused)
{
    int signal;
    printf("%d\n", getpid());
    fflush(stdout);
    sigwait(&usr1, &signal);
    for (int i = 0; i < 5; i++)
        syscall(SYS_getppid);
    return unused;
}

int main(void)
{
    pthread_t thread;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    if (pthread_create(&thread, NULL, work, NULL) != 0)
        return 1;
    pthread_exit(NULL);
}
