"""Ranges of variants as documents write them: `ranges: {control: ["0%-50%"]}`."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol

from turnout.compiler.shares import read_range, write_range
from turnout.documents.names import nearest
from turnout.documents.problem import clip, describe

MOST_RANGES = 256
"""Of one variant."""


class _Found(NamedTuple):
    start: int
    end: int
    name: str
    place: int


class Refuse(Protocol):
    """Notes what is wrong, with the path from the mapping around the ranges."""

    def __call__(self, message: str, *at: str | int) -> None:
        """Takes one fault."""


def read_ranges(
    refuse: Refuse,
    written: object,
    at: tuple[str, ...],
    known: Mapping[str, int] | None = None,
) -> list[tuple[int, int, str]]:
    """Start, end and variant of each range, by start; nothing when anything is wrong.

    Args:
        refuse: Takes what is wrong.
        written: Lists of ranges by variant.
        at: Where they stand.
        known: The variants that there are; without it a variant may be gone.
    """
    if not isinstance(written, dict):
        text = (
            f'ranges are written by variant, as in `{{green: ["0%-50%"]}}`, not {describe(written)}'
        )
        refuse(text, *at)
        return []
    found: list[_Found] = []
    sound = True
    for name, several in written.items():
        fault = _fault(name, several, known)
        if fault is not None:
            refuse(fault, *at, name)
            sound = False
            continue
        for index, one in enumerate(several):
            try:
                found.append(_Found(*read_range(one), name, index))
            except ValueError as error:
                refuse(str(error), *at, name, index)
                sound = False
    if not sound or _overlap(refuse, sorted(found), at):
        return []
    return [(one.start, one.end, one.name) for one in sorted(found)]


def _fault(name: str, several: object, known: Mapping[str, int] | None) -> str | None:
    if known is not None and name not in known:
        hint = nearest(name, known)
        return f"unknown variant `{clip(name)}`{hint}"
    if not isinstance(several, list):
        return f'the ranges of a variant are a list, as in `["0%-50%"]`, not {describe(several)}'
    if len(several) > MOST_RANGES:
        return f"`{clip(name)}` has more than {MOST_RANGES} ranges"
    return None


def _overlap(refuse: Refuse, found: list[_Found], at: tuple[str, ...]) -> bool:
    for before, after in pairwise(found):
        if after.start < before.end:
            one = write_range(after.start, after.end)
            other = write_range(before.start, before.end)
            text = f"`{one}` overlaps `{other}` of `{clip(before.name)}`: a slot has one owner"
            refuse(text, *at, after.name, after.place)
            return True
    return False
