"""What a sealed snapshot says of itself, read without a protobuf library.

The header of its message holds the id and the revision. Standard library only: the serving process
imports this.
"""

from typing import NamedTuple

from turnout.snapshot.seal import NotSealed, message_of, seal_of

_HEADER, _ID, _REVISION = 1, 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class Sealed(NamedTuple):
    """What tells one sealed snapshot from another."""

    seal: str
    """Hex of the checksum: equal for equal bytes."""
    id: str
    """SHA-256 of the content, hex: equal for equal content, whoever published it."""
    revision: int
    """The counter of whoever published it."""


def read_sealed(sealed: bytes) -> Sealed:
    """Reads the header. The checksum is not looked at: bytes that were changed may say anything.

    Raises:
        NotSealed: It is something else, or its header cannot be read.
    """
    message = message_of(sealed)
    try:
        header = _field(message, _HEADER)
        view = header if isinstance(header, memoryview) else memoryview(b"")
        content_id, revision = _field(view, _ID), _field(view, _REVISION)
        text = bytes(content_id).decode() if isinstance(content_id, memoryview) else ""
    except (IndexError, ValueError) as error:
        raise NotSealed("its header cannot be read") from error
    return Sealed(seal_of(sealed), text, revision if isinstance(revision, int) else 0)


def _field(message: memoryview, wanted: int) -> int | memoryview | None:
    """The first field of that number; None when there is none."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        value: int | memoryview
        if kind == _VARINT:
            value, at = _varint(message, at)
        else:
            length, at = _length(message, at, kind)
            if length > len(message) - at:
                raise ValueError("a field is longer than its message")
            value, at = message[at : at + length], at + length
        if number == wanted:
            return value
    return None


def _length(message: memoryview, at: int, kind: int) -> tuple[int, int]:
    if kind == _BYTES:
        return _varint(message, at)
    if kind in {_FIXED32, _FIXED64}:
        return (4 if kind == _FIXED32 else 8), at
    raise ValueError("a field of no known kind")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of at most 64 bits, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number is longer than 64 bits")
