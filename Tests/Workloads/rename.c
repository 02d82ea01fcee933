// rename NAME...: takes each name in turn as its own, and calls getppid under it.
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (prctl(PR_SET_NAME, argv[i]) != 0)
            return 1;
        syscall(SYS_getppid);
    }
    return 0;
}
