"""Finds what a segment says against itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from turnout.documents import Fault
from turnout.documents.problem import Path, clip

_COUNTED = ("share", "bucket_between")


def check_segment(written: Mapping[str, Any]) -> Iterator[Fault]:
    """Yields warnings about the lists of a segment, and about whom its shares count."""
    excluded = set(written.get("exclude_units", []))
    for at, unit_id in enumerate(written.get("include_units", [])):
        if unit_id in excluded:
            text = f"`{clip(unit_id)}` is excluded too, and that wins: remove one of them"
            yield Fault(("include_units", at), text)
    excluding = set(written.get("exclude", []))
    for at, key in enumerate(written.get("include", [])):
        if key in excluding:
            text = f"segment `{key}` is excluded too, and that wins: remove one of them"
            yield Fault(("include", at), text)
    if (unit := written.get("unit", "user")) != "user":
        yield from _counted(written.get("match", {}), unit, ("match",))


def _counted(written: Mapping[str, Any], unit: str, path: Path) -> Iterator[Fault]:
    """Shares of users in a segment of something else."""
    for name in _COUNTED:
        if name in written and "unit" not in written:
            text = (
                f"this counts by `user`, and the segment is of unit `{unit}`: write `unit: {unit}` "
                "beside it, or `unit: user` if that is meant"
            )
            yield Fault((*path, name), text, at_key=True)
    if "not" in written:
        yield from _counted(written["not"], unit, (*path, "not"))
    for group in ("all", "any"):
        for at, one in enumerate(written.get(group, [])):
            yield from _counted(one, unit, (*path, group, at))
