"""The machine and the versions that a run was made on: a figure without them says little."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SDKS = ("eppo-server-sdk", "launchdarkly-server-sdk", "grpcio")


def describe() -> dict[str, str]:
    """What the numbers depend on, by name."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "memory": _memory(),
        "load average before": f"{os.getloadavg()[0]:.2f}",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "Rust": _first_line("rustc", "--version").removeprefix("rustc "),
        "h2load": _first_line("h2load", "--version").removeprefix("h2load "),
        "valgrind": _first_line("valgrind", "--version").removeprefix("valgrind-"),
        **{name: _installed(name) for name in SDKS},
    }


def busy() -> str | None:
    """A warning when other programs use the cores that are measured; None when it is quiet."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < cores / 4:
        return None
    return (
        f"the machine is busy (load average {load:.1f} on {cores} cores):"
        " times and tails will be off, counts of instructions will not"
    )


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
