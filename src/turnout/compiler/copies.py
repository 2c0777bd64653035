"""Segments that are a copy: the conditions of another one are written into them, once."""

from collections.abc import Iterable, Mapping
from typing import Any

from turnout.compiler.cycles import find_cycles
from turnout.compiler.history import Identity, written_alike
from turnout.documents import Fault, SourceFile, WrittenItem
from turnout.documents.names import nearest_key
from turnout.documents.problem import clip

_LISTS = ("include", "exclude", "include_units", "exclude_units")
_OWN = ("kind", "match", "members")

Sources = Mapping[str, str]
"""What each copy copies, by key."""
Homes = Mapping[Identity, tuple[SourceFile, WrittenItem]]


class NotCopied(ValueError):  # noqa: N818 - named for its situation
    """A segment cannot be that copy.

    Args:
        field: Of the copy.
        message: Lower case, the user's words in backticks, no full stop.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
        super().__init__(message)


def chained_copies(sources: Sources) -> dict[str, str]:
    """Finds copies of copies, and of themselves; gives why, for each by its key."""
    cycles = find_cycles({key: [source] for key, source in sources.items()})
    turned = {key: _turn(cycle, key) for cycle in cycles for key in cycle}
    found = {}
    for key, source in sources.items():
        if key in turned:
            found[key] = f"a segment cannot copy itself: {_path(turned[key])}"
        elif source in sources:
            end = sources[source]
            way = _path([key, source, end])
            found[key] = f"a copy cannot be copied: {way}: copy `{clip(end)}` itself"
    return found


def unknown_source(key: str, hint: str = "") -> NotCopied:
    """The error for a copy of a segment that there is not."""
    return NotCopied("copy_of", f"unknown segment `{clip(key)}`{hint}")


def written_out(raw: Mapping[str, Any], source: object) -> dict[str, Any]:
    """What a copy says: the conditions of its source, and its own lists behind those of it.

    Args:
        raw: The copy; it has `copy_of`.
        source: The segment that it names; no copy itself.

    Raises:
        NotCopied: It cannot be copied.
    """
    if not isinstance(source, dict) or source.get("kind", "rule") != "rule" or "members" in source:
        named = raw["copy_of"]
        text = f"segment `{named}` has no conditions to copy: write `include: [{named}]`"
        raise NotCopied("copy_of", text)
    for field in _OWN:
        if field in raw:
            raise NotCopied(field, f"`{field}` has no place beside `copy_of`")
    merged = {name: value for name, value in raw.items() if name != "copy_of"}
    if "match" in source:
        merged["match"] = source["match"]
    for field in _LISTS:
        if isinstance(source.get(field), list) and isinstance(raw.get(field, []), list):
            merged[field] = [*source[field], *raw.get(field, [])]
    return merged


def inline_copies(homes: Homes) -> dict[Identity, WrittenItem]:
    """Gives every segment that is a copy as if it had been written out.

    What is wrong with a copy is among the faults of what is given. A text that is no key is left
    for the check of shapes.

    Args:
        homes: All items as written, each with its file.
    """
    sources = copy_sources((one, written.raw) for one, (_, written) in homes.items())
    chained = chained_copies(sources)
    found = {}
    for key in sources:
        written = homes["segment", key][1]
        if key in chained:
            found["segment", key] = _broken(written, NotCopied("copy_of", chained[key]))
        else:
            found["segment", key] = _copied(written, homes)
    return found


def copy_sources(items: Iterable[tuple[Identity, object]]) -> Sources:
    """Finds the segments that are a copy among items as they are written."""
    found = {}
    for (kind, key), raw in items:
        source = raw.get("copy_of") if isinstance(raw, dict) else None
        if kind == "segment" and isinstance(source, str):
            found[key] = source
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
        return _broken(written, unknown_source(source, hint))
    try:
        merged = written_out(raw, home[1].raw)
    except NotCopied as error:
        return _broken(written, error)
    # The same object again spares compiling an unchanged copy.
    if written.copied is None or not written_alike(written.copied.raw, merged):
        written.copied = _with(written, merged, [])
    return written.copied


def _broken(written: WrittenItem, why: NotCopied) -> WrittenItem:
    fault = Fault((why.field,), why.message, at_key=why.field != "copy_of")
    return _with(written, written.raw, [fault])


def _with(written: WrittenItem, raw: object, faults: list[Fault]) -> WrittenItem:
    item = WrittenItem(written.kind, written.key, raw)
    item.faults = [*written.faults, *faults]
    return item
