"""A member set and the one before it: what they share, and what makes one of the other."""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from turnout.engine import MemberSet
from turnout.store import Damaged, Membership, NotFound, Transaction
from turnout.store.artifact_name import delta_name, set_name

_KEY_BYTES = 16

_log = logging.getLogger("turnout.control")


class Succession(NamedTuple):
    """What comes before a set that is to be made."""

    before: Membership | None
    former: Path | None
    """The set of before; None where there is none, it is in Redis, or it is not whole."""
    hash_key: bytes
    """The same for all sets of a segment."""

    @classmethod
    def of(cls, tx: Transaction, key: str, folder: Path) -> "Succession":
        """Reads it, and writes the set of before into a folder.

        Args:
            tx: Where it is kept.
            key: Of the segment.
            folder: For the file.
        """
        before = tx.memberships.of(key)
        if before is None:
            return cls(None, None, secrets.token_bytes(_KEY_BYTES))
        if before.shards:
            return cls(before, None, before.hash_key)
        return cls(before, _former(tx, before, folder / "former.set"), before.hash_key)

    def files(self, fresh: Path) -> Mapping[str, Path]:
        """Gives what is to be kept, by its name: a set, and a delta that leads to it if that pays.

        Args:
            fresh: The set that succeeds; the delta is written beside it.
        """
        after = MemberSet.open(fresh)
        files = {set_name(after.sha256): fresh}
        if self.former is None:
            return files
        before = MemberSet.open(self.former)
        if before.sha256 == after.sha256:
            return files
        path = fresh.with_suffix(".delta")
        delta = before.delta(after, path)
        if delta is not None and delta.size * 2 < after.size:
            files[delta_name(before.sha256, after.sha256)] = path
        return files


def bring(tx: Transaction, membership: Membership, path: Path) -> None:
    """Writes the set of a segment into a file.

    Raises:
        NotFound: The store does not have it.
        Damaged: It is not as it was written.
    """
    name, hashed = set_name(membership.sha256), hashlib.sha256()
    with path.open("wb") as file:
        for piece in tx.artifacts.pieces(name):
            hashed.update(piece)
            file.write(piece)
    if hashed.hexdigest() != membership.sha256:
        raise Damaged("artifact", name)


def _former(tx: Transaction, before: Membership, path: Path) -> Path | None:
    try:
        bring(tx, before, path)
        MemberSet.open(path)
    except (Damaged, NotFound, ValueError) as error:
        _log.error("the members of before are not whole, and a set is built anew: %s", error)
        return None
    return path
