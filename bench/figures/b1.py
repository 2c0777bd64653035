"""B1: what a decision costs by the operator and the shape of its rule."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from bench import callgrind, shapes
from bench.figure import Number, spread
from bench.servers import LOAD_CORE

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workbench import Workbench

TITLE = "a decision by the operator and the shape of its rule"
ROUNDS = 5
COUNT = 1_000
HOW = "evaluation of a filled context, one flag of one rule that matches"


def measure(bench: Workbench) -> list[Number]:
    """Nanoseconds and instructions of each shape."""
    snapshot, cases = bench.shapes
    times = time_shapes(bench, snapshot, cases)
    counts = count_shapes(bench, snapshot, cases)
    numbers = []
    for name in (shape.name for shape in shapes.SHAPES):
        target = "<= 1500" if name == shapes.AUDIENCE else None
        seen = spread(times[name])
        numbers.append(Number(name, seen.median, target, "ns", f"{HOW}; {seen}"))
        what = f"{name}, under callgrind"
        numbers.append(Number(what, counts[name], None, "instructions", HOW))
    return numbers


def time_shapes(bench: Workbench, snapshot: Path, cases: Path) -> dict[str, list[float]]:
    """Rounds of each shape in nanoseconds, by its name."""
    command = ["taskset", "-c", LOAD_CORE, str(bench.builds.engine), "shapes", str(ROUNDS)]
    done = subprocess.run(
        [*command, str(snapshot), str(cases)], check=True, capture_output=True, timeout=120
    )
    taken: dict[str, list[float]] = json.loads(done.stdout)
    return taken


def count_shapes(bench: Workbench, snapshot: Path, cases: Path) -> dict[str, float]:
    """Instructions of a decision of each shape, by its name: one run, dumped before each."""
    out = bench.folder / "shapes.callgrind"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    command += ["--dump-before=*counted_shape*"]
    command += [str(bench.builds.engine), "count-shapes", str(COUNT), str(snapshot), str(cases)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    # The first dump has what came before the first shape.
    names = [shape.name for shape in shapes.SHAPES]
    dumps = [out.with_name(f"{out.name}.{at + 2}") for at in range(len(names))]
    return {name: callgrind.read(dump)[0] / COUNT for name, dump in zip(names, dumps, strict=True)}
