"""What a figure is made of, and what its rounds are summed up to."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Number:
    """One measured number; `target` is None for a number that only informs."""

    what: str
    value: float
    target: str | None
    unit: str
    how: str

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        sign, limit = self.target.split()
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, and their ends."""

    median: float
    low: float
    high: float
    rounds: int

    def __str__(self) -> str:
        """As a figure's `how` ends."""
        return f"median of {self.rounds} interleaved rounds, {_short(self.low)}-{_short(self.high)}"


def spread(values: Sequence[float]) -> Spread:
    """Sums up the rounds of one number."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Round by round, so that a slow moment of the machine weighs on both sides."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def interleave(rounds: int, measures: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Runs every measure once a round, the order turned at each, after one unmeasured round.

    Returns:
        The rounds of each measure, by its name.
    """
    for measure in measures.values():
        measure()
    taken: dict[str, list[float]] = {name: [] for name in measures}
    names = list(measures)
    for index in range(rounds):
        turn = index % len(names)
        for name in names[turn:] + names[:turn]:
            taken[name].append(measures[name]())
    return taken


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
