"""Sealed snapshots, taken apart."""

import hashlib

from turnout.compiler.compiled import MAGIC
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Damaged, Published, Transaction

_SEAL_END = len(MAGIC) + hashlib.sha256().digest_size


def seal_of(sealed: bytes) -> str:
    """Its checksum in hex: equal for equal bytes."""
    return sealed[len(MAGIC) : _SEAL_END].hex()


def content_of(sealed: bytes) -> bytes:
    """The serialised content of a snapshot that the store kept.

    Raises:
        ValueError: It is no sealed snapshot, or was changed in the store.
    """
    message = sealed[_SEAL_END:]
    if not sealed.startswith(MAGIC) or hashlib.sha256(message).hexdigest() != seal_of(sealed):
        raise ValueError("the snapshot in the store does not have its checksum: it was changed")
    return pb.Snapshot.FromString(message).content


def read_published(tx: Transaction, published: Published) -> bytes:
    """The sealed bytes of a snapshot: those that were published, by the seal that the log has.

    A checksum of its own says that a snapshot is whole, not that it is this one.

    Raises:
        NotFound: It is there no longer.
        Damaged: It is another one, or damaged.
    """
    sealed = tx.snapshots.sealed(published.revision)
    if seal_of(sealed) != published.seal:
        raise Damaged("snapshot", str(published.revision))
    return sealed
