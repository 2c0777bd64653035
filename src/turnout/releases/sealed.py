"""Sealed snapshots, taken apart."""

from turnout.snapshot.seal import open_seal, seal_of
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.store import Damaged, Published, Transaction


def content_of(sealed: bytes) -> bytes:
    """The serialised content of a snapshot that the store kept.

    Raises:
        NotSealed: It is no sealed snapshot, or was changed in the store.
    """
    return pb.Snapshot.FromString(bytes(open_seal(sealed))).content


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
