"""What is to be done at a time, and what became of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select, update

from turnout.store.audit import Audit
from turnout.store.errors import NotFound
from turnout.store.row_hash import row_hash
from turnout.store.scheduled_change import (
    NewScheduledChange,
    ScheduledChange,
    ScheduleState,
    scheduled_of,
    summary_of_scheduled,
)
from turnout.store.tables import scheduled_changes
from turnout.store.texts import check_text

_COLUMNS = scheduled_changes.c


class Schedules:
    """Reads and writes scheduled changes; a write leaves an event in the log.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit
        self.has_new = False
        """Whether anything was written in this transaction."""

    def add(self, new: NewScheduledChange) -> ScheduledChange:
        """Keeps what is to be done.

        Raises:
            Invalid: A text is none that every database can keep.
        """
        check_text("step", new.step)
        check_text("comment", new.comment)
        due = self._audit.next_number
        change = ScheduledChange(
            **vars(new), number=due, creator=self._audit.act.actor, created_at=self._audit.now,
            state=ScheduleState.PENDING, approver="", applied_at=None, ended_at=None, revision=0,
            failure_reason="", failure_message="", version=due,
        )  # fmt: skip
        left = row_hash(scheduled_changes, vars(change))
        self._audit.record(change.name, None, summary_of_scheduled(change), left)
        self._connection.execute(insert(scheduled_changes).values(vars(change)))
        self.has_new = True
        return change

    def get(self, number: int) -> ScheduledChange:
        """Gives one.

        Raises:
            NotFound: There is none.
        """
        query = select(scheduled_changes).where(_COLUMNS.number == number)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("scheduled change", str(number))
        return scheduled_of(row)

    def page(
        self,
        *,
        after: tuple[datetime, int] | None = None,
        limit: int = 100,
        show_ended: bool = False,
        item: str = "",
        creator: str = "",
    ) -> list[ScheduledChange]:
        """Gives them by time, then in the order in which they were scheduled.

        Args:
            after: Only those behind this time and number.
            limit: At most so many.
            show_ended: Also those of which nothing is left to do.
            item: Only of this one.
            creator: Only of this one.
        """
        query = _by_time().limit(limit)
        if after is not None:
            due_at, number = after
            is_behind = or_(_COLUMNS.due_at > due_at, _COLUMNS.number > number)
            query = query.where(_COLUMNS.due_at >= due_at, is_behind)
        if not show_ended:
            query = query.where(_COLUMNS.ended_at.is_(None))
        for column, value in ((_COLUMNS.item, item), (_COLUMNS.creator, creator)):
            query = query.where(column == value) if value else query
        return [scheduled_of(row) for row in self._connection.execute(query)]

    def waiting_for(self, item: str) -> list[ScheduledChange]:
        """Gives those of an item that are pending, in the order in which they will be done."""
        is_pending = _COLUMNS.state == ScheduleState.PENDING
        query = _by_time().where(_COLUMNS.ended_at.is_(None), is_pending, _COLUMNS.item == item)
        return [scheduled_of(row) for row in self._connection.execute(query)]

    def waiting_count(self) -> int:
        """How many are left to be done."""
        query = select(func.count()).where(_COLUMNS.ended_at.is_(None))
        return self._connection.execute(query.select_from(scheduled_changes)).scalar_one()

    def next(self) -> ScheduledChange | None:
        """Gives the first that is left to be done, however far away; None when none is."""
        found = self.page(limit=1)
        return found[0] if found else None

    def newest_version(self) -> int:
        """Grows with every change of any; 0 when there is none."""
        return self._connection.execute(select(func.max(_COLUMNS.version))).scalar() or 0

    def approve(self, change: ScheduledChange) -> ScheduledChange:
        """Notes that who writes lets it be published."""
        return self._change(change, replace(change, approver=self._audit.act.actor))

    def apply(self, change: ScheduledChange) -> ScheduledChange:
        """Notes that the item is changed, and what is left to do: to publish it, or nothing."""
        now = self._audit.now
        applied = replace(change, state=ScheduleState.APPLIED, applied_at=now)
        if not change.publish:
            applied = replace(applied, state=ScheduleState.DONE, ended_at=now)
        return self._change(change, applied)

    def finish(self, change: ScheduledChange, revision: int) -> ScheduledChange:
        """Notes that it is current.

        Args:
            change: As it was read in this transaction.
            revision: Of the snapshot that it is in.
        """
        done = replace(change, state=ScheduleState.DONE, revision=revision)
        return self._change(change, replace(done, ended_at=self._audit.now))

    def fail(self, change: ScheduledChange, reason: str, message: str) -> ScheduledChange:
        """Notes that it cannot be done.

        Args:
            change: As it was read in this transaction.
            reason: For programs.
            message: For people.
        """
        failed = replace(change, failure_reason=reason, failure_message=message)
        failed = replace(failed, state=ScheduleState.FAILED, ended_at=self._audit.now)
        return self._change(change, failed)

    def cancel(self, change: ScheduledChange) -> ScheduledChange:
        """Notes that it is not wanted any more."""
        cancelled = replace(change, state=ScheduleState.CANCELLED, ended_at=self._audit.now)
        return self._change(change, cancelled)

    def _change(self, before: ScheduledChange, after: ScheduledChange) -> ScheduledChange:
        told = summary_of_scheduled(before), summary_of_scheduled(after)
        after = replace(after, version=self._audit.next_number)
        self._audit.record(after.name, *told, row_hash(scheduled_changes, vars(after)))
        changed = update(scheduled_changes).where(_COLUMNS.number == after.number)
        self._connection.execute(changed.values(vars(after)))
        self.has_new = True
        return after


def _by_time() -> Select[Any]:
    return select(scheduled_changes).order_by(_COLUMNS.due_at, _COLUMNS.number)
