"""One number for a set of unit ids: the mixture of their hashes."""

import hashlib
from collections.abc import Iterable


def mixed(unit_ids: Iterable[str]) -> int:
    """Gives the exclusive or of the SHA-256 of ids.

    Adding an id and taking it out are the same step, in any order, so that of millions of units
    only this number has to be kept. An id that comes twice counts as none.
    """
    mixture = 0
    for unit_id in unit_ids:
        mixture ^= int.from_bytes(hashlib.sha256(unit_id.encode()).digest(), "big")
    return mixture


def to_text(mixture: int) -> str:
    """As the log tells it: 64 digits in hex."""
    return f"{mixture:064x}"


def from_text(text: str) -> int:
    """Reads what `to_text` wrote."""
    return int(text, 16)
