"""`python -m bench [--only A1,A5] [--check] [--keep]`: measures, prints and keeps the figures."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bench import baseline, builds, machine, report
from bench.workbench import Workbench

if TYPE_CHECKING:
    from bench.figure import Number

FIGURES = [
    *(f"A{index}" for index in range(1, 12)),
    "B1",
    "B2",
    "C1",
    "C2",
    "C3",
    "C4",
    "D1",
    "D2",
    "D3",
]
COUNTED = ["A1", "A3", "A4", "A11", "B1"]
"""The figures with counts of instructions, which `--check` compares."""

RESULTS = Path(__file__).parent / "results"
BASELINE = RESULTS / "baseline" / "instructions.json"
DOCS = builds.ROOT / "docs" / "performance.md"


def main() -> int:
    """Gives the exit code: 1 when a figure could not be measured or fell behind."""
    options = _options()
    wanted = COUNTED if options.check else options.only or FIGURES
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print("building with the release profile (some minutes when clean) …")
    built = builds.build()
    warning = machine.busy()
    if warning:
        console.print(f"[yellow]{warning}[/]")
    described = machine.describe() | {"other load": warning or "none"}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="turnout-bench-") as folder:
        bench = Workbench(built, Path(folder), console)
        numbers, failed = _measure(bench, wanted)
    report.show(console, numbers)
    console.print(f"measured in {time.monotonic() - began:,.0f} s")
    if options.check:
        return _check(console, numbers) or failed
    whole = wanted == FIGURES and not failed
    _keep(numbers, described, whole=whole)
    if options.keep or (whole and not BASELINE.exists()):
        baseline.keep(BASELINE, numbers)
    return failed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=_figures, help="a slice, for example A1,A5")
    parser.add_argument("--check", action="store_true", help="fail when instructions rose by 5 %%")
    parser.add_argument("--keep", action="store_true", help="keep the counts as the new baseline")
    return parser.parse_args()


def _figures(text: str) -> list[str]:
    wanted = [name.strip().upper() for name in text.split(",") if name.strip()]
    for name in wanted:
        if name not in FIGURES:
            raise argparse.ArgumentTypeError(f"no figure `{name}`: there are {', '.join(FIGURES)}")
    return wanted


def _measure(bench: Workbench, wanted: list[str]) -> tuple[dict[str, list[Number]], int]:
    """Measures each figure; one that fails is named, and the rest goes on."""
    numbers: dict[str, list[Number]] = {}
    failed = 0
    for name in wanted:
        figure = importlib.import_module(f"bench.figures.{name.lower()}")
        bench.console.print(f"[bold]{name}[/] {figure.TITLE} …")
        began = time.monotonic()
        try:
            numbers[name] = figure.measure(bench)
        except Exception:  # noqa: BLE001 - one broken figure must not cost the others
            bench.console.print_exception(max_frames=4)
            failed = 1
        bench.say(f"{time.monotonic() - began:,.0f} s")
    return numbers, failed


def _keep(numbers: dict[str, list[Number]], described: dict[str, str], *, whole: bool) -> None:
    if whole:
        report.write_json(RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json", numbers)
        report.write_markdown(DOCS, numbers, described)
    elif numbers:
        report.write_json(RESULTS / f"slice-{'-'.join(numbers)}.json", numbers)


def _check(console: Console, numbers: dict[str, list[Number]]) -> int:
    fallen = baseline.fallen(BASELINE, numbers)
    for line in fallen:
        console.print(f"[red]fell behind:[/] {line}")
    if not fallen:
        console.print("no count of instructions rose by more than 5 % over the baseline")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
