"""What was released by one person alone, who must not bring it back alone either."""

from collections.abc import Sequence
from contextlib import suppress

from turnout.releases.baseline import NOTHING, Baseline
from turnout.releases.candidate import authors_of
from turnout.store import NotFound, Published, Transaction


def own_alone(tx: Transaction, wanted: Published) -> Sequence[str]:
    """Gives the items that who writes now changed in a snapshot that nobody else ever released.

    Such a snapshot is from a time when two persons did not have to be there. Where anybody else
    published its content, or went back to it, there are none.

    Args:
        tx: One that writes.
        wanted: The snapshot.
    """
    # Who evaluated members did not stand behind the rules that they are for.
    if wanted.members_of:
        with suppress(NotFound):
            wanted = tx.snapshots.get(wanted.members_of)
    alike = tx.snapshots.with_id(wanted.id)
    if any(one.publisher != tx.act.actor for one in alike):
        return ()
    first = alike[0]
    released = tx.audit.page(resource=f"snapshots/{first.revision}", limit=1)
    before = _before(tx, first.revision)
    authors = authors_of(tx, before, first.changed, until=released[0].number)
    return [name for name in first.changed if tx.act.actor in authors.get(name, ())]


def _before(tx: Transaction, revision: int) -> Baseline:
    """What a snapshot came after; where that is not kept any more, nothing."""
    try:
        return Baseline.load({}, tx.snapshots.versions(revision - 1))
    except NotFound:
        return NOTHING
