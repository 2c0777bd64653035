"""Holds the members that segments have against those that the log says were added and removed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from turnout.documents.names import item_name
from turnout.store import json_text
from turnout.store.item_pages import LIVE
from turnout.store.tables import items, members

MARK = '{"member_count":'
"""How the document of an event begins that tells of members."""


_AT_ONCE = 10_000


class LastMembers:
    """The members of each segment, as the log is read from its begin.

    A set is kept as one number, so that millions of units need no memory: the hashes of its units,
    each of which comes in and goes out by the same step.
    """

    def __init__(self) -> None:
        self._sets: defaultdict[str, int] = defaultdict(int)
        self._numbers: dict[str, int] = {}

    def read(self, number: int, resource: str, after: str | None) -> None:
        """Takes the next event."""
        if after is None:
            self._sets.pop(resource, None)
        elif after.startswith(MARK):
            told: Any = json_text.load(after)
            self._sets[resource] ^= _mixed(told.get("added", ()))
            self._sets[resource] ^= _mixed(told.get("removed", ()))
            self._numbers[resource] = number

    def first_other(self, connection: Connection) -> tuple[int, str] | None:
        """Gives the last event about a segment that has other members, and the segment's name."""
        found: defaultdict[str, int] = defaultdict(int)
        query = select(items.c.key, members.c.unit_id).where(LIVE, members.c.item_id == items.c.id)
        for key, unit_id in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
            found[item_name("segment", key)] ^= _mixed([unit_id])
        for name in sorted(found.keys() | self._sets.keys()):
            if found[name] != self._sets[name]:
                return self._numbers.get(name, 0), name
        return None


def _mixed(unit_ids: Iterable[str]) -> int:
    mixed = 0
    for unit_id in unit_ids:
        mixed ^= int.from_bytes(hashlib.sha256(unit_id.encode()).digest(), "big")
    return mixed
