"""Imports members into a store, timed: from ids in memory to the acknowledged transaction."""

from __future__ import annotations

import random
import time
import uuid
from typing import TYPE_CHECKING, NamedTuple

from turnout.store import Act, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 50_000
"""Ids of a batch, as a stream of an import brings them."""

_HALF = 10
_ACT = Act("bench", "ImportMembers")


class Imported(NamedTuple):
    """One import."""

    rows: int
    seconds: float
    """Of all of it."""
    held_s: float
    """Of them, those in which nobody else could write."""

    @property
    def rows_s(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def import_members(url: str, rows: int, present: int = 0) -> Imported:
    """Imports random text ids of 20 bytes into a segment of its own, which is removed after it.

    Args:
        url: Of the store; its tables are made when there are none.
        rows: How many ids, each a new one.
        present: How many members the segment has before.
    """
    store, key = Store.open(url), f"imported-{uuid.uuid4()}"
    try:
        with store.write(_ACT) as tx:
            tx.items.create("segment", key, {"kind": "static"}, "active")
        if present:
            _append(store, key, random_ids(present, seed="present"))
        imported = _append(store, key, random_ids(rows, seed="imported"))
        with store.write(_ACT) as tx:
            assert tx.members.count(key) == rows + present
            tx.items.remove(tx.items.get("segment", key))
    finally:
        store.close()
    return imported


def random_ids(count: int, seed: str) -> list[str]:
    """Gives so many random ids of 20 bytes; the same for the same seed."""
    digits = random.Random(seed).randbytes(_HALF * count).hex()
    size = 2 * _HALF
    return [digits[at : at + size] for at in range(0, size * count, size)]


def _append(store: Store, key: str, unit_ids: list[str]) -> Imported:
    began = time.perf_counter()
    with store.write_with(_ACT, _batches(unit_ids)) as (tx, staged):
        had_turn = time.perf_counter()
        tx.members.append(key, staged)
    ended = time.perf_counter()
    return Imported(len(unit_ids), ended - began, ended - had_turn)


def _batches(unit_ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(unit_ids), AT_ONCE):
        yield unit_ids[at : at + AT_ONCE]
