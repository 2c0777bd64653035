"""The body of an item after an update: what is as it was, and what says the same in other words."""

from typing import Any

from turnout.compiler.history import written_alike
from turnout.compiler.shares import read_share
from turnout.store import Item

Body = dict[str, Any]

_ABSENT = object()
_LEFT_OUT = {"kind": "rule", "unit": "user", "control": "control"}
"""What is meant where a field is not written; a salt is the key then."""


def merged(item: Item, before: Body, after: Body) -> Body:
    """Puts what an update changed into the body that the store has.

    A field that is the same in both messages stays as it was written, byte by byte: a message
    leaves out what is the default, and has no order of fields in conditions.

    Args:
        item: With the body that the store has.
        before: What the message of the item says.
        after: What the message with the update says.
    """
    body: Body = {}
    for name in [*item.body, *(name for name in after if name not in item.body)]:
        then, now = before.get(name, _ABSENT), after.get(name, _ABSENT)
        if now is then or written_alike(now, then):
            now = item.body.get(name, _ABSENT)
        if now is not _ABSENT:
            body[name] = now
    return body


def means_the_same(key: str, field: str, before: Body, after: Body) -> bool:
    """Whether a field of an item says the same in both bodies, be it written or left out.

    Example:
        >>> means_the_same("e", "salt", {}, {"salt": "e"})
        True
        >>> means_the_same("h", "share", {"share": "5%"}, {"share": "5.0%"})
        True
    """
    return _meaning(key, field, before) == _meaning(key, field, after)


def _meaning(key: str, field: str, body: Body) -> object:
    value = body.get(field)
    if value is None:
        return key if field == "salt" else _LEFT_OUT.get(field)
    if field != "share":
        return value
    try:
        return read_share(value)
    except ValueError:
        return value  # the check says what is wrong
