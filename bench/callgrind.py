"""Instructions a call: two runs under callgrind that differ in their number of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bench.servers import Server

HASHES = ("sha2::", "turnout_engine::sha256::", "floor_h2::sha256")
"""Functions that hash, of both sides: callgrind does not see the CPU's instructions for it."""

FEW = 500
MANY = 2_500


class Counts(NamedTuple):
    """Instructions of one call."""

    all: float
    sha256: float
    """Those of the hash, which callgrind counts in software."""


def instructions_per_call(
    start: Callable[[Path], AbstractContextManager[Server]],
    call: Callable[[Server, int], object],
    folder: Path,
    *,
    few: int = FEW,
    many: int = MANY,
) -> Counts:
    """Divides the difference of two runs, so that start-up and shut-down cancel out.

    Args:
        start: starts the server under callgrind, which writes its counts to the path.
        call: sends that many calls to the server.
        folder: for the counts.
        few: calls of the shorter run.
        many: calls of the longer run.
    """
    runs = []
    for count in (few, many):
        written = folder / f"callgrind-{count}.out"
        written.unlink(missing_ok=True)
        with start(written) as server:
            call(server, count)
        runs.append(read(written))
    (fewer, fewer_hash), (more, more_hash) = runs
    calls = many - few
    return Counts((more - fewer) / calls, (more_hash - fewer_hash) / calls)


def read(written: Path) -> tuple[int, int]:
    """All the instructions of a run, and those of functions that hash."""
    total = hashing = 0
    hashes: set[str] = set()
    within = of_callee = False
    with written.open(encoding="utf-8") as lines:
        for line in lines:
            kind, _, rest = line.partition("=")
            if kind in {"fn", "cfn"}:
                # `(7) name` gives the number a name, `(7)` names it again.
                number, _, name = rest.strip().partition(" ")
                if name.startswith(HASHES):
                    hashes.add(number)
                within = number in hashes if kind == "fn" else within
            elif kind == "calls":
                of_callee = True
            elif line[0] in "+-*0123456789" and (cost := line.split()[1:2]):
                if not of_callee:
                    total += int(cost[0])
                    hashing += int(cost[0]) if within else 0
                of_callee = False
    if not total:
        raise RuntimeError(f"callgrind wrote no counts to `{written}`")
    return total, hashing
