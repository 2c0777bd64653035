"""Instructions a call: two runs under callgrind that differ in their number of calls."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bench.servers import Server

FEW = 500
MANY = 2_500


def instructions_per_call(
    start: Callable[[Path], AbstractContextManager[Server]],
    call: Callable[[Server, int], object],
    folder: Path,
    *,
    few: int = FEW,
    many: int = MANY,
) -> float:
    """Divides the difference of two runs, so that start-up and shut-down cancel out.

    Args:
        start: starts the server under callgrind, which writes its counts to the path.
        call: sends that many calls to the server.
        folder: for the counts.
        few: calls of the shorter run.
        many: calls of the longer run.
    """
    totals = []
    for count in (few, many):
        written = folder / f"callgrind-{count}.out"
        written.unlink(missing_ok=True)
        with start(written) as server:
            call(server, count)
        totals.append(total(written))
    return (totals[1] - totals[0]) / (many - few)


def total(written: Path) -> int:
    """All the instructions of a run."""
    found = re.search(r"^(?:totals|summary): (\d+)", written.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"callgrind wrote no total to `{written}`")
    return int(found[1])


def instructions_of(command: Callable[[int], list[str]], folder: Path) -> float:
    """Instructions of one turn of a program that is told how many turns to do."""
    few, many = 1_000, 11_000
    totals = []
    for count in (few, many):
        written = folder / f"callgrind-{count}.out"
        words = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={written}"]
        subprocess.run([*words, *command(count)], check=True, capture_output=True, timeout=120)
        totals.append(total(written))
    return (totals[1] - totals[0]) / (many - few)
