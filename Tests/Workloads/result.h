// What every measured workload prints when it is done: its pid, the nanoseconds a call, how many events it has
// made, and the microseconds of user and system time that it and its children have taken.
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline long microseconds(struct timeval t)
{
    return t.tv_sec * 1000000 + t.tv_usec;
}

static inline void print_result(double start, long calls, long events)
{
    double end = now();
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    printf("%d %.1f %ld %ld %ld\n", getpid(), calls > 0 ? (end - start) / calls : 0, events,
           microseconds(own.ru_utime) + microseconds(children.ru_utime),
           microseconds(own.ru_stime) + microseconds(children.ru_stime));
}
