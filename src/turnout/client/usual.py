"""The usual request and the usual answer, read and written without a message object in between.

The general way of `calls` and `messages` takes half of a call's time. What is not usual is left to
it; that both say and read the same is held by a property in the tests.
"""

import struct
from typing import Any, TypeAlias

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError

from turnout import results
from turnout.v1 import decision_pb2

MAX_KNOWN = 1024
"""Decisions that are remembered by their bytes; each has fewer than 130."""

# A length below 128 is one byte, and one character of ASCII; a longer one raises IndexError.
_BYTE = tuple(map(chr, range(128)))
_pack_double = struct.Struct("<d").pack
_new = tuple.__new__
_read_age = Duration.FromString

_Known: TypeAlias = tuple[str, str | None, object, tuple[object, ...]]


def key_and_context(key: str, context: results.Context | None) -> bytes | None:
    """The message `{1: key, 2: context}`; nothing when a part of it is not usual.

    Usual is a context of an id and a dict of attributes, all text short and ASCII, all values
    `str`, `int`, `float`, `bool` or `None`.
    """
    if type(context) is not results.Context or type(key) is not str:
        return None
    unit_id, attributes, units, unknown, partial, assignments, events_reached = context
    unusual = units or unknown or partial or assignments or events_reached
    if unusual or type(attributes) is not dict or type(unit_id) is not str:
        return None
    byte = _BYTE
    try:
        start = f"\n{byte[len(key)]}{key}\x12"
        text, numbers = _unit_and_attributes(unit_id, attributes)
        if not numbers and len(text) < 128:
            return f"{start}{byte[len(text)]}{text}".encode("ascii")
        whole = text.encode("ascii") + numbers.encode("latin-1")
        length = len(whole)
        if length >= 1 << 14:
            return None
        return b"%b%c%c%b" % (start.encode("ascii"), length & 127 | 128, length >> 7, whole)
    except (IndexError, ValueError, OverflowError):
        return None  # the general way says what is wrong, if anything is


def _unit_and_attributes(unit_id: str, attributes: dict[str, Any]) -> tuple[str, str]:
    """A context as text that should be ASCII, and the attributes that have bytes above it."""
    byte = _BYTE
    numbers = ""
    text = f"\n{byte[len(unit_id)]}{unit_id}"
    for name, value in attributes.items():
        if type(name) is not str:
            raise ValueError
        size = len(name)
        kind = type(value)
        if kind is str:
            length = len(value)
            text += (
                f"\x1a{byte[size + length + 6]}\n{byte[size]}{name}"
                f"\x12{byte[length + 2]}\x12{byte[length]}{value}"
            )
        elif kind is int and 0 <= value < 128:
            text += f"\x1a{byte[size + 6]}\n{byte[size]}{name}\x12\x02\x18{byte[value]}"
        elif kind is bool:
            text += f"\x1a{byte[size + 6]}\n{byte[size]}{name}\x12\x02\x28{byte[value]}"
        elif value is None:
            text += f"\x1a{byte[size + 6]}\n{byte[size]}{name}\x12\x02\x08\x00"
        elif name.isascii():
            number = _number(kind, value)
            numbers += (
                f"\x1a{byte[size + len(number) + 4]}\n{byte[size]}{name}"
                f"\x12{byte[len(number)]}{number}"
            )
        else:
            raise ValueError
    return text, numbers


def _number(kind: type, value: Any) -> str:  # noqa: ANN401 - `kind` is its type
    """A value with bytes above ASCII, a character a byte."""
    if kind is float:
        return "\x21" + _pack_double(value).decode("latin-1")
    if kind is not int or not 0 <= value < 1 << 63:
        raise ValueError
    digits = "\x18"
    while value > 127:
        digits += chr(value & 127 | 128)
        value >>= 7
    return digits + chr(value)


class DecideAnswers:
    """Reads answers of `Decide` that differ from earlier ones in the snapshot's age alone.

    A server has few different decisions to give, and they are immutable but for lists and dicts
    as values: their fields are kept by their bytes. Threads may share one.
    """

    __slots__ = ("_known", "_references")

    def __init__(self) -> None:
        self._known: dict[bytes, _Known] = {}
        # By the length of a reference: all of it up to the age, and what that says.
        self._references: dict[int, tuple[bytes, str, int]] = {}

    def read(self, body: bytes, default: object) -> results.Decision | None:
        """The decision, if such an answer was `learn`ed from."""
        try:
            # The tag and the length of the decision are part of what is known, and those of the
            # reference and its age too: nothing else has room in the body.
            end = body[1] + 2
            key, variant, value, rest = self._known[body[:end]]
            start, snapshot_id, revision = self._references[len(body) - end]
            if not body.startswith(start, end):
                return None
            age = _read_age(body[end + len(start) :])
        except (KeyError, IndexError, DecodeError):
            return None
        seconds = age.seconds + age.nanos / 1e9
        snapshot = _new(results.SnapshotRef, (snapshot_id, revision, seconds, False))
        if variant is None:
            value = default
        return _new(results.Decision, (key, variant, value, *rest, snapshot))

    def learn(self, body: bytes, decision: results.Decision) -> None:
        """Remembers what an answer has in common with later ones, if it is a usual one."""
        key, variant, value, *rest, snapshot = decision
        if decision.assignments_to_persist:
            return  # said once
        if len(body) < 2 or body[0] != 0x0A or body[1] > 127 or snapshot.stale:
            return
        end = body[1] + 2
        length = len(body) - end - 2
        reference = decision_pb2.SnapshotReference(id=snapshot.id, revision=snapshot.revision)
        before_age = reference.SerializeToString() + b"\x1a"
        age_length = length - len(before_age) - 1
        if length > 127 or age_length < 0:
            return
        start = b"\x12%c%b%c" % (length, before_age, age_length)
        if not body.startswith(start, end):
            return
        self._references[len(body) - end] = start, snapshot.id, snapshot.revision
        if variant is None:
            value = None
        elif isinstance(value, list | dict):
            return
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[body[:end]] = key, variant, value, tuple(rest)
