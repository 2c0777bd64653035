"""Changes the members of a static segment: by a query, or by those of another segment."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from turnout.control.evaluating.footing import Footing
from turnout.control.evaluating.means import Means, persistently
from turnout.control.evaluating.replacing import require_no_shrink
from turnout.control.evaluating.run import CANCELLED, NotTaken, Run
from turnout.engine import MemberSet
from turnout.releases.succession import bring
from turnout.segments.evaluating import unit_ids
from turnout.store import (
    Act,
    EvaluationOutcome,
    EvaluationState,
    Item,
    MemberCounts,
    Staged,
    Transaction,
)

Change = Callable[[Transaction, str, Staged], MemberCounts]
"""Does to the members of a segment, by its key, what is to be done with the staged ids."""


def append(tx: Transaction, key: str, staged: Staged) -> MemberCounts:
    """Adds them."""
    return tx.members.append(key, staged)


def replace(tx: Transaction, key: str, staged: Staged) -> MemberCounts:
    """Puts them in the place of those that are there."""
    return tx.members.replace(key, staged)


def replace_guarded(tx: Transaction, key: str, staged: Staged) -> MemberCounts:
    """Puts them in the place of those that are there, unless they are far fewer.

    Raises:
        NotTaken: They are.
    """
    counts = replace(tx, key, staged)
    former = counts.count - counts.added + counts.removed
    require_no_shrink(former, counts.count)
    return counts


def take_out(tx: Transaction, key: str, staged: Staged) -> MemberCounts:
    """Takes them out."""
    return tx.members.take_out(key, staged)


class Changing:
    """One change of many members; see `Work`.

    Args:
        means: What to work with.
        footing: The segment, and the query whose result it is.
        act: On whose behalf.
        change: What becomes of the ids.
    """

    def __init__(self, means: Means, footing: Footing, act: Act, change: Change) -> None:
        self._means, self._footing, self._act = means, footing, act
        self._change = change

    def do(self, run: Run, folder: Path) -> None:
        """See `Work`."""
        counted, dry = _Counted(self.ids(run, folder), run), run.evaluation.dry_run
        store = self._means.store
        with store.write_with(self._act, counted, validate_only=dry) as (tx, staged):
            self.prepare(tx, run)
            counts = self._change(tx, self._footing.segment.key, staged)
            if not dry:
                self.finish(tx, run, counted.rows, counts)
        if dry:
            self.tell(run, counted.rows, counts)

    def tell(self, run: Run, rows: int, counts: MemberCounts) -> None:
        """Notes what a change would have come to that was taken back."""

        def write() -> None:
            with self._means.store.write(self._act) as tx:
                self.finish(tx, run, rows, counts)

        persistently(write)

    def prepare(self, tx: Transaction, run: Run) -> None:
        """Lets it be written that was prepared.

        Raises:
            NotTaken: It is not wanted any more, or of something else.
        """
        if tx.evaluations.get(run.number).cancel_requested:
            run.stop(CANCELLED)
        run.check()
        self._footing.require_same(tx)

    @staticmethod
    def finish(tx: Transaction, run: Run, rows: int, counts: MemberCounts) -> None:
        """Notes that it is done."""
        outcome = EvaluationOutcome(
            state=EvaluationState.SUCCEEDED, rows=rows, count=counts.count, added=counts.added,
            removed=counts.removed,
        )  # fmt: skip
        tx.evaluations.finish(run.number, outcome)

    def ids(self, run: Run, folder: Path) -> Iterator[Sequence[str]]:
        """Gives the ids, many at a time."""
        raise NotImplementedError


class ByQuery(Changing):
    """By the result of a query.

    Args:
        means: What to work with.
        footing: The segment, and the query.
        act: On whose behalf.
        change: What becomes of the ids.
        parameters: Values that stand over those of the query.
    """

    def __init__(
        self,
        means: Means,
        footing: Footing,
        act: Act,
        change: Change,
        parameters: Mapping[str, Any],
    ) -> None:
        super().__init__(means, footing, act, change)
        self._parameters = parameters

    def ids(self, run: Run, folder: Path) -> Iterator[Sequence[str]]:  # noqa: ARG002 - as of all
        """Gives what the query finds."""
        assert self._footing.query is not None  # noqa: S101 - who makes it has read it
        runner, statement = self._means.asking(self._footing.query, self._parameters)
        yield from unit_ids(runner, statement, run.progress)


class Subtracting(Changing):
    """Takes the members of a dynamic segment out.

    Args:
        means: What to work with.
        segment: Whose members are taken out.
        other: Those that are.
        act: On whose behalf.
    """

    def __init__(self, means: Means, segment: Item, other: Item, act: Act) -> None:
        super().__init__(means, Footing(segment), act, take_out)
        self._other = other

    def ids(self, run: Run, folder: Path) -> Iterator[Sequence[str]]:  # noqa: ARG002 - as of all
        """Gives those that both have: hashed members cannot be listed, but asked for."""
        with self._means.store.read() as tx:
            membership = tx.memberships.of(self._other.key)
            if membership is None:
                text = f"segment `{self._other.key}` has no members yet: evaluate it first"
                raise NotTaken("NOT_EVALUATED", text)
            path = folder / "subtrahend.set"
            bring(tx, membership, path)
            others = MemberSet.open(path)
            for batch in tx.members.batches(self._footing.segment.key):
                yield [one for one in batch if others.contains(one)]


class SubtractingStatic(Changing):
    """Takes the members of a static segment out; see `Subtracting`."""

    def __init__(self, means: Means, segment: Item, other: Item, act: Act) -> None:
        super().__init__(means, Footing(segment), act, take_out)
        self._other = other

    def do(self, run: Run, folder: Path) -> None:  # noqa: ARG002 - as of all
        """See `Work`."""
        dry = run.evaluation.dry_run
        with self._means.store.write(self._act, validate_only=dry) as tx:
            self.prepare(tx, run)
            counts = tx.members.take_out_segment(self._footing.segment.key, self._other.key)
            rows = tx.members.count(self._other.key)
            if not dry:
                self.finish(tx, run, rows, counts)
        if dry:
            self.tell(run, rows, counts)


class _Counted:
    """Batches that are counted on their way, and end when the run is to stop."""

    def __init__(self, batches: Iterator[Sequence[str]], run: Run) -> None:
        self._batches, self._run = batches, run
        self.rows = 0

    def __iter__(self) -> Iterator[Sequence[str]]:
        for batch in self._batches:
            self.rows += len(batch)
            self._run.progress(self.rows)
            self._run.check()
            yield batch
