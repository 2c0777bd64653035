"""Reads which members a store holds, for the checks of a history."""

from pathlib import Path

from faults.member_history import Held, MemberEvidence
from turnout.engine import MemberSet, named_member_sets
from turnout.store import Store


class MemberReading:
    """Reads the store again and again.

    Args:
        url: Of the store.
        folder: For the sets that are looked at.
        runs: Folders of the files of runs.
    """

    def __init__(self, url: str, folder: Path, runs):
        self._store = Store.open(url)
        self._folder = folder
        self._runs = runs

    def close(self):
        self._store.close()

    def evidence(self, history) -> MemberEvidence:
        """What it holds now, at one moment; nothing runs."""
        with self._store.read() as tx:
            verdict = tx.audit.verify()
            found = MemberEvidence(broken="" if verdict.intact else verdict.message)
            named = self._named(tx)
            for item in tx.items.page("segment"):
                if item.body["kind"] == "static":
                    ids = (one for batch in tx.members.batches(item.key) for one in batch)
                    found.lists[item.name] = frozenset(ids)
                elif (membership := tx.memberships.of(item.key)) is not None:
                    wanted = history.wanted.get(membership.evaluation, ())
                    found.sets[item.name] = self._held(tx, membership, wanted, named)
            for one in _all(tx):
                found.states[one.number] = (str(one.state), one.failure_reason)
                if one.state == "succeeded":
                    found.newest.setdefault(f"segments/{one.segment}", one.number)
        found.left = [str(path) for folder in self._runs for path in folder.glob("*")]
        return found

    def _held(self, tx, membership, wanted, named):
        path = self._folder / f"{membership.sha256}.set"
        try:
            path.write_bytes(b"".join(tx.artifacts.pieces(path.name)))
            held = MemberSet.open(path)
            missing = sum(not held.contains(one) for one in wanted)
            in_snapshot = membership.sha256 in named
            return Held(membership.evaluation, len(held), missing, "", in_snapshot)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return Held(membership.evaluation, 0, 0, repr(error))
        finally:
            path.unlink(missing_ok=True)

    @staticmethod
    def _named(tx):
        current = tx.snapshots.current()
        if current is None:
            return set()
        return {one.sha256 for one in named_member_sets(tx.snapshots.sealed(current.revision))}


def _all(tx):
    before = 0
    while page := tx.evaluations.page(before=before, limit=500):
        yield from page
        before = page[-1].number
