"""Holds the members that segments have against those that the log says were added and removed."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from turnout.documents.names import item_name
from turnout.store import json_text
from turnout.store.item_pages import LIVE
from turnout.store.mixed import from_text, mixed
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
            self._sets[resource] = _after(self._sets[resource], json_text.load(after))
            self._numbers[resource] = number

    def first_other(self, connection: Connection) -> tuple[int, str] | None:
        """Gives the last event about a segment that has other members, and the segment's name."""
        found: defaultdict[str, int] = defaultdict(int)
        names = {
            row.id: item_name("segment", row.key)
            for row in connection.execute(select(items.c.id, items.c.key).where(LIVE))
        }
        for item_id, unit_ids in _members(connection):
            found[names.get(item_id, f"members of {item_id}")] ^= mixed(unit_ids)
        for name in sorted(found.keys() | self._sets.keys()):
            if found[name] != self._sets[name]:
                return self._numbers.get(name, 0), name
        return None


def _after(mixture: int, told: Any) -> int:  # noqa: ANN401 - a document
    """What the members are mixed to behind an event; see `member_changes`."""
    if "members_mixed" in told:
        return from_text(told["members_mixed"])
    for what in ("added", "removed"):
        mixture ^= mixed(told.get(what, ()))
        mixture ^= from_text(told.get(f"{what}_mixed", "0"))
    return mixture


def _members(connection: Connection) -> Iterator[tuple[int, list[str]]]:
    """Every row, in lists of one segment each; a segment may come again."""
    query = select(members.c.item_id, members.c.unit_id).execution_options(yield_per=_AT_ONCE)
    for rows in connection.execute(query).partitions():
        for item_id, of_it in groupby(rows, key=lambda row: row.item_id):
            yield item_id, [row.unit_id for row in of_it]
