#!/usr/bin/env python3
"""Measures obstrace beside the tracers that are installed; `make bench` runs it as root.

All tools do the same job in turn, round after round, so that what the machine does meanwhile falls on all alike:
the ratios within one run are what counts. Tables go to stdout, all values as JSON into a file.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

from report import cell, median, percentile, table, with_spread
from run import Failure, Runner, build, count_lines, cpu_time, now, stop
from tools import PEERS, Floor, Obstrace, ObstraceRecord, PerfRecord, Untraced, Workload, counted

FILTERED = "obstrace, all filtered out"
GETPPID = "syscalls:sys_enter_getppid"
LOOP = Workload("getppid", [1_000_000], GETPPID)
WORKLOADS = {
    "loop": LOOP,
    "two loops": Workload("getppid", [1_000_000, 0, 1], GETPPID),
    "execs": Workload(
        "execs", [1000], "sched:sched_process_exec", "<time> <pid> <filename>",
        '"%lu %d %s\\n", nsecs, args->pid, str(args->filename)'),
    "ping-pong": Workload(
        "pingpong", [100_000], "sched:sched_switch", None,
        '"%lu %s %d %d %d %s %d %d\\n", nsecs, args->prev_comm, args->prev_pid, args->prev_prio, '
        "args->prev_state, args->next_comm, args->next_pid, args->next_prio"),
    "reads": Workload("reads", [500_000, "."], "syscalls:sys_enter_pread64", "<time> <@comm> <fd> <count>"),
    "timers": Workload("timers", [200_000], "timer:hrtimer_start", "<time> <@comm> <expires>"),
}


class Benchmark:
    def __init__(self, arguments, runner):
        self.arguments = arguments
        self.rounds = arguments.rounds
        self.runner = runner
        self.obstrace = Obstrace(arguments.binary)
        self.floor = Floor(runner.path("floor"))
        self.peers = []
        # All that was measured, by section, for the JSON file and the targets.
        self.values = {}

    # What takes part

    def find_peers(self):
        missing = {}
        for peer in PEERS:
            if not peer.is_installed():
                missing.setdefault(peer.package, []).append(peer.name)
                continue
            try:
                self.trace_once(peer, Workload("getppid", [100], GETPPID), {})
                self.peers.append(peer)
            except Failure as failure:
                print(f"{peer.name} is left out, it does not work here: {failure}")
        for package, names in missing.items():
            print(f"{' and '.join(names)}: not installed; to compare with it: apt-get install {package}")
        versions = {tool.name: tool.version() for tool in [self.obstrace, self.floor, *self.peers]}
        self.values["machine"] = {
            "cpu": cpu_model(), "cpus": os.cpu_count(), "kernel": platform.release(), "versions": versions,
            "date": time.strftime("%Y-%m-%d"), "rounds": self.rounds,
        }
        print(f"{cpu_model()}, {os.cpu_count()} CPUs, Linux {platform.release()}, {self.rounds} rounds")
        for name, version in versions.items():
            print(f"  {name}: {version}")

    @property
    def tools(self):
        return [self.obstrace, self.floor, *self.peers]

    # One run

    def trace_once(self, tool, workload, values):
        """Traces a workload once and adds what it took to `values`, by the names of figures."""
        file = self.runner.path("lines")
        command = workload.command(self.runner.folder, tool.factor)
        taken = self.runner.run(tool.trace(workload, command, file))
        found = {"ns a call": taken.nanoseconds_a_call, "events": taken.events}
        if not isinstance(tool, Untraced):
            report, printed = tool.report(file), None
            if report:
                file = self.runner.path("report")
                with open(file, "wb") as out:
                    printed = self.runner.run(report, stdout=out)
            seen = tool.seen(self.runner.text("stderr"))
            if seen is None:
                seen = count_lines(file, workload.name.encode())
            # A workload knows the least that it makes: the machine may add some, such as context switches.
            events = max(1, seen, taken.events)
            found |= {
                "seen": seen, "lost": 0 if tool.keeps_nothing else max(0, taken.events - seen),
                "user ns": taken.user / events, "system ns": taken.system / events, "rss MB": taken.rss_kib / 1024,
            }
            if printed:
                found |= {"report user ns": printed.user / events, "report system ns": printed.system / events}
        for figure, value in found.items():
            values.setdefault(figure, []).append(value)

    def in_turn(self, runs, rounds=None, tracepoints=1):
        """Does each of the named runs once a round; answers all their values by name and figure.

        The kernel takes about 40 ms to let go of a tracepoint, and lets nobody attach meanwhile. Some tools wait for
        that when they end, others leave it to the kernel: the next one is not to pay for it.
        """
        values = {name: {} for name in runs}
        for _ in range(rounds or self.rounds):
            for name, run in runs.items():
                try:
                    run(values[name])
                except Failure as failure:
                    print(f"{name}: {failure}", file=sys.stderr)
                time.sleep(0.1 + 0.05 * tracepoints)
        return values

    # The sections

    def throughput(self):
        """Each workload under each tool: what the program pays, what the tracer pays, what is lost."""
        for title, workload in WORKLOADS.items():
            if self.arguments.workload and title not in self.arguments.workload:
                continue
            tools = [Untraced(), *self.tools]
            if title == "loop":
                tools.insert(2, Obstrace(self.arguments.binary, "obstrace --json", ["--json"]))
                # The kernel drops every event.
                tools.insert(3, Obstrace(self.arguments.binary, FILTERED, ["--where", "common_pid == 1"], True))
            runs = {tool.name: lambda values, tool=tool: self.trace_once(tool, workload, values) for tool in tools}
            values = self.in_turn(runs)
            self.values.setdefault("throughput", {})[title] = values
            rows = []
            for name, own in values.items():
                rows.append([
                    name, *[cell(median(own.get(key, [])), 0) for key in ("events", "seen", "lost")],
                    with_spread(own.get("ns a call", [])),
                    *[with_spread(own.get(key, [])) for key in ("user ns", "system ns")],
                    *[with_spread(own.get(key, [])) for key in ("report user ns", "report system ns")],
                    cell(median(own.get("rss MB", [])), 1),
                ])
            table(
                f"{title}: {' '.join(map(str, [workload.name, *workload.arguments]))}, {workload.event}",
                ["", "events", "seen", "lost", "ns a call", "user ns/event", "system", "report: user", "system",
                 "RSS MB"], rows)

    def stacks(self):
        """What call chains cost: without, in the line, below it, beside perf record with and without them."""
        binary = self.arguments.binary
        tools = [
            Untraced(), Obstrace(binary), Obstrace(binary, "obstrace <ustack>", ["-f", "<time> <@comm> <ustack>"]),
            Obstrace(binary, "obstrace --stacks", ["--stacks"]),
        ]
        perf = PerfRecord()
        if perf.is_installed():
            tools += [perf, PerfRecord("perf record -g", ["-g"])]
        runs = {}
        for tool in tools:
            # The template among its options is the one that is to bind.
            workload = Workload("getppid", [300_000], GETPPID, None if "-f" in getattr(tool, "options", []) else
                                Workload.template)
            runs[tool.name] = lambda values, tool=tool, workload=workload: self.trace_once(tool, workload, values)
        values = self.values["stacks"] = self.in_turn(runs)
        table(
            "Stacks: getppid 300000",
            ["", "ns a call", "user ns/event", "system", "report: user", "system"],
            [[name, with_spread(own.get("ns a call", [])),
              *[with_spread(own.get(key, [])) for key in (
                  "user ns", "system ns", "report user ns", "report system ns")]]
             for name, own in values.items()])

    def recording(self):
        """What it takes to record events for later, and to print them then, beside perf record and perf script."""
        tools = [Untraced(), ObstraceRecord(self.arguments.binary), PerfRecord()]
        runs = {tool.name: lambda values, tool=tool: self.trace_once(tool, LOOP, values) for tool in tools}
        values = self.values["recording"] = self.in_turn(runs)
        table(
            "Recordings: getppid 1000000",
            ["", "lost", "ns a call", "user ns/event", "system", "report: user", "system", "RSS MB"],
            [[name, cell(sum(own.get("lost", [])), 0), with_spread(own.get("ns a call", [])),
              *[with_spread(own.get(key, [])) for key in (
                  "user ns", "system ns", "report user ns", "report system ns")],
              cell(median(own.get("rss MB", [])), 1)]
             for name, own in values.items()])

    def start(self):
        """From the start of the tool to the first armed event, and the whole time of tracing `true`."""
        moment = self.runner.path("moment")
        ticks = Workload("ticks", [0, 0, moment], GETPPID)
        true = Workload("/bin/true", [], GETPPID)

        def arm(tool, values):
            taken = self.runner.run(tool.trace(ticks, ticks.command(self.runner.folder), self.runner.path("lines")))
            with open(moment) as file:
                values.setdefault("armed ms", []).append((float(file.readline()) - taken.start) / 1e6)

        def trace(tool, values):
            taken = self.runner.run(tool.trace(true, ["/bin/true"], self.runner.path("lines")))
            values.setdefault("true ms", []).append((taken.end - taken.start) / 1e6)

        values = self.values["start"] = {}
        for run in (arm, trace):
            runs = {tool.name: lambda values, tool=tool: run(tool, values) for tool in [Untraced(), *self.tools]}
            for name, own in self.in_turn(runs, 2 * self.rounds).items():
                values.setdefault(name, {}).update(own)
        table(
            "Start and end, ms: from the start to the command running with all armed, and the whole of tracing true",
            ["", "armed", "true"],
            [[name, with_spread(own.get("armed ms", []), 1), with_spread(own.get("true ms", []), 1)]
             for name, own in values.items()])

    def exit(self):
        """From SIGINT to gone."""
        names = self.tracepoints(80)
        values = {}
        for count in (1, 10, 80):
            def run(tool, values):
                command = tool.watch(names[:count], self.runner.path("lines"))
                if command:
                    taken = self.runner.run(command, signal_after=1.5)
                    values.setdefault("exit ms", []).append((taken.end - taken.asked) / 1e6)

            runs = {tool.name: lambda values, tool=tool: run(tool, values) for tool in self.tools}
            values[count] = self.in_turn(runs, tracepoints=count)
        self.values["exit"] = values
        table(
            "From SIGINT to gone, ms", ["tracepoints", *map(str, values)],
            [[tool.name, *[with_spread(own[tool.name].get("exit ms", []), 1) for own in values.values()]]
             for tool in self.tools])

    def delay(self):
        """From an event to its line, when little happens."""
        ticks = Workload("ticks", [100, 15, self.runner.path("moments")], GETPPID)
        command = ticks.command(self.runner.folder)

        def run(tool, values):
            follow = tool.follow(ticks, command)
            reader, writer = os.pipe()
            stream = "stderr" if tool.live_descriptor == 2 else "stdout"
            process = self.runner.start(follow, **{stream: writer})
            os.close(writer)
            arrivals, rest = [], b""
            while chunk := os.read(reader, 1 << 16):
                moment = now()
                *lines, rest = (rest + chunk).split(b"\n")
                arrivals += [moment for line in lines if b"ticks" in line]
            os.close(reader)
            self.runner.finish(process)
            with open(self.runner.path("moments")) as file:
                moments = [float(line) for line in file][1:]
            if len(arrivals) != len(moments):
                raise Failure(f"{len(moments)} events, {len(arrivals)} lines")
            values.setdefault("delay ms", []).extend(
                (arrival - moment) / 1e6 for moment, arrival in zip(moments, arrivals))

        tools = [tool for tool in self.tools if tool.is_live]
        runs = {tool.name: lambda values, tool=tool: run(tool, values) for tool in tools}
        values = self.values["delay"] = self.in_turn(runs)
        table(
            "From an event to its line at about 50 events a second, ms", ["", "p50", "p99"],
            [[name, *[cell(percentile(own.get("delay ms", []), share), 2) for share in (0.5, 0.99)]]
             for name, own in values.items()])

    def idle(self):
        """What a tool takes while nothing happens."""
        seconds = self.arguments.idle_seconds

        def run(tool, values):
            process = self.runner.start(tool.watch([GETPPID], self.runner.path("lines")), seconds + 2)
            try:
                time.sleep(1.5)
                before, start = cpu_time(process.pid), now()
                time.sleep(seconds)
                used, end = cpu_time(process.pid) - before, now()
            except BaseException:
                stop(process)
                raise
            self.runner.finish(process, is_ended_by_signal=True)
            values.setdefault("idle percent", []).append(100 * used / (end - start))

        runs = {tool.name: lambda values, tool=tool: run(tool, values) for tool in self.tools}
        values = self.values["idle"] = self.in_turn(runs, min(self.rounds, 3))
        table(
            f"Processor time while nothing happens, % of one CPU over {seconds} s", ["", "%"],
            [[name, with_spread(own.get("idle percent", []), 3)] for name, own in values.items()])

    def listing(self):
        """How long it takes to list all tracepoints."""
        commands = {
            "obstrace": [self.arguments.binary, "list"], "perf record": ["perf", "list", "tracepoint"],
            "bpftrace": ["bpftrace", "-l", "tracepoint:*"], "trace-cmd": ["trace-cmd", "list", "-e"],
        }

        def run(command, values):
            taken = self.runner.run(command)
            values.setdefault("list ms", []).append((taken.end - taken.start) / 1e6)

        names = {tool.name for tool in self.tools}
        runs = {
            " ".join([name.split()[0], *command[1:]]): lambda values, own=command: run(own, values)
            for name, command in commands.items() if name in names
        }
        values = self.values["listing"] = self.in_turn(runs, 3 * self.rounds)
        table(
            "Listing all tracepoints, ms", ["", "ms"],
            [[name, with_spread(own.get("list ms", []), 1)] for name, own in values.items()])

    def growth(self):
        """Whether an event costs the same among ten thousand and among ten million."""
        largest = 8 if self.arguments.long else 7
        tools, values = [self.obstrace, self.floor], {}
        empty = self.in_turn({
            tool.name: lambda own, tool=tool: self.cost_once(tool, 0, own) for tool in tools
        }, 4 * self.rounds)
        values[0] = empty
        for power in range(4, largest + 1):
            count = 10**power
            values[count] = self.in_turn({
                tool.name: lambda own, tool=tool: self.cost_once(tool, count, own) for tool in tools
            }, max(3, self.rounds * (4 if power == 4 else 2 if power == 5 else 1) // (2 if power == 8 else 1)))
        self.values["growth"] = values
        rows = []
        for count, by_tool in values.items():
            if count == 0:
                continue
            row = [f"{count:,}"]
            for tool in tools:
                own, base = by_tool[tool.name], empty[tool.name]
                events = [(value - median(base["cpu"])) / count for value in own["cpu"]]
                row += [with_spread(own["ns a call"]), with_spread(events), cell(sum(own["lost"]), 0)]
            rows.append(row)
        table(
            "Growth with the number of events (lines into /dev/null; what tracing no events takes is left out)",
            ["events", "ns a call", "cpu ns/event", "lost", "C floor: ns a call", "cpu ns/event", "lost"], rows)

    def cost_once(self, tool, calls, values):
        workload = Workload("getppid", [calls], GETPPID)
        command = tool.trace(workload, workload.command(self.runner.folder), "/dev/null")
        # Both wait for the command, which a short one's time does not tell.
        taken = self.runner.run(command, waits=True)
        values.setdefault("cpu", []).append(taken.user + taken.system)
        values.setdefault("user", []).append(taken.user)
        values.setdefault("ns a call", []).append(taken.nanoseconds_a_call)
        values.setdefault("lost", []).append(calls - counted(self.runner.text("stderr")))

    def tracepoint_growth(self):
        """What more tracepoints cost at the start, in memory, and at the end."""
        names, values = self.tracepoints(600), {}
        moment = self.runner.path("moment")
        ticks = Workload("ticks", [0, 0, moment], GETPPID)
        command = ["--", *ticks.command(self.runner.folder)]
        for count in (1, 10, 100, 600):
            def run(values):
                taken = self.runner.run(
                    [self.arguments.binary, *names[:count], "-o", self.runner.path("lines"), *command])
                with open(moment) as file:
                    armed = float(file.readline())
                values.setdefault("armed ms", []).append((armed - taken.start) / 1e6)
                values.setdefault("whole ms", []).append((taken.end - taken.start) / 1e6)
                values.setdefault("rss MB", []).append(taken.rss_kib / 1024)

            values[count] = self.in_turn({"obstrace": run}, tracepoints=count)["obstrace"]
        self.values["tracepoint growth"] = values
        table(
            "Growth with the number of tracepoints", ["tracepoints", "armed ms", "whole ms", "RSS MB"],
            [[str(count), *[with_spread(own.get(key, []), 1) for key in ("armed ms", "whole ms", "rss MB")]]
             for count, own in values.items()])

    def rings(self):
        """What the size of the ring buffers does to two loops that take all CPUs."""
        workload = Workload("getppid", [1_000_000, 0, 1], GETPPID)
        tools = [
            Obstrace(self.arguments.binary, f"obstrace -m {size}", ["-m", size])
            for size in ("256K", "512K", "1M", "2M", "4M")
        ] + [self.obstrace, self.floor]
        values = self.values["rings"] = self.in_turn({
            tool.name: lambda own, tool=tool: self.trace_once(tool, workload, own) for tool in tools
        })
        table(
            "Size of the ring buffers, two loops on two CPUs", ["", "lost", "ns a call", "user ns/event", "system"],
            [[name, cell(sum(own["lost"]), 0), *[
                with_spread(own[key]) for key in ("ns a call", "user ns", "system ns")
            ]] for name, own in values.items()])

    def calls(self):
        """What the view of all system calls costs the program that makes them, beside other tracers' views."""
        file, pair = self.runner.path("lines"), ["-e", "raw_syscalls:sys_enter", "-e", "raw_syscalls:sys_exit"]
        ours = [self.arguments.binary, "syscalls", "-v"]
        tools = {
            "untraced": (1_000_000, []),
            "obstrace syscalls": (500_000, [*ours, "-o", file, "--"]),
            "obstrace syscalls -c": (500_000, [*ours, "-c", "-o", file, "--"]),
            "perf record": (500_000, ["perf", "record", "-q", *pair, "-o", file, "--"]),
            "perf trace": (20_000, ["perf", "trace", "-o", file, "--"]),
            "strace -f": (10_000, ["strace", "-f", "-o", file]),
        }

        def run(name, values):
            count, command = tools[name]
            loop = Workload("getppid", [count], GETPPID).command(self.runner.folder)
            taken = self.runner.run([*command, *loop])
            values.setdefault("ns a call", []).append(taken.nanoseconds_a_call)
            if name == "obstrace syscalls":
                with open(file, "rb") as lines:
                    seen = sum(b" getppid() = " in line for line in lines)
                values.setdefault("lost", []).append(count - seen)

        runs = {name: lambda values, name=name: run(name, values) for name in tools}
        values = self.values["calls"] = self.in_turn(runs)
        table(
            "All system calls of a loop of getppid, live into a file", ["", "ns a call", "lost"],
            [[name, with_spread(own.get("ns a call", [])), cell(sum(own["lost"]), 0) if "lost" in own else ""]
             for name, own in values.items()])

    def replay(self):
        """What it takes to print what has been recorded, beside perf script on the same file."""
        binary, loop, switches = self.arguments.binary, self.runner.path("loop"), self.runner.path("switches")
        recordings = {
            loop: ("raw_syscalls:sys_enter", Workload("getppid", [1_000_000], GETPPID)),
            switches: ("sched:*", Workload("pingpong", [200_000], "sched:sched_switch")),
        }
        for file, (events, workload) in recordings.items():
            self.runner.run([binary, "-q", "-w", file, events, "--", *workload.command(self.runner.folder)])
        commands = {
            "system calls, the default line": [binary, "-r", loop],
            "system calls, three fields": [binary, "-r", loop, "-f", "<time> <@comm> <id>"],
            "system calls, counted by comm": [binary, "count", "-r", loop, "--by", "comm"],
            "system calls, perf script": ["perf", "script", "-i", loop],
            "sched:*, the default line": [binary, "-r", switches],
            "sched:*, perf script": ["perf", "script", "-i", switches],
        }

        def run(command, values):
            with open(os.devnull, "wb") as out:
                taken = self.runner.run(command, stdout=out)
            values.setdefault("ms", []).append((taken.end - taken.start) / 1e6)
            values.setdefault("cpu ms", []).append((taken.user + taken.system) / 1e6)
            values.setdefault("rss MB", []).append(taken.rss_kib / 1024)

        runs = {name: lambda values, own=command: run(own, values) for name, command in commands.items()}
        values = self.values["replay"] = self.in_turn(runs)
        table(
            "A recording printed into /dev/null", ["", "ms", "CPU ms", "RSS MB", "perf script's CPU / this"],
            [[name, with_spread(own["ms"]), with_spread(own["cpu ms"]), cell(median(own["rss MB"]), 1),
              cell(median(values[name.split(",")[0] + ", perf script"]["cpu ms"]) / median(own["cpu ms"]), 1)]
             for name, own in values.items()])

    def tracepoints(self, count):
        """Names of tracepoints that little happens at."""
        listed = subprocess.run(
            [self.arguments.binary, "list", "syscalls:sys_enter_*", "syscalls:sys_exit_*"], capture_output=True,
            text=True, check=True)
        names = listed.stdout.split()
        if len(names) < count:
            raise Failure(f"only {len(names)} tracepoints of system calls")
        return names[:count]

    # The targets

    def targets(self):
        """What is wanted of obstrace, as ratios within this run, and what was found."""
        def value(*path):
            found = self.values
            for key in path:
                found = found.get(key, {})
            return median(found) if isinstance(found, list) else None

        def of(name, figure, workload="loop"):
            return value("throughput", workload, name, figure)

        def ratio(one, other):
            return one / other if one is not None and other else None

        def recorded(name):
            parts = [value("recording", name, figure) for figure in ("user ns", "system ns")]
            return sum(parts) if None not in parts else None

        def whole(name, workload="loop", figures=("user ns", "system ns")):
            parts = [of(name, figure, workload) for figure in figures]
            return sum(parts) if None not in parts else None

        def added(name):
            traced, alone = of(name, "ns a call"), of(Untraced.name, "ns a call")
            return traced - alone if traced is not None and alone is not None else None

        delays = self.values.get("delay", {}).get("obstrace", {}).get("delay ms", [])
        flat = None
        if "growth" in self.values:
            # The first events also touch each page of the buffers for the first time: some 0.8 ms in all, which the
            # floor takes too and a million events do not show.
            base = value("growth", 0, "obstrace", "cpu")
            costs = [
                (value("growth", count, "obstrace", "cpu") - base) / count
                for count in self.values["growth"] if count >= 1_000_000
            ]
            flat = max(costs) / min(costs)
        rows = [
            ("loop: events lost", of("obstrace", "lost"), 0),
            ("loop: ns a call / perf record's", ratio(of("obstrace", "ns a call"), of("perf record", "ns a call")), 1),
            ("loop: perf trace's ns a call / ours, at least", ratio(
                of("perf trace", "ns a call"), of("obstrace", "ns a call")), -12),
            ("loop: user CPU / the C floor's", ratio(of("obstrace", "user ns"), of("C floor", "user ns")), 1.5),
            ("loop: user CPU / perf script's", ratio(
                of("obstrace", "user ns"), of("perf record", "report user ns")), 1 / 8),
            ("loop: CPU with --json / with a template", ratio(whole("obstrace --json"), whole("obstrace")), 2),
            ("loop: what all filtered out adds to a call / what printing adds", ratio(
                added(FILTERED), added("obstrace")), 1 / 2),
            ("ping-pong: user CPU of the default line / perf script's", ratio(
                of("obstrace", "user ns", "ping-pong"), of("perf record", "report user ns", "ping-pong")), 1 / 6),
            ("two loops: events lost", of("obstrace", "lost", "two loops"), 0),
            ("two loops: ns a call / the C floor's", ratio(
                of("obstrace", "ns a call", "two loops"), of("C floor", "ns a call", "two loops")), 1),
            ("tracing true, ms", value("start", "obstrace", "true ms"), 15),
            ("tracing true / perf trace's", ratio(
                value("start", "obstrace", "true ms"), value("start", "perf trace", "true ms")), 1 / 6),
            ("SIGINT to gone with 80 tracepoints, ms", value("exit", 80, "obstrace", "exit ms"), 15),
            ("delay of a line, p99, ms", percentile(delays, 0.99), 20),
            ("idle, % of a CPU", value("idle", "obstrace", "idle percent"), 0.2),
            ("listing all tracepoints, ms", value("listing", "obstrace list", "list ms"), 10),
            ("system calls: lost", value("calls", "obstrace syscalls", "lost"), 0),
            *[("system calls: ns a call / " + name + "'s", ratio(
                value("calls", "obstrace syscalls", "ns a call"), value("calls", name, "ns a call")), limit)
              for name, limit in (("perf record", 1.1), ("strace -f", 1 / 40), ("perf trace", 1 / 10))],
            ("system calls: ns a call of the table / of lines", ratio(
                value("calls", "obstrace syscalls -c", "ns a call"),
                value("calls", "obstrace syscalls", "ns a call")), 1),
            ("recording: events lost", value("recording", "obstrace -w", "lost"), 0),
            ("recording: CPU / perf record's", ratio(recorded("obstrace -w"), recorded("perf record")), 1),
            *[("replay: perf script's CPU / ours, " + name + ", at least", ratio(
                value("replay", name.split(",")[0] + ", perf script", "cpu ms"), value("replay", name, "cpu ms")), -5)
              for name in ("system calls, the default line", "sched:*, the default line")],
            ("RSS, MB", of("obstrace", "rss MB"), 12),
            ("growth from a million events on: dearest / cheapest", flat, 1.1),
        ]
        self.values["targets"] = [
            {"target": name, "limit": abs(limit), "found": found,
             "holds": None if found is None else found >= -limit if limit < 0 else found <= limit}
            for name, found, limit in rows
        ]
        words = {None: "not measured", True: "holds", False: "MISSED"}
        table("Targets", ["", "wanted", "found", ""], [
            [row["target"], cell(row["limit"], 3), cell(row["found"], 3), words[row["holds"]]]
            for row in self.values["targets"]
        ])


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    sections = [
        "throughput", "stacks", "rings", "start", "exit", "delay", "idle", "listing", "growth", "tracepoint_growth",
        "calls", "recording", "replay"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/obstrace")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--section", choices=sections, action="append", help="only this one (may be repeated)")
    parser.add_argument("--workload", choices=list(WORKLOADS), action="append", help="only this one")
    parser.add_argument("--long", action="store_true", help="growth up to a hundred million events")
    parser.add_argument("--idle-seconds", type=float, default=10)
    parser.add_argument("--json", default=".build/benchmark.json", help="where all values go")
    arguments = parser.parse_args()
    arguments.binary = os.path.abspath(arguments.binary)
    if os.geteuid() != 0:
        sys.exit("bench.py: tracing needs root: run 'make bench'")
    with tempfile.TemporaryDirectory(prefix="obstrace-benchmark-") as folder:
        build(folder)
        benchmark = Benchmark(arguments, Runner(folder))
        try:
            benchmark.find_peers()
            for section in arguments.section or sections:
                getattr(benchmark, section)()
            benchmark.targets()
        except Failure as failure:
            sys.exit(f"bench.py: {failure}")
        finally:
            with open(arguments.json, "w") as file:
                json.dump(benchmark.values, file, indent=1)
        print(f"all values: {arguments.json}")


if __name__ == "__main__":
    main()
