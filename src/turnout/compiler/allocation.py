"""Which slots each variant owns when weights change: those of before, as far as possible."""

from collections.abc import Iterable, Iterator, Mapping

from turnout.compiler.shares import WHOLE

Slots = tuple[int, int]
"""`start <= slot < end`."""
Owned = dict[str, list[Slots]]
"""The slots of each variant, ascending, no two of them neighbours."""


def contiguous(weights: Mapping[str, int]) -> Owned:
    """One range a variant, in the order of the weights: what a first allocation gives.

    Example:
        >>> contiguous({"control": 500_000, "green": 500_000})
        {'control': [(0, 500000)], 'green': [(500000, 1000000)]}
    """
    owned: Owned = {}
    start = 0
    for name, weight in weights.items():
        owned[name] = [(start, start + weight)] if weight else []
        start += weight
    return owned


def reallocate(before: Mapping[str, Iterable[Slots]], weights: Mapping[str, int]) -> Owned:
    """Moves as few slots as the new weights allow.

    Shrinking variants give up the high end of their last range; growing ones, in the order of
    their names, take the lowest slots that are free. A variant without a weight is gone: its
    slots are free, as those are that nobody ever owned. Depends on nothing but the arguments.

    Args:
        before: Who owned what; no slot twice.
        weights: In parts per million, together at most a million.
    """
    owned = {name: _shrunk(before.get(name, ()), weight) for name, weight in weights.items()}
    for name in sorted(weights):
        missing = weights[name] - size(owned[name])
        taken = _shrunk(_free(owned), missing)
        owned[name] = _merged([*owned[name], *taken])
    return owned


def size(slots: Iterable[Slots]) -> int:
    """How many slots there are in ranges."""
    return sum(end - start for start, end in slots)


def moved(before: Mapping[str, Iterable[Slots]], after: Mapping[str, Iterable[Slots]]) -> int:
    """How many slots have an owner after that they did not have before."""
    return sum(
        size(slots) - sum(_common(slot, old) for slot in slots for old in before.get(name, ()))
        for name, slots in ((name, list(found)) for name, found in after.items())
    )


def _common(one: Slots, other: Slots) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _shrunk(slots: Iterable[Slots], weight: int) -> list[Slots]:
    """So many of the slots, the lowest."""
    kept, left = [], weight
    for start, end in _merged(slots):
        if left:
            kept.append((start, min(end, start + left)))
            left -= min(left, end - start)
    return kept


def _free(owned: Owned) -> Iterator[Slots]:
    last = 0
    for start, end in sorted(slots for several in owned.values() for slots in several):
        if last < start:
            yield last, start
        last = end
    if last < WHOLE:
        yield last, WHOLE


def _merged(slots: Iterable[Slots]) -> list[Slots]:
    merged: list[Slots] = []
    for start, end in sorted(slots):
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
