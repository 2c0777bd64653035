"""Prints the numbers as a table and keeps them as JSON and Markdown."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from bench.figure import Number

    Numbers = Mapping[str, Sequence[Number]]

MARKS = {True: "reached", False: "missed", None: ""}


def show(console: Console, numbers: Numbers) -> None:
    """Prints one row a number, missed ones in red."""
    table = Table("figure", "what", "value", "target", "", "how", title="turnout bench")
    table.columns[2].justify = "right"
    colours = {True: "green", False: "red", None: "dim"}
    for figure, measured in numbers.items():
        for number in measured:
            mark = f"[{colours[number.reached]}]{MARKS[number.reached]}[/]"
            target = number.target or ""
            table.add_row(figure, number.what, _value(number), target, mark, number.how)
    console.print(table)


def write_json(path: Path, numbers: Numbers) -> None:
    """Keeps the numbers: by figure a list of `{what, value, target, unit, how}`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {figure: [asdict(number) for number in numbers[figure]] for figure in numbers}
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_markdown(path: Path, numbers: Numbers, machine: Mapping[str, str]) -> None:
    """Writes the table of the docs, with the machine that it was measured on."""
    lines = [
        "# Measured",
        "",
        "Written by `make bench`: every number of one run, with its floors and rivals beside it.",
        "A ratio counts on any machine, a time only on this one:",
        "",
        *(f"* {name}: {value}" for name, value in machine.items()),
        "",
        "| figure | what | value | target | | how |",
        "|---|---|---|---|---|---|",
    ]
    for figure, measured in numbers.items():
        for number in measured:
            cells = [figure, number.what, _value(number), number.target or ""]
            cells += [MARKS[number.reached], number.how]
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _value(number: Number) -> str:
    size = abs(number.value)
    if 0 < size < 1e-6:
        return f"{number.value:.1e} {number.unit}".strip()
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3
    return f"{number.value:,.{digits}f} {number.unit}".strip()
