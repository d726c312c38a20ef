#!/usr/bin/env python3
"""bench/watch.py [--memory] COMMAND... - runs a command; prints its status, wall and CPU seconds of all its processes and,
with --memory, the peaks of their proportional (PSS) and plain (RSS) resident memory together, sampled every 5 ms. Without
it nothing is sampled, so that the times are undisturbed. The command's output goes to /dev/null."""
import os
import pathlib
import resource
import subprocess
import sys
import time


def family(pid):
    yield pid
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def sizes(pid):
    pss = rss = 0
    for one in family(pid):
        try:
            text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith("Pss:"):
                pss += int(line.split()[1])
            elif line.startswith("Rss:"):
                rss += int(line.split()[1])
    return pss, rss


def main(args):
    memory = args[0] == "--memory"
    peaks, began = (0, 0), time.monotonic()
    with subprocess.Popen(args[memory:], stdout=subprocess.DEVNULL) as child:
        while memory and child.poll() is None:
            peaks = tuple(map(max, peaks, sizes(child.pid)))
            time.sleep(0.005)
        child.wait()
    wall = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"status {child.returncode} wall {wall:.3f} cpu {used.ru_utime + used.ru_stime:.3f}"
          + (f" pss_mb {peaks[0] / 1024:.1f} rss_mb {peaks[1] / 1024:.1f}" if memory else ""))


if __name__ == "__main__":
    main(sys.argv[1:])
