"""The body of an item after an update, which leaves alone what was not changed."""

from typing import Any

from turnout.compiler.history import written_alike
from turnout.store import Item

Body = dict[str, Any]

_ABSENT = object()


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
