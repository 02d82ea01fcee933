"""Builds the programs of the benchmark, runs commands, and reads what they took."""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOADS = os.path.join(HERE, "..", "Workloads")
LONGEST = 600


class Failure(Exception):
    """A command that did not do what it should."""


@dataclass
class Taken:
    """What a command took; times in nanoseconds, of the monotonic clock where they are moments."""

    start: int
    asked: int
    end: int
    user: float
    system: float
    rss_kib: int
    # What the workload printed: per process its pid, nanoseconds a call, events, user and system time in us.
    results: list

    @property
    def nanoseconds_a_call(self):
        return sum(row[1] for row in self.results) / len(self.results)

    @property
    def events(self):
        return sum(int(row[2]) for row in self.results)


def build(folder):
    """Compiles the workloads and the benchmark's own programs into a folder."""
    for source in sorted(os.listdir(WORKLOADS)) + ["measure.c", "floor.c"]:
        if not source.endswith(".c"):
            continue
        path = os.path.join(HERE if source in ("measure.c", "floor.c") else WORKLOADS, source)
        program = os.path.join(folder, source[:-2])
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program, path], check=True)


class Runner:
    """Runs commands under `measure` in a folder of their own."""

    def __init__(self, folder):
        self.folder = folder
        self._measure = os.path.join(folder, "measure")

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, command, signal_after=0, stdout=None, stderr=None):
        """Starts a command; `finish` waits for it."""
        with open(self.path("stdout"), "wb") as out, open(self.path("stderr"), "wb") as err:
            return subprocess.Popen(
                [self._measure, self.path("result"), str(signal_after), *command], stdin=subprocess.DEVNULL,
                stdout=stdout or out, stderr=stderr or err, cwd=self.folder)

    def finish(self, process, is_ended_by_signal=False, waits=False):
        """Waits for a command and answers what it took, its workload left out.

        `waits` says that the command is known to wait for its workload.
        """
        try:
            process.wait(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"{process.args[3]} did not end within {LONGEST} s")
        if process.returncode != 0:
            raise Failure(f"measure failed: {self.message()}")
        with open(self.path("result")) as file:
            result = json.load(file)
        # Tracers differ in how they end by a signal.
        if result["status"] != 0 and not is_ended_by_signal:
            raise Failure(f"{process.args[3]}: status {result['status']}: {self.message()}")
        rows = [[float(word) for word in line.split()] for line in self.text("stdout").splitlines() if is_row(line)]
        user, system = result["user"], result["system"]
        own_user, own_system = sum(row[3] for row in rows), sum(row[4] for row in rows)
        # A tracer that has waited for the workload has its time counted with its own. The time of children is
        # known to ten milliseconds only.
        if waits or result["children"] >= (own_user + own_system) / 2 > 0:
            user, system = max(0, user - own_user), max(0, system - own_system)
        return Taken(
            start=result["start"], asked=result["asked"], end=result["end"], user=user * 1e3,
            system=system * 1e3, rss_kib=result["rss"], results=rows)

    def run(self, command, signal_after=0, waits=False, **descriptors):
        return self.finish(self.start(command, signal_after, **descriptors), signal_after > 0, waits)

    def text(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    def message(self):
        lines = [line.strip() for line in self.text("stderr").splitlines() if line.strip()]
        return " ".join(lines[-2:]) or "no message"


def is_row(line):
    words = line.split()
    return len(words) == 5 and all(word.replace(".", "", 1).isdigit() for word in words)


def count_lines(path, marker):
    """How many lines of a file hold those bytes."""
    with open(path, "rb") as file:
        return sum(marker in line for line in file)


def cpu_time(pid):
    """The processor time of a process and those below it, in nanoseconds; those that have ended left out."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parents.setdefault(int(file.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    total, waiting = 0, [pid]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                    total += int(file.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def now():
    return time.monotonic_ns()


def stop(process):
    """Ends a command that was started, and what it traces with."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
