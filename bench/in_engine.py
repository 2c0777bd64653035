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
