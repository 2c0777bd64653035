"""What a run stands on: the segment and the query as they were when it began."""

from typing import Any, NamedTuple

from turnout.control.evaluating.run import NotTaken
from turnout.store import Item, Transaction

STALE = "STALE"
"""What the result is of is not there any more."""

_SEGMENT_PARTS = ("kind", "unit", "query", "parameters", "exact_ids", "lookup")
_QUERY_PARTS = ("connection", "sql", "template", "id_column", "parameters", "limit", "timeout")


class Footing(NamedTuple):
    """A segment whose members are changed, and what changes them."""

    segment: Item
    query: Item | None = None
    """Of those that run one."""

    def require_same(self, tx: Transaction, *, scheduled: bool = False) -> None:
        """Lets a result be taken that is of what is in the store now.

        Args:
            tx: The transaction that takes it.
            scheduled: The run came at its time: a segment that was paused meanwhile keeps its
                members.

        Raises:
            NotTaken: It is of something else.
        """
        segment = self._same(tx, self.segment, _SEGMENT_PARTS)
        if segment.status == "archived":
            raise _stale(segment, "was archived")
        if segment.status == "draft" and self.segment.status != "draft":
            raise _stale(segment, "was made a draft")
        if scheduled and segment.status == "paused":
            raise _stale(segment, "was paused")
        if self.query is not None:
            self._same(tx, self.query, _QUERY_PARTS)

    def _same(self, tx: Transaction, before: Item, parts: tuple[str, ...]) -> Item:
        item = tx.items.find(before.kind, before.key)
        if item is None or item.id != before.id:
            raise _stale(before, "was removed")
        if _of(item, parts) != _of(before, parts):
            raise _stale(before, "was changed")
        return item


def _of(item: Item, parts: tuple[str, ...]) -> list[Any]:
    return [item.body.get(part) for part in parts]


def _stale(item: Item, what: str) -> NotTaken:
    text = f"{item.kind} `{item.key}` {what} meanwhile: the members stay as they are, run it again"
    return NotTaken(STALE, text)
