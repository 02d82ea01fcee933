#!/usr/bin/env python3
"""Counts the instructions and the allocations that an event takes, and fails where they have become too many.

`hot-path` does the same work whatever the machine does meanwhile, so that valgrind counts the same each time. What it
takes at the start is left out: two runs differ only in how often they take the same events. `make instructions` runs
this.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

# Instructions an event, as measured; what is a tenth more is too much. Fewer should be written down here.
INSTRUCTIONS = {"template": 620, "json": 698, "print": 3727}
MARGIN = 1.1
# Tables are allocated for each pass over the events, lines and events never.
ALLOCATIONS_A_PASS = 50
PASSES = (2, 6)


def count(command, pattern):
    """Runs a command under valgrind; answers the number that its messages have there, and its own events."""
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(pattern, done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return int(found.group(1).replace(",", "")), int(done.stdout.split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    binary = parser.parse_args().binary
    failures = 0
    for case, expected in INSTRUCTIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.path.join(folder, 'out')}"]
            runs = [count([*callgrind, binary, case, str(passes)], r"Collected : (\d+)") for passes in PASSES]
        events = runs[0][1] * (PASSES[1] - PASSES[0])
        instructions = (runs[1][0] - runs[0][0]) / events
        memcheck = ["valgrind", "--leak-check=no"]
        heap = [count([*memcheck, binary, case, str(passes)], r"([\d,]+) allocs")[0] for passes in PASSES]
        allocations = (heap[1] - heap[0]) / (PASSES[1] - PASSES[0])
        holds = instructions <= expected * MARGIN and allocations <= ALLOCATIONS_A_PASS
        failures += not holds
        print(
            f"{case}: {instructions:.0f} instructions an event (at most {expected * MARGIN:.0f}), {allocations:.0f} "
            f"allocations a pass of {runs[0][1]} events (at most {ALLOCATIONS_A_PASS}){'' if holds else ': TOO MANY'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
