"""Draws a size over time with characters."""

from collections.abc import Iterator, Sequence
from datetime import datetime

Point = tuple[datetime, int]

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_HEIGHT = 8
_WIDEST = 100


def chart(points: Sequence[Point], width: int) -> Iterator[str]:
    """Gives the lines of a chart.

    Args:
        points: When there was which size, in their order; at least two.
        width: Characters that a line may have.
    """
    highest = max(size for _, size in points)
    labels = [f"{highest:,}", f"{highest // 2:,}", "0"]
    margin = max(map(len, labels)) + 1
    columns = max(2, min(width - margin - 1, _WIDEST))
    levels = [_eighths(size, highest) for size in _spread(points, columns)]
    for row in range(_HEIGHT, 0, -1):
        label = {_HEIGHT: labels[0], _HEIGHT // 2: labels[1]}.get(row, "")
        cells = (_EIGHTHS[max(0, min(8, level - 8 * (row - 1)))] for level in levels)
        yield f"{label.rjust(margin - 1)} │{''.join(cells)}".rstrip()
    yield f"{labels[2].rjust(margin - 1)} └{'─' * columns}"
    first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment, _ in (points[0], points[-1]))
    yield f"{' ' * (margin + 1)}{first}{last.rjust(max(len(last) + 1, columns - len(first)))}"


def _spread(points: Sequence[Point], columns: int) -> list[int]:
    """The size at as many moments as there are columns: that of the last point by then."""
    begin, end = points[0][0], points[-1][0]
    span = (end - begin).total_seconds()
    sizes, at = [], 0
    for column in range(columns):
        moment = span * column / (columns - 1)
        while at + 1 < len(points) and (points[at + 1][0] - begin).total_seconds() <= moment:
            at += 1
        sizes.append(points[at][1])
    return sizes


def _eighths(size: int, highest: int) -> int:
    """How high a bar is; what is not nothing is seen."""
    if not size:
        return 0
    return max(1, round(size * 8 * _HEIGHT / highest))
