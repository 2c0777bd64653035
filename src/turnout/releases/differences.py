"""What differs between two versions of an item, in lines for people."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from turnout.documents.problem import Path, clip, render_path

MOST_LINES = 100
"""Told of one item."""

_FOLLOWS = "ranges"  # from the weights, which are told
_COUNT = ("members",)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Says what differs, a line each.

    Example:
        >>> differences({"default": "off"}, {"default": "on", "unit": "company"})
        ['default: "off" → "on"', 'unit: added "company"']
    """
    lines = list(_mappings(before, after, ()))
    told = [line for path, line in lines if _FOLLOWS not in path]
    told = told or [line for _, line in lines]
    if len(told) > MOST_LINES:
        told[MOST_LINES - 1 :] = [f"and {len(told) - MOST_LINES + 1} more differences"]
    return told


_Lines = Iterator[tuple[Path, str]]


def _values(before: object, after: object, path: Path) -> _Lines:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif _text(before) != _text(after):
        yield path, f"{render_path(path)}: {_shown(before, path)} → {_shown(after, path)}"


def _mappings(before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> _Lines:
    for name in dict.fromkeys([*before, *after]):
        at = (*path, name)
        if name not in after:
            yield at, f"{render_path(at)}: removed {_shown(before[name], at)}"
        elif name not in before:
            yield at, f"{render_path(at)}: added {_shown(after[name], at)}"
        else:
            yield from _values(before[name], after[name], at)


def _lists(before: list[Any], after: list[Any], path: Path) -> _Lines:
    if not (_are_named(before) and _are_named(after)):
        if all(isinstance(one, dict) for one in before + after):
            yield from _by_place(before, after, path)
        else:
            yield from _by_value(before, after, path)
        return
    old = {one["name"]: one for one in before}
    new = {one["name"]: one for one in after}
    for at, name in enumerate(new):
        if name not in old:
            yield (*path, at), f"{render_path(path)}: added `{clip(name)}`"
        else:
            yield from _values(old[name], new[name], (*path, at))
    for name in old:
        if name not in new:
            yield path, f"{render_path(path)}: removed `{clip(name)}`"
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        order = ", ".join(f"`{clip(name)}`" for name in new)
        yield path, f"{render_path(path)}: in another order: {order}"


def _are_named(several: list[Any]) -> bool:
    """Whether each entry is a mapping with a name of its own."""
    names = [one.get("name") if isinstance(one, dict) else None for one in several]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _by_place(before: list[Any], after: list[Any], path: Path) -> _Lines:
    for at in range(max(len(before), len(after))):
        here = (*path, at)
        if at >= len(after):
            yield here, f"{render_path(here)}: removed {_shown(before[at])}"
        elif at >= len(before):
            yield here, f"{render_path(here)}: added {_shown(after[at])}"
        else:
            yield from _values(before[at], after[at], here)


def _by_value(before: list[Any], after: list[Any], path: Path) -> _Lines:
    old, new = [_text(one) for one in before], [_text(one) for one in after]
    gone = [one for one in old if one not in set(new)]
    come = [one for one in new if one not in set(old)]
    if gone:
        yield path, f"{render_path(path)}: removed {clip(', '.join(gone))}"
    if come:
        yield path, f"{render_path(path)}: added {clip(', '.join(come))}"
    if not gone and not come and old != new:
        yield path, f"{render_path(path)}: {_shown(before)} → {_shown(after)}"


def _shown(value: object, path: Path = ()) -> str:
    if path == _COUNT and type(value) is int:
        return f"{value:,}"
    return clip(_text(value))


def _text(value: object) -> str:
    # Tells `1`, `1.0` and `true` apart, as the compiler does.
    return json.dumps(value, ensure_ascii=False)
