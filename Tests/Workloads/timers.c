// timers TIMES: starts a timer of a nanosecond as often, each of which expires at once.
#include "result.h"
#include <stdlib.h>
#include <sys/timerfd.h>

int main(int argc, char **argv)
{
    long times = argc > 1 ? atol(argv[1]) : 200000;
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec soon = {.it_value = {0, 1}};
    double start = now();
    for (long i = 0; i < times; i++)
        if (timerfd_settime(timer, 0, &soon, NULL) != 0) {
            perror("timerfd_settime");
            return 1;
        }
    print_result(start, times, times);
    return 0;
}
