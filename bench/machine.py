"""The machine and the versions that a run was made on: a figure without them says little."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SDKS = ("eppo-server-sdk", "launchdarkly-server-sdk", "grpcio")
QUIET = 0.1


def describe() -> dict[str, str]:
    """What the numbers depend on, by name."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "memory": _memory(),
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "Rust": _first_line("rustc", "--version").removeprefix("rustc "),
        "h2load": _first_line("h2load", "--version").removeprefix("h2load "),
        "valgrind": _first_line("valgrind", "--version").removeprefix("valgrind-"),
        **{name: _installed(name) for name in SDKS},
    }


def busy() -> str | None:
    """A warning when other programs use the cores that are measured; None when it is quiet."""
    idle, total = _ticks()
    time.sleep(1)
    idle_now, total_now = _ticks()
    used = 1 - (idle_now - idle) / max(1, total_now - total)
    if used < QUIET:
        return None
    return (
        f"the machine is busy ({used:.0%} of its cores are taken by others):"
        " times and tails will be off, counts of instructions will not"
    )


def _ticks() -> tuple[int, int]:
    """Idle and all time of all cores; what waits for a disk counts as idle."""
    ticks = [int(count) for count in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return ticks[3] + ticks[4], sum(ticks)


def _cpu() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.processor()


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.1f} GiB"


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0].strip()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
