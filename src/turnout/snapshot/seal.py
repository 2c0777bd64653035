"""The seal of a snapshot: 8 bytes of magic, the SHA-256 of all that follows, and the message.

Standard library only: the serving process imports this.
"""

import hashlib

MAGIC = b"TURNOUT\x01"
"""The first bytes of a sealed snapshot; the last of them is the version of the seal."""

_END = len(MAGIC) + hashlib.sha256().digest_size


class NotSealed(ValueError):  # noqa: N818 - named for its situation
    """The bytes are no sealed snapshot, or were cut or changed."""


def seal(message: bytes) -> bytes:
    """Puts a seal before a serialised `turnout.snapshot.v1.Snapshot`."""
    return MAGIC + hashlib.sha256(message).digest() + message


def seal_of(sealed: bytes) -> str:
    """Its checksum in hex, unchecked: equal for equal bytes."""
    return sealed[len(MAGIC) : _END].hex()


def open_seal(sealed: bytes) -> memoryview:
    """Checks the magic and the checksum, and gives the message.

    Raises:
        NotSealed: It was cut or changed anywhere, or is something else.
    """
    if not sealed.startswith(MAGIC) or len(sealed) < _END:
        raise NotSealed("it is not a sealed snapshot of this version of turnout")
    message = memoryview(sealed)[_END:]
    if hashlib.sha256(message).hexdigest() != seal_of(sealed):
        raise NotSealed("its checksum does not match: it was cut or changed")
    return message
