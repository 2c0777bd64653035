"""Times decisions in the engine alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from bench.servers import LOAD_CORE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.workbench import Workbench

ROUNDS = 9
MEMBER_ROUNDS = 7
SETS = ("hashed", "dense", "sparse")


class EngineTimes(NamedTuple):
    """Interleaved rounds in nanoseconds; all but `sha256` have one list a snapshot."""

    sha256: list[float]
    """One SHA-256 of 40 bytes."""
    decide: list[list[float]]
    """From a key, an id and attributes to a decision."""
    evaluate: list[list[float]]
    """The evaluation alone, on a filled context."""
    explain: list[list[float]]
    """The same with the way to the decision."""


class BuiltSet(NamedTuple):
    """A set of members that was built."""

    kind: str
    members: int
    bytes: int
    bound: float
    """How probable it is at most that an id which is no member is taken for one."""
    build_s: float
    """From the first id to a file on disk."""


class MemberTimes(NamedTuple):
    """Sets of so many members, and rounds on the hashed one."""

    hashed: BuiltSet
    """Random text ids."""
    dense: BuiltSet
    """Every second integer."""
    sparse: BuiltSet
    """Random integers."""
    load_s: list[float]
    """From the path of a file to a set that was checked."""
    dependent_ns: list[float]
    """A lookup, when what is asked next depends on the answer."""
    independent_ns: list[float]
    """A lookup, when many ids are known ahead."""
    one_by_one_ns: list[float]


class Swap(NamedTuple):
    """A process that had one set take the place of another."""

    peak_bytes: int
    """The most memory that it had, all of it counted."""
    sets_bytes: int
    """Both files."""


def time_engine(bench: Workbench, snapshots: Sequence[Path]) -> EngineTimes:
    """Times the measured flag on each snapshot, and the hash beside it."""
    command = ["taskset", "-c", LOAD_CORE, str(bench.builds.engine), "time", str(ROUNDS)]
    done = subprocess.run(
        [*command, *map(str, snapshots)], check=True, capture_output=True, timeout=120
    )
    return EngineTimes(**json.loads(done.stdout))


def time_records(bench: Workbench, records: int) -> list[float]:
    """Times reads of the embedded store of assignments: rounds in nanoseconds."""
    folder = bench.folder / "records"
    folder.mkdir()
    command = ["taskset", "-c", LOAD_CORE, str(bench.builds.engine), "records", str(ROUNDS)]
    done = subprocess.run(
        [*command, str(folder), str(records)], check=True, capture_output=True, timeout=180
    )
    taken: list[float] = json.loads(done.stdout)
    return taken


def time_members(bench: Workbench, members: int) -> MemberTimes:
    """Builds sets of so many members and asks the one of random ids; their files stay."""
    folder = members_folder(bench)
    folder.mkdir(exist_ok=True)
    arguments = [str(MEMBER_ROUNDS), str(folder), str(members)]
    measured = json.loads(_engine(bench, "members", *arguments))
    hashed, dense, sparse = (BuiltSet(**measured.pop(name)) for name in SETS)
    return MemberTimes(hashed, dense, sparse, **measured)


def swap_members(bench: Workbench, before: Path, after: Path) -> Swap:
    """Swaps one set for another, in a process that does nothing else."""
    return Swap(**json.loads(_engine(bench, "swap-members", str(before), str(after))))


def members_folder(bench: Workbench) -> Path:
    """Where the sets of `time_members` are: `hashed.set`, `dense`, `sparse`."""
    return bench.folder / "members"


def _engine(bench: Workbench, *arguments: str) -> bytes:
    command = ["taskset", "-c", LOAD_CORE, str(bench.builds.engine), *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
