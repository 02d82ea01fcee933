// family: starts a thread, prints its pid and waits for SIGUSR1. Then that thread, a new thread, a new child
// and a thread of the child call getppid, one after the other. Prints "THREAD-ID WHO" for each.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t usr1;
static pthread_barrier_t go;

static void call(const char *who)
{
    syscall(SYS_getppid);
    printf("%ld %s\n", syscall(SYS_gettid), who);
    fflush(stdout);
}

static void *early(void *who)
{
    pthread_barrier_wait(&go);
    call(who);
    return NULL;
}

static void *late(void *who)
{
    call(who);
    return NULL;
}

static void run_late(const char *who)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, late, (void *)who) != 0)
        exit(1);
    pthread_join(thread, NULL);
}

int main(void)
{
    pthread_t thread;
    int signal;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    pthread_barrier_init(&go, NULL, 2);
    if (pthread_create(&thread, NULL, early, "early-thread") != 0)
        return 1;
    printf("%d process\n", getpid());
    fflush(stdout);
    sigwait(&usr1, &signal);
    call("main");
    pthread_barrier_wait(&go);
    pthread_join(thread, NULL);
    run_late("late-thread");
    if (fork() == 0) {
        call("child");
        run_late("child-thread");
        _exit(0);
    }
    wait(NULL);
    return 0;
}
