"""The tracers that are compared, and how each is told to do the same job."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Workload:
    """A program that makes events."""

    name: str
    arguments: list
    event: str
    # What obstrace prints for each event; None is the default line.
    template: str | None = "<time> <pid> <@comm>"
    # What bpftrace prints for each event: its format and arguments.
    bpftrace: str = '"%lu %d %s\\n", nsecs, tid, comm'
    # Which of the arguments is the number of calls, which slow tracers get fewer of.
    count: int = 0

    def command(self, folder, factor=1.0):
        words = [str(word) for word in self.arguments]
        if words:
            words[self.count] = str(max(1, int(int(words[self.count]) * factor)))
        return [os.path.join(folder, self.name), *words]


class Tool:
    """A tracer; `name` is what the tables call it."""

    name = ""
    executable = ""
    package = ""
    # How much of a workload's calls it gets: those that wake up for each event take long.
    factor = 1.0
    # Whether its lines come while it runs, and on which descriptor when nothing else is said.
    is_live = True
    live_descriptor = 1
    # Whether it is told to keep no event, so that none it does not show is lost.
    keeps_nothing = False

    def is_installed(self):
        return shutil.which(self.executable) is not None

    def version(self):
        done = subprocess.run([self.executable, "--version"], capture_output=True, text=True)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return lines[0].strip() if lines else "?"

    def trace(self, workload, command, output):
        """The command line that traces a command and writes its lines, or its recording, into a file."""
        raise NotImplementedError

    def report(self, output):
        """The command line that prints the recording's lines; None where there is none."""
        return None

    def watch(self, events, output):
        """The command line that traces all processes until SIGINT."""
        raise NotImplementedError

    def follow(self, workload, command):
        """The command line that traces a command and prints lines as they come, if it can."""
        return None

    def seen(self, messages):
        """How many events it says it has seen; None where its lines tell."""
        return None


def counted(messages):
    """The number before the last `events,` of a tool's messages."""
    words = messages.split()
    return int(words[max(index for index, word in enumerate(words) if word == "events,") - 1])


@dataclass
class Obstrace(Tool):
    executable: str
    name: str = "obstrace"
    options: list = field(default_factory=list)
    keeps_nothing: bool = False

    def version(self):
        return subprocess.run([self.executable, "--version"], capture_output=True, text=True).stdout.strip()

    def trace(self, workload, command, output):
        template = ["-f", workload.template] if workload.template else []
        return [self.executable, "-v", workload.event, *template, *self.options, "-o", output, "--", *command]

    def watch(self, events, output):
        return [self.executable, *events, "-o", output]

    def follow(self, workload, command):
        return [self.executable, workload.event, "-f", workload.template, "--", *command]


@dataclass
class ObstraceRecord(Tool):
    executable: str
    name: str = "obstrace -w"
    is_live = False

    def version(self):
        return ""

    def trace(self, workload, command, output):
        return [self.executable, "-w", output, workload.event, "--", *command]

    def report(self, output):
        return [self.executable, "-v", "-r", output, "-f", "<time> <@comm> <@tid>"]

    def seen(self, messages):
        return counted(messages)


@dataclass
class Floor(Tool):
    executable: str
    name: str = "C floor"
    options: list = field(default_factory=list)

    def version(self):
        return "a plain C reader, Tests/Benchmarks/floor.c"

    def trace(self, workload, command, output):
        return [self.executable, *self.options, workload.event, output, *command]

    def watch(self, events, output):
        return [self.executable, events[0], output] if len(events) == 1 else None

    def follow(self, workload, command):
        return [self.executable, workload.event, "-", *command]

    def seen(self, messages):
        # It knows no names of processes that have ended, so that its lines may not have the workload's.
        return counted(messages)


@dataclass
class PerfRecord(Tool):
    name: str = "perf record"
    options: list = field(default_factory=list)
    executable, package, is_live = "perf", "linux-perf", False

    def trace(self, workload, command, output):
        return ["perf", "record", "-q", *self.options, "-o", output, "-e", workload.event, "--", *command]

    def report(self, output):
        return ["perf", "script", "-i", output]

    def watch(self, events, output):
        return ["perf", "record", "-q", "-a", "-o", output, "-e", ",".join(events)]


class PerfTrace(Tool):
    name, executable, package, factor, live_descriptor = "perf trace", "perf", "linux-perf", 0.1, 2

    def trace(self, workload, command, output):
        return ["perf", "trace", "-o", output, "-e", workload.event, "--", *command]

    def watch(self, events, output):
        return ["perf", "trace", "-a", "-o", output, "-e", ",".join(events)]

    def follow(self, workload, command):
        return ["perf", "trace", "-e", workload.event, "--", *command]


class Bpftrace(Tool):
    name, executable, package, factor = "bpftrace", "bpftrace", "bpftrace", 0.1

    def trace(self, workload, command, output):
        return ["bpftrace", "-o", output, "-c", " ".join(command), "-e", self._program([workload.event], workload)]

    def watch(self, events, output):
        return ["bpftrace", "-o", output, "-e", self._program(events)]

    def follow(self, workload, command):
        return ["bpftrace", "-c", " ".join(command), "-e", self._program([workload.event], workload)]

    def _program(self, events, workload=None):
        probes = ",".join("tracepoint:" + event for event in events)
        # It traces all processes; the filter keeps those of the workload.
        which = f'/comm == "{workload.name}"/' if workload else ""
        text = workload.bpftrace if workload else Workload.bpftrace
        return f"{probes} {which} {{ printf({text}); }}"


class TraceCmd(Tool):
    name, executable, package, is_live = "trace-cmd", "trace-cmd", "trace-cmd", False

    def version(self):
        done = subprocess.run(["trace-cmd"], capture_output=True, text=True)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "version" in line]
        return lines[0].strip() if lines else "?"

    def _record(self, events, output):
        return ["trace-cmd", "record", "-q", "-o", output, *[word for event in events for word in ("-e", event)]]

    def trace(self, workload, command, output):
        return [*self._record([workload.event], output), "-F", "-c", *command]

    def report(self, output):
        return ["trace-cmd", "report", "-q", "-i", output]

    def watch(self, events, output):
        return self._record(events, output)


class Untraced(Tool):
    """The workload by itself."""

    name, is_live = "untraced", False

    def is_installed(self):
        return True

    def version(self):
        return ""

    def trace(self, workload, command, output):
        return command


PEERS = [PerfRecord(), PerfTrace(), Bpftrace(), TraceCmd()]
