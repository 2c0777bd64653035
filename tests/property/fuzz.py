"""A long run of the engine against the model, in several processes.

PYTHONPATH=tests python tests/property/fuzz.py --cases 100000

A case is one request to one random document: all of its flags, experiments and segments. The run
ends with 1 when anything is answered differently; what is printed then says it all, and
`--first SEED --cases 1` finds it again.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter

from seeds import REQUESTS, ask


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, help="the first seed; at random without it")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    first = random.SystemRandom().randrange(10**9) if asked.first is None else asked.first
    seeds = range(first, first + max(1, asked.cases // REQUESTS))
    print(f"{asked.cases} cases, seeds {seeds[0]} to {seeds[-1]}")
    sys.exit(1 if run(seeds, asked.processes) else 0)


def run(seeds, processes):
    """Asks all of the seeds; tells how far it is, and what differs."""
    began, told, failed, reasons = time.monotonic(), 0.0, 0, Counter()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for number, (seed, found, seen) in enumerate(pool.imap_unordered(ask, seeds, 20), 1):
            reasons += seen
            if found:
                failed += 1
                print(f"\nseed {seed} differs:\n{found}", flush=True)
            took = time.monotonic() - began
            if took - told > 5 or number == len(seeds):
                told = took
                print(f"{number * REQUESTS} cases, {failed} seeds differ, {took:.0f} s", flush=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(reasons.items())))
    return failed


if __name__ == "__main__":
    main()
