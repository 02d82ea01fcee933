#!/usr/bin/env python3
"""Traces two busy programs for a long time, and checks obstrace's numbers against those of the kernel's counters.

The programs stand ready before anything is opened, and have ended before anything is closed: counters and samples
see the same events, those of the two processes, and their numbers must be equal.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

GLOBS = ["sched:*", "raw_syscalls:*", "kmem:*"]
# Counters count nanoseconds of these, not events.
EXCEPT = "sched:sched_stat_"
HERE = os.path.dirname(os.path.abspath(__file__))


def build(folder):
    path = os.path.join(folder, "busy")
    source = os.path.join(HERE, "busy.c")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", path, source], check=True)
    return path


def memory(pid):
    """The resident set of a process in KiB."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Counters:
    """The kernel's counters of the same events, read by perf."""

    def __init__(self, condition, folder):
        self.report = os.path.join(folder, "counts")
        words = ["perf", "stat", "-a", "-x,", "-o", self.report]
        for glob in GLOBS:
            words += ["-e", glob, "--filter", condition]
        # It answers what it reads, and so tells that the counters run.
        self.process = subprocess.Popen(
            words + ["--", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self.process.stdin.write(b"x")
        assert self.process.stdout.read(1) == b"x", "perf stat did not start"

    def read(self):
        """The number of events that counted, and the sum of all."""
        self.process.stdin.close()
        self.process.wait()
        counts = []
        with open(self.report) as report:
            for line in report:
                columns = line.strip().split(",")
                if len(columns) > 3 and columns[0].isdigit() and not columns[2].startswith(EXCEPT):
                    counts.append(int(columns[0]))
        return len(counts), sum(counts)


def await_text(path, text, process):
    for _ in range(3000):
        with open(path) as file:
            content = file.read()
        if text in content:
            return content
        assert process.poll() is None, content
        time.sleep(0.01)
    raise AssertionError(f"no '{text}' in {path}")


def soak(binary, busy, seconds, options, folder):
    """Runs once; answers what is wrong, a line each."""
    gates = [os.pipe() for _ in range(2)]
    programs = [
        subprocess.Popen(
            [busy, str(cpu), str(seconds)], stdin=gates[cpu % 2][0], stdout=subprocess.DEVNULL
        )
        for cpu in sorted(os.sched_getaffinity(0))[:2]
    ]
    pids = [program.pid for program in programs]
    time.sleep(0.5)  # They have started and wait for their gates.
    counters = Counters(" || ".join(f"common_pid == {pid}" for pid in pids), folder)
    errors = os.path.join(folder, "errors")
    words = [binary, "-v", *GLOBS, f"!{EXCEPT}*", "--where", f"common_pid in ({', '.join(map(str, pids))})"]
    words += ["-f", "<time> <@comm> <event>", "-o", "/dev/null", *options]
    with open(errors, "w") as file:
        tracer = subprocess.Popen(words, stderr=file)
    started = await_text(errors, "obstrace: tracing ", tracer)
    events = int(re.search(r"tracing (\d+) event", started).group(1))

    for reader, writer in gates:
        os.close(reader)
        os.write(writer, b"x")
    sizes, files = [], []
    begun = time.monotonic()
    while any(program.poll() is None for program in programs):
        time.sleep(min(1, seconds / 20))
        if tracer.poll() is not None:
            break
        # What is looked up once, such as names, has been by then.
        if time.monotonic() - begun > seconds / 5:
            sizes.append(memory(tracer.pid))
            files.append(descriptors(tracer.pid))
    took = time.monotonic() - begun
    tracer.terminate()
    status = tracer.wait()
    counted, total = counters.read()
    with open(errors) as file:
        told = file.read()
    for program in programs:
        program.wait()
    for _, writer in gates:
        os.close(writer)

    problems = []
    summary = re.search(r"obstrace: (\d+) events, (\d+) lost", told)
    if status != 0 or not summary:
        return [f"status {status}: {told}"]
    seen, lost = map(int, summary.groups())
    print(
        f"{' '.join(options) or 'default buffers'}: {took:.0f} s, {events} tracepoints, {seen} seen + {lost} lost,"
        f" {total} counted, {total / took / 1e6:.2f} million a second,"
        f" {min(sizes)} to {max(sizes)} KiB, {min(files)} to {max(files)} descriptors",
        flush=True,
    )
    if events != counted:
        problems.append(f"{events} tracepoints are traced, {counted} counted")
    if seen + lost != total:
        problems.append(f"{seen} seen + {lost} lost is {seen + lost}, but {total} were counted")
    if total == 0:
        problems.append("nothing happened")
    if max(sizes) - min(sizes) > 1024:
        problems.append(f"memory is not flat: {sizes} KiB")
    # Those that wake it while little happens come once.
    if len(set(files)) > 2:
        problems.append(f"descriptors are not flat: {files}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--time", type=float, default=600, help="seconds in all")
    arguments = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        busy = build(folder)
        # With small buffers there is loss to be counted.
        for share, options in [(0.8, []), (0.2, ["-m", "32K"])]:
            problems += soak(arguments.binary, busy, arguments.time * share, options, folder)
    for problem in problems:
        print(f"soak: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
