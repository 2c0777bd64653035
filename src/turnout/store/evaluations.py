"""Runs of queries over the members of segments: one of each at a time, and what became of it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Select, insert, literal_column, select, update

from turnout.store.audit import Audit
from turnout.store.errors import EvaluationEnded, EvaluationRunning, NotFound
from turnout.store.evaluation import (
    INTERRUPTED,
    LEASE,
    Evaluation,
    EvaluationOutcome,
    EvaluationState,
    evaluation_hash,
    evaluation_of,
    name_of_evaluation,
    summary_of_evaluation,
)
from turnout.store.item_pages import LIVE
from turnout.store.tables import evaluations, items
from turnout.store.texts import keepable

_COLUMNS = evaluations.c
# As a literal: an index of those that run is not used for a state that is told only later.
_IS_RUNNING = _COLUMNS.state == literal_column(f"'{EvaluationState.RUNNING}'")


class Evaluations:
    """Reads and writes evaluations; all but beats leave an event in the log.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def start(
        self,
        key: str,
        *,
        method: str = "EvaluateSegment",
        trigger: str = "hand",
        dry_run: bool = False,
    ) -> Evaluation:
        """Notes that an evaluation of a segment runs from now on; it has to beat.

        One whose lease ran out is ended first.

        Args:
            key: Of the segment.
            method: What was asked for; of one segment one runs, whatever it is.
            trigger: `hand` or `schedule`.
            dry_run: The members stay as they are.

        Raises:
            NotFound: There is no such segment.
            EvaluationRunning: Another one of it runs.
        """
        item_id, now = self._segment(key), self._audit.now
        for other in self.running():
            if other.item_id != item_id:
                continue
            if other.beat_at >= now - LEASE:
                raise EvaluationRunning(key, other.number)
            self._interrupt(other)
        number = self._audit.next_number
        started = Evaluation(
            number=number, segment=key, item_id=item_id, state=EvaluationState.RUNNING,
            method=method, dry_run=dry_run, trigger=trigger, actor=self._audit.act.actor,
            started_at=now, beat_at=now, ended_at=None, cancel_requested=False, version=number,
        )  # fmt: skip
        told = summary_of_evaluation(started)
        self._audit.record(started.name, None, told, evaluation_hash(started))
        self._connection.execute(insert(evaluations).values(vars(started)))
        return started

    def beat(self, number: int, rows: int = 0) -> bool:
        """Notes that one still runs; False: it has to stop, for it was cancelled or is over.

        Args:
            number: Of the evaluation.
            rows: That the query has given so far.
        """
        return beat(self._connection, self._audit.now, number, rows)

    def cancel(self, number: int) -> Evaluation:
        """Asks one to stop; what it is told at its next beat. One that is over stays as it is.

        Raises:
            NotFound: There is none.
        """
        known = self.get(number)
        if known.ended_at is not None or known.cancel_requested:
            return known
        return self._change(known, replace(known, cancel_requested=True))

    def finish(self, number: int, outcome: EvaluationOutcome) -> Evaluation:
        """Notes how one ended.

        What comes of it is to be written in the same transaction: one that was ended meanwhile,
        because its lease ran out, must change nothing any more.

        Raises:
            NotFound: There is none.
            EvaluationEnded: It is over already.
        """
        known = self.get(number)
        if known.ended_at is not None:
            raise EvaluationEnded(known.segment, number, known.failure_reason)
        told = vars(outcome) | {
            name: keepable(getattr(outcome, name)) for name in ("failure_reason", "failure_message")
        }
        return self._change(known, replace(known, **told, ended_at=self._audit.now))

    def interrupt(self, before: datetime) -> list[Evaluation]:
        """Ends as failed those that were heard of last before a moment; gives them as they are.

        Args:
            before: Usually `now - LEASE`.
        """
        return [self._interrupt(one) for one in self.running() if one.beat_at < before]

    def get(self, number: int) -> Evaluation:
        """Gives one.

        Raises:
            NotFound: There is none.
        """
        found = self._read(_by_number().where(_COLUMNS.number == number))
        if not found:
            raise NotFound("evaluation", str(number))
        return found[0]

    def running(self) -> list[Evaluation]:
        """Gives those that are not over, the newest first; of some the lease may have run out."""
        # Sorted here: asked to, a database may read all of them by number, and they are many.
        found = self._read(select(evaluations).where(_IS_RUNNING))
        return sorted(found, key=lambda one: one.number, reverse=True)

    def page(self, key: str = "", *, before: int = 0, limit: int = 100) -> list[Evaluation]:
        """Gives evaluations, the newest first.

        Args:
            key: Only of the segment of this key.
            before: Only those with a smaller number; 0: from the newest.
            limit: At most so many.
        """
        query = _by_number().limit(limit)
        if key:
            query = query.where(_COLUMNS.segment == key)
        if before:
            query = query.where(_COLUMNS.number < before)
        return self._read(query)

    def _segment(self, key: str) -> int:
        query = select(items.c.id).where(LIVE, items.c.kind == "segment", items.c.key == key)
        found: int | None = self._connection.execute(query).scalar()
        if found is None:
            raise NotFound("segment", key)
        return found

    def _read(self, query: Select[tuple[object, ...]]) -> list[Evaluation]:
        return [evaluation_of(row) for row in self._connection.execute(query).mappings()]

    def _interrupt(self, known: Evaluation) -> Evaluation:
        message = f"nothing was heard of it after {known.beat_at:%Y-%m-%d %H:%M:%S} UTC"
        return self._change(
            known,
            replace(
                known, state=EvaluationState.FAILED, ended_at=self._audit.now,
                failure_reason=INTERRUPTED, failure_message=message,
            ),
        )  # fmt: skip

    def _change(self, before: Evaluation, after: Evaluation) -> Evaluation:
        told = summary_of_evaluation(before), summary_of_evaluation(after)
        after = replace(after, version=self._audit.next_number)
        self._audit.record(name_of_evaluation(after.number), *told, evaluation_hash(after))
        changed = update(evaluations).where(_COLUMNS.number == after.number)
        self._connection.execute(changed.values(vars(after)))
        return after


def beat(connection: Connection, now: datetime, number: int, rows: int) -> bool:
    """See `Evaluations.beat`; needs no event, so that it may be done outside of a `Transaction`."""
    is_it = (_COLUMNS.number == number) & _IS_RUNNING
    connection.execute(update(evaluations).where(is_it).values(beat_at=now, rows=rows))
    asked = connection.execute(select(_COLUMNS.cancel_requested).where(is_it)).scalar()
    return asked is not None and not asked


def _by_number() -> Select[tuple[object, ...]]:
    return select(evaluations).order_by(_COLUMNS.number.desc())
