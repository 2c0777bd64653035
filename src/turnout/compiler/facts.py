"""Facts about what a unit did: attributes whose names say what is counted or measured.

The name is the same however the document orders or spells it, so that whoever supplies the value
can build it too.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from turnout.compiler.operands import OperandRefused
from turnout.compiler.text import is_text
from turnout.documents.conditions import EventDocument
from turnout.documents.problem import clip, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

MEASURES = ("count", "sum", "min", "max", "avg", "first_at", "last_at")
"""What can be told about the events of one name."""

_OF_A_PROPERTY = frozenset({"sum", "min", "max", "avg"})
_DATES = frozenset({"first_at", "last_at"})
_ZERO = frozenset({"count", "sum"})
_PLAIN = re.compile(r"[\w.:/-]+")
_WINDOW = re.compile(r"\s*last\s+([0-9]{1,5})\s+days?\s*", re.IGNORECASE)
_EXACT = 2**53


class Fact(NamedTuple):
    """An attribute that stands for events."""

    name: str
    """For example `event.count(purchase, last 30 days)`."""
    kind: str
    """The type that it is compared as."""
    no_events: pb.NoEvents
    """What a source gives that was reached and has none."""


def read_fact(written: EventDocument) -> Fact:
    """Reads `{count: purchase, window: last 30 days}`.

    Raises:
        OperandRefused: It says nothing, or more than one thing.
    """
    measures = [name for name in MEASURES if getattr(written, name) is not None]
    if len(measures) != 1:
        listed = ", ".join(f"`{name}`" for name in MEASURES)
        raise OperandRefused(f"an event needs one of {listed}: write `{{count: EVENT}}`")
    measure = measures[0]
    parts = [_word(getattr(written, measure), measure)]
    if measure in _OF_A_PROPERTY:
        if written.property is None:
            message = (
                f"`{measure}` needs a `property`: write `{{{measure}: EVENT, property: NAME}}`"
            )
            raise OperandRefused(message, measure)
        parts.append(_word(written.property, "property"))
    elif written.property is not None:
        raise OperandRefused(f"`property` has no place beside `{measure}`", "property")
    if written.where is not None:
        parts.append(f"where {_where(written.where)}")
    if written.window is not None:
        parts.append(_window(written.window, written.rolling))
    elif written.rolling:
        raise OperandRefused("`rolling` has no meaning without `window`", "rolling")
    zero = pb.NO_EVENTS_ZERO if measure in _ZERO else pb.NO_EVENTS_UNSET
    kind = "datetime" if measure in _DATES else "number"
    return Fact(f"event.{measure}({', '.join(parts)})", kind, zero)


def _word(text: str, field: str) -> str:
    if not is_text(text):
        raise OperandRefused("must be text that UTF-8 can hold", field)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _window(written: str, rolling: bool) -> str:
    found = _WINDOW.fullmatch(written)
    if not found:
        message = f"`{clip(written)}` is no window: write `last 30 days`"
        raise OperandRefused(message, "window")
    days = int(found[1])
    if rolling and not days:
        raise OperandRefused("a rolling window of 0 days is empty: give it days", "window")
    return f"last {days} {'day' if days == 1 else 'days'}{' rolling' if rolling else ''}"


def _where(written: Mapping[str, Any]) -> str:
    if not written:
        raise OperandRefused("`where` is empty: name a property, or remove it", "where")
    found = {name: _wanted(name, written[name]) for name in sorted(written)}
    if not all(is_text(name) for name in found):
        raise OperandRefused("must be text that UTF-8 can hold", "where")
    return _json(found)


def _wanted(name: str, written: object) -> object:
    """A value, or any of several: each once, in one order."""
    if not isinstance(written, list):
        return _scalar(name, written)
    if not written:
        raise OperandRefused(f"`{clip(name)}` has no value: give at least one", "where", name)
    several = {_json(one): one for one in (_scalar(name, one) for one in written)}
    return next(iter(several.values())) if len(several) == 1 else [
        several[text] for text in sorted(several)
    ]  # fmt: skip


def _scalar(name: str, written: object) -> object:
    fits = isinstance(written, bool | int) or (isinstance(written, str) and is_text(written))
    if isinstance(written, float) and abs(written) < _EXACT:
        return int(written) if written.is_integer() else written
    if not fits:
        message = f"text, a number or a boolean is compared here, not {describe(written)}"
        raise OperandRefused(message, "where", name)
    return written


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
