"""Carries out what is due: changes the item, then publishes, each exactly once."""

import logging
from collections.abc import Callable
from datetime import datetime

from turnout.control.errors import failure_of
from turnout.control.identity import Identities
from turnout.control.scheduling.actions import METHOD
from turnout.control.scheduling.doing import REFUSALS, Doing, caller_of
from turnout.control.scheduling.lapsing import require_still
from turnout.control.services.kinds import item_services
from turnout.control.services.releases import require_reach_of_release
from turnout.releases.errors import NeedsSecondPerson
from turnout.releases.releases import Releases
from turnout.store import (
    Act,
    ScheduledChange,
    ScheduleState,
    Store,
    Transaction,
    Unavailable,
)
from turnout.telemetry import fields

_log = logging.getLogger("turnout.control")


class Due:
    """Carries out what is due.

    Others may do the same on the same store: what is done is told from the row, in the transaction
    that does it.

    Args:
        store: Where it is.
        releases: What publishes.
        identities: Knows who may still.
        now: The clock; aware.
    """

    def __init__(
        self,
        store: Store,
        releases: Releases,
        identities: Identities,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._releases = releases
        self._identities = identities
        self._now = now
        self._doing = Doing(item_services(store, releases))

    def next(self) -> ScheduledChange | None:
        """Gives the first that is left to be done, however far away; None when none is.

        Raises:
            Unavailable: The store is gone.
        """
        with self._store.read() as tx:
            return tx.schedules.next()

    def due_at(self) -> datetime | None:
        """See `Timed`."""
        change = self.next()
        return None if change is None else change.due_at

    def do(self) -> None:
        """See `Timed`; of several that are due, the first."""
        change = self.next()
        if change is not None and change.due_at <= self._now():
            self.carry_out(change)

    def carry_out(self, change: ScheduledChange) -> None:
        """Does one that is due, and publishes it if that is wanted.

        Raises:
            Unavailable: The store is gone. What is left to do is in the store, and is done by
                another call.
        """
        try:
            if change.state is ScheduleState.PENDING:
                change = self._apply(change)
            if change.state is ScheduleState.APPLIED:
                self._publish(change)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not come again and again
            self._fail(change, error)

    def _apply(self, change: ScheduledChange) -> ScheduledChange:
        """Changes the item; gives what has become of it, whoever did it."""
        with self._store.write(Act(change.creator, METHOD)) as tx:
            change = tx.schedules.get(change.number)
            if change.state is not ScheduleState.PENDING:
                return change
            try:
                with tx.part():
                    self._refuse(tx, change)
                    self._doing.do(tx, change)
            except REFUSALS as error:
                change = _failed(tx, change, error)
            else:
                change = tx.schedules.apply(change)
        # What was not committed did not happen.
        self._tell(change)
        return change

    def _refuse(self, tx: Transaction, change: ScheduledChange) -> None:
        for actor in filter(None, (change.creator, change.approver)):
            require_still(tx, self._identities, actor, self._now())
        if self._releases.requires_second_person and change.publish and not change.approver:
            raise NeedsSecondPerson(change.creator, [change.item])

    def _publish(self, change: ScheduledChange) -> None:
        # Compiled before other writers have to wait for it.
        self._releases.prepare()
        with self._store.write(Act(change.approver or change.creator, METHOD)) as tx:
            change = tx.schedules.get(change.number)
            if change.state is not ScheduleState.APPLIED:
                return
            self._refuse(tx, change)
            before = tx.snapshots.current()
            comment = change.comment or f"{change.name} {change.step}".rstrip()
            approved = (change.creator, change.item)
            published = self._releases.publish_in(tx, comment, approved=approved)
            require_reach_of_release(tx, caller_of(change), before, published)
            tx.schedules.finish(change, published.revision)

    def _tell(self, change: ScheduledChange) -> None:
        if change.state is ScheduleState.FAILED:
            extra = fields(name=change.name, item=change.item, reason=change.failure_reason)
            _log.warning(
                "what was scheduled cannot be done: %s", change.failure_message, extra=extra
            )
            return
        late = round((self._now() - change.due_at).total_seconds(), 3)
        extra = fields(name=change.name, item=change.item, late_s=late)
        _log.info("did what was scheduled", extra=extra)

    def _fail(self, change: ScheduledChange, error: Exception) -> None:
        with self._store.write(Act(change.creator, METHOD)) as tx:
            change = tx.schedules.get(change.number)
            if change.ended_at is not None:
                return
            change = _failed(tx, change, error)
        self._tell(change)


def _failed(tx: Transaction, change: ScheduledChange, error: Exception) -> ScheduledChange:
    failure = failure_of(error)
    stands = "" if change.applied_at is None else "it is in the store, and was not published: "
    return tx.schedules.fail(change, failure.reason, f"{stands}{failure.message}")
