"""The kept counts of instructions, which repeat to a percent on any machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.figure import Number

UNIT = "instructions"
ALLOWED = 1.05


def keep(path: Path, numbers: Mapping[str, Sequence[Number]]) -> None:
    """Keeps every count of instructions as the new baseline; what was not measured stays."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept | _counts(numbers), indent=2) + "\n", encoding="utf-8")


def fallen(path: Path, numbers: Mapping[str, Sequence[Number]]) -> list[str]:
    """Names each count that rose by more than 5 % over the kept baseline.

    Raises:
        FileNotFoundError: nothing was kept yet.
    """
    kept: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return [
        f"{what}: {value:,.0f} instructions, the baseline is {kept[what]:,.0f}"
        f" ({value / kept[what] - 1:+.1%})"
        for what, value in _counts(numbers).items()
        if what in kept and value > kept[what] * ALLOWED
    ]


def _counts(numbers: Mapping[str, Sequence[Number]]) -> dict[str, float]:
    return {
        f"{figure} {number.what}": number.value
        for figure, measured in numbers.items()
        for number in measured
        if number.unit == UNIT
    }
