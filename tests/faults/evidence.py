"""Reads what a store holds, for the checks of a history."""

from faults.actors import MARKS, SOMEBODY, sighting
from faults.history import Event, Evidence, Held, Stored
from turnout.engine import Program
from turnout.store import Store

_PAGE = 500


class Reading:
    """Reads the store again and again; what a snapshot holds is looked at once.

    Args:
        url: Of the store.
    """

    def __init__(self, url: str):
        self._store = Store.open(url)
        self._looked_at = {}

    def close(self):
        self._store.close()

    def evidence(self) -> Evidence:
        """What it holds now, at one moment."""
        with self._store.read() as tx:
            verdict = tx.audit.verify()
            items = {f"{item.kind}s/{item.key}": item for item in tx.items.all()}
            return Evidence(
                events=list(reversed(list(_all_events(tx.audit)))),
                snapshots=[self._stored(tx, one) for one in reversed(list(_all_snapshots(tx)))],
                items={
                    name: Held(item.etag, item.body.get("description", ""))
                    for name, item in items.items()
                },
                broken="" if verdict.intact else verdict.message,
            )

    def _stored(self, tx, published):
        known = self._looked_at.get(published.seal)
        if known is None:
            known = self._looked_at[published.seal] = _look(tx, published)
        # The row is read each time: it, too, must stay as it was.
        values, fault = known
        return Stored(
            published.revision, published.id, published.seal, published.rollback_of,
            published.comment, values, fault,
        )  # fmt: skip


def _look(tx, published):
    """What decisions by a snapshot give, and why it is not whole."""
    sealed = tx.snapshots.sealed(published.revision)
    seen = sighting("the store", sealed)
    if seen.fault:
        return (), seen.fault
    if (seen.seal, seen.id, seen.revision) != (published.seal, published.id, published.revision):
        return (), f"its row tells of another one: {published}"
    program = Program(sealed)
    return tuple(program.decide(mark, SOMEBODY).value for mark in MARKS), ""


def _all_events(audit):
    before = 0
    while page := audit.page(before=before, limit=_PAGE):
        yield from (_event(one) for one in page)
        before = page[-1].number


def _event(one):
    after = one.after or {}
    mark = after.get("comment") or after.get("description") or ""
    return Event(one.number, one.method, one.resource, mark)


def _all_snapshots(tx):
    before = 0
    while page := tx.snapshots.page(before=before, limit=_PAGE):
        yield from page
        before = page[-1].revision
