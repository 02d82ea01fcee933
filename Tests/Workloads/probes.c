// Calls functions that are probed, passes marks (USDT), and prints what it did, a line for each round:
//     ROUND NAME BIG SEVENTH EIGHTH RESULT TEXT COUNTER
// where COUNTER tells how many watch the mark that has a counter.
// Arguments: the number of rounds; if a second is given, the rounds begin when stdin ends.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// What <sys/sdt.h> makes of a mark, so that the tests need no package for it: an instruction that does nothing,
// and a note that tells where it is. `counter` is the name of a counter, or 0.
#define MARK(provider, name, counter, arguments, ...)                                                      \
    asm volatile(                                                                                          \
        "990: nop\n"                                                                                       \
        ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                       \
        ".balign 4\n"                                                                                      \
        ".4byte 992f-991f, 994f-993f, 3\n"                                                                 \
        "991: .asciz \"stapsdt\"\n"                                                                        \
        "992: .balign 4\n"                                                                                 \
        "993: .8byte 990b, _.stapsdt.base, " #counter "\n"                                                 \
        ".asciz \"" #provider "\"\n"                                                                       \
        ".asciz \"" #name "\"\n"                                                                           \
        ".asciz \"" arguments "\"\n"                                                                       \
        "994: .balign 4\n"                                                                                 \
        ".popsection\n"                                                                                    \
        ".ifndef _.stapsdt.base\n"                                                                         \
        ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"                            \
        ".weak _.stapsdt.base\n"                                                                           \
        ".hidden _.stapsdt.base\n"                                                                         \
        "_.stapsdt.base: .space 1\n"                                                                       \
        ".size _.stapsdt.base,1\n"                                                                         \
        ".popsection\n"                                                                                    \
        ".endif\n" ::__VA_ARGS__)

__attribute__((section(".probes"), used)) volatile unsigned short watched_semaphore;

__attribute__((noinline)) int combine(
    int round, const char *name, long big, int fourth, int fifth, int sixth, short seventh, const char *eighth) {
    asm volatile("" ::"r"(name), "r"(eighth) : "memory");
    return (int)big - round + fourth + fifth + sixth + seventh;
}

__attribute__((noinline)) const char *tail(const char *text, unsigned long count) {
    asm volatile("" ::: "memory");
    return text + count;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    char byte;
    if (argc > 2) while (read(0, &byte, 1) > 0) {}
    for (int round = 0; round < rounds; round++) {
        short seventh = (short)(-7 * round);
        int result = combine(round, "first name", (long)round << 40 | 5, 4, 5, 6, seventh, "eighth\n");
        const char *text = tail("a longer text", round % 3);
        MARK(workload, round, 0, "-4@%0 8@%1 -2@%2", "nor"(round), "nor"(text), "nor"(seventh));
        // One mark in two places.
        MARK(workload, twice, 0, "-4@%0", "nor"(round));
        MARK(workload, twice, 0, "-4@%0", "nor"(result));
        int counter = watched_semaphore;
        if (counter) MARK(workload, watched, watched_semaphore, "-4@%0", "nor"(result));
        printf("%d|first name|%ld|%d|eighth|%d|%s|%d\n", round, (long)round << 40 | 5, seventh, result, text, counter);
    }
    return 0;
}
