"""Three-way merge of an item: what its document changed is taken over, others' changes stay."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from turnout.compiler.history import written_alike

Body = Mapping[str, Any]
"""An item as documents write it."""


class Conflict(NamedTuple):
    """A field that the document and the store changed, each in its way."""

    field: str
    in_documents: object
    """None: the document has no such field any more."""
    in_store: object
    """None: the store has no such field any more."""


class Merged(NamedTuple):
    """What an item comes to, with the document's value wherever there is a conflict."""

    body: dict[str, Any]
    conflicts: tuple[Conflict, ...]


class _Absent:
    """No such field; `null` is a value."""


_ABSENT = _Absent()


def merge(base: Body, document: Body, stored: Body, *, standing: Body) -> Merged:
    """Merges field by field; the order of fields is the document's, then the store's.

    Args:
        base: The document when it was applied last; empty at the first time.
        document: The document now.
        stored: What the store holds.
        standing: Fields that the store has without anybody having written them, such as the status
            of a new item: with these values they are as good as absent.

    Example:
        >>> base, stored = {"default": "off"}, {"default": "off", "description": "by hand"}
        >>> merge(base, {"default": "on"}, stored, standing={}).body
        {'default': 'on', 'description': 'by hand'}
    """
    body: dict[str, Any] = {}
    conflicts = []
    for field in [*document, *(name for name in stored if name not in document)]:
        before, wanted, found = (_field(side, field) for side in (base, document, stored))
        theirs = _ABSENT if _alike(found, _field(standing, field)) else found
        if _alike(wanted, before) or _holds(field, found, wanted):
            kept = found
        else:
            kept = wanted
            if not (_holds(field, theirs, before) or _holds(field, found, before)):
                conflicts.append(Conflict(field, _or_none(wanted), _or_none(found)))
        if kept is not _ABSENT:
            body[field] = kept
    return Merged(body, tuple(conflicts))


def _field(side: Body, field: str) -> object:
    return side.get(field, _ABSENT)


def _or_none(value: object) -> object:
    return None if value is _ABSENT else value


def _holds(field: str, found: object, written: object) -> bool:
    """Whether the store holds what was written, and no more than what it adds itself."""
    if field == "rules" and isinstance(found, list) and isinstance(written, list):
        found = _without_added_ranges(found, written)
    return _alike(found, written)


def _alike(one: object, other: object) -> bool:
    return written_alike(one, other)


def _without_added_ranges(found: list[Body], written: list[Body]) -> list[Body]:
    """Without the slots that the store noted at a split: nobody has to write them."""
    if len(found) != len(written):
        return found
    return [
        rule if "ranges" in as_written else {name: rule[name] for name in rule if name != "ranges"}
        for rule, as_written in zip(found, written, strict=True)
    ]
