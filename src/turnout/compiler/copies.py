"""Segments that are a copy: the conditions of another one are written into them, once."""

from collections.abc import Mapping
from typing import Any

from turnout.compiler.cycles import find_cycles
from turnout.compiler.history import Identity, written_alike
from turnout.documents import Fault, SourceFile, WrittenItem
from turnout.documents.names import nearest_key
from turnout.documents.problem import clip

_LISTS = ("include", "exclude", "include_units", "exclude_units")
_OWN = ("kind", "match", "members")
_FIELD = ("copy_of",)

Homes = Mapping[Identity, tuple[SourceFile, WrittenItem]]


def inline_copies(homes: Homes) -> dict[Identity, WrittenItem]:
    """Gives every segment that is a copy as if it had been written out.

    What is wrong with a copy is among the faults of what is given. A text that is no key is left
    for the check of shapes.

    Args:
        homes: All items as written, each with its file.
    """
    sources: dict[str, str] = {}
    for (kind, key), (_, written) in homes.items():
        source = written.raw.get("copy_of") if isinstance(written.raw, dict) else None
        if kind == "segment" and isinstance(source, str):
            sources[key] = source
    if not sources:
        return {}
    cycles = find_cycles({key: [source] for key, source in sources.items()})
    turned = {key: _turn(cycle, key) for cycle in cycles for key in cycle}
    found = {}
    for key, source in sources.items():
        written = homes["segment", key][1]
        if key in turned:
            text = f"a segment cannot copy itself: {_path(turned[key])}"
            found["segment", key] = _broken(written, text)
        elif source in sources:
            end = sources[source]
            text = (
                f"a copy cannot be copied: {_path([key, source, end])}: copy `{clip(end)}` itself"
            )
            found["segment", key] = _broken(written, text)
        else:
            found["segment", key] = _copied(written, homes)
    return found


def _turn(cycle: list[str], key: str) -> list[str]:
    """A cycle from a key back to it."""
    at = cycle.index(key)
    return [*cycle[at:], *cycle[:at], key]


def _path(keys: list[str]) -> str:
    return " → ".join(f"`{clip(key)}`" for key in keys)


def _copied(written: WrittenItem, homes: Homes) -> WrittenItem:
    raw: Any = written.raw
    source = raw["copy_of"]
    home = homes.get(("segment", source))
    if home is None:
        known = {key for kind, key in homes if kind == "segment"}
        hint = nearest_key(source, known) or ": no document has it"
        return _broken(written, f"unknown segment `{clip(source)}`{hint}")
    other = home[1].raw
    if not isinstance(other, dict) or other.get("kind", "rule") != "rule" or "members" in other:
        text = f"segment `{source}` has no conditions to copy: write `include: [{source}]`"
        return _broken(written, text)
    for field in _OWN:
        if field in raw:
            fault = Fault((field,), f"`{field}` has no place beside `copy_of`", at_key=True)
            return _with(written, raw, [fault])
    merged = {name: value for name, value in raw.items() if name != "copy_of"}
    if "match" in other:
        merged["match"] = other["match"]
    for field in _LISTS:
        if isinstance(other.get(field), list) and isinstance(raw.get(field, []), list):
            merged[field] = [*other[field], *raw.get(field, [])]
    # The same object again spares compiling an unchanged copy.
    if written.copied is None or not written_alike(written.copied.raw, merged):
        written.copied = _with(written, merged, [])
    return written.copied


def _broken(written: WrittenItem, message: str) -> WrittenItem:
    return _with(written, written.raw, [Fault(_FIELD, message)])


def _with(written: WrittenItem, raw: object, faults: list[Fault]) -> WrittenItem:
    item = WrittenItem(written.kind, written.key, raw)
    item.faults = [*written.faults, *faults]
    return item
