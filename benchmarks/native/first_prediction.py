#!/usr/bin/env python3
"""How long a start of samples/Native takes to its first prediction: programs in turn, round after round.

    dotnet publish samples/Native -c Release -o before        # and another one, to compare with
    benchmarks/native/first_prediction.py MODEL.ZIP ROWS before/Native [after/Native ...] [--rounds 15]

The time is from the start of the process to the first line of its output, by the monotonic clock, the processor's time
to its end: median, quartiles and least.
"""

import argparse
import os
import resource
import statistics
import subprocess
import time


def start(program, model, rows):
    """Returns milliseconds to the first line, and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen([program, model, rows], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        if not process.stdout.readline():
            raise SystemExit(f"{program} printed nothing.")
        first = time.perf_counter() - began
        process.stdout.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * first, 1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def spread(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.1f} [{low:.1f}, {high:.1f}], least {min(values):.1f}"


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("rows")
parser.add_argument("programs", nargs="+")
parser.add_argument("--rounds", type=int, default=15)
arguments = parser.parse_args()
print(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))
print("load at the start: " + " ".join(f"{load:.2f}" for load in os.getloadavg()))
print(f"# native: {os.path.basename(arguments.model)}, {os.path.getsize(arguments.model):,} bytes, "
      f"{arguments.rounds} starts of each program, in turn; ms")
times = {program: [] for program in arguments.programs}
for _ in range(arguments.rounds):
    for program in arguments.programs:
        times[program].append(start(program, arguments.model, arguments.rows))
for program, starts in times.items():
    first, processor = zip(*starts)
    print(f"{program}: first line {spread(first)}; processor {spread(processor)}")
