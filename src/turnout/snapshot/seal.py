"""The seal of a snapshot: 8 bytes of magic, the SHA-256 of all that follows, and the message.

Standard library only: the serving process imports this. It has the data plane check what it
loads: `hashlib` brings a library along that is larger than all else that the process imports.
"""

# ruff: noqa: PLC0415 - hashlib, where it is used

MAGIC = b"TURNOUT\x01"
"""The first bytes of a sealed snapshot; the last of them is the version of the seal."""

_END = len(MAGIC) + 32  # of SHA-256


class NotSealed(ValueError):  # noqa: N818 - named for its situation
    """The bytes are no sealed snapshot, or were cut or changed."""


def seal(message: bytes) -> bytes:
    """Puts a seal before a serialised `turnout.snapshot.v1.Snapshot`."""
    import hashlib

    return MAGIC + hashlib.sha256(message).digest() + message


def seal_of(sealed: bytes) -> str:
    """Its checksum in hex, unchecked: equal for equal bytes."""
    return sealed[len(MAGIC) : _END].hex()


def message_of(sealed: bytes) -> memoryview:
    """The message, unchecked: it may have been cut or changed.

    Raises:
        NotSealed: It is something else.
    """
    if not sealed.startswith(MAGIC) or len(sealed) < _END:
        raise NotSealed("it is not a sealed snapshot of this version of turnout")
    return memoryview(sealed)[_END:]


def open_seal(sealed: bytes) -> memoryview:
    """Checks the magic and the checksum, and gives the message.

    Raises:
        NotSealed: It was cut or changed anywhere, or is something else.
    """
    import hashlib

    message = message_of(sealed)
    if hashlib.sha256(message).hexdigest() != seal_of(sealed):
        raise NotSealed("its checksum does not match: it was cut or changed")
    return message
