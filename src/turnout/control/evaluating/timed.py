"""Evaluations at the times that segments say."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from turnout.compiler.durations import read_duration
from turnout.control.credentials import ITSELF
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.starting import BY_SCHEDULE, Started, start_evaluation
from turnout.control.failures import FailedPrecondition
from turnout.segments.failures import BadSchedule
from turnout.segments.timetable import Timetable
from turnout.store import Act, Evaluation, EvaluationRunning, Item, NotFound, Transaction
from turnout.telemetry import fields

LATEST = timedelta(minutes=5)
"""What is later than this is not done any more: the next time will do."""

_ACT = Act(ITSELF, "EvaluateSegment")
_WORDS = ("schedule", "zone", "jitter")

_log = logging.getLogger("turnout.control")


class _Plan(NamedTuple):
    """When a segment is evaluated."""

    written: tuple[object, ...]
    """What it says of it."""
    timetable: Timetable
    due_at: datetime | None
    """None: never again."""


class TimedEvaluations:
    """Starts the evaluation of each active segment at its times.

    Nothing is caught up with: times are those after it was begun, or after a segment was changed
    so that it has others. Several may do the same on one store: of each time one evaluation comes.

    Args:
        evaluator: Carries out what is started.
        now: The clock; aware.
    """

    def __init__(
        self, evaluator: Evaluator, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._evaluator = evaluator
        self._store = evaluator.means.store
        self._now = now
        self._head = -1
        self._zone = ""
        self._items: dict[str, Item] = {}
        self._plans: dict[str, _Plan] = {}

    def due_at(self) -> datetime | None:
        """Gives the first time that comes.

        Raises:
            Unavailable: The store is gone.
        """
        self._follow()
        return min((due for _, due in self._due()), default=None)

    def do(self) -> None:
        """Starts what is due, or says why not.

        Raises:
            Unavailable: The store is gone: it is still due.
        """
        for key, due in sorted(self._due(), key=lambda one: one[1]):
            if due <= self._now():
                self._start(key, due)
                plan = self._plans[key]
                self._plans[key] = plan._replace(due_at=plan.timetable.next(self._now()))

    def _due(self) -> list[tuple[str, datetime]]:
        plans = self._plans.items()
        return [(key, plan.due_at) for key, plan in plans if plan.due_at is not None]

    # What segments say.

    def _follow(self) -> None:
        with self._store.read() as tx:
            newest = tx.audit.page(limit=1)
            head = newest[0].number if newest else 0
            if head == self._head:
                return
            changed = {item.key: item for item in _segments(tx, self._head)}
            gone = {key for kind, key in tx.items.removed_since(self._head) if kind == "segment"}
            zone = str(tx.workspace.get().body.get("timezone") or "UTC")
        for key in gone:
            self._items.pop(key, None)
        for key, item in changed.items():
            self._items.pop(key, None)
            if _is_timed(item):
                self._items[key] = item
        again = changed if zone == self._zone else self._items
        self._head, self._zone = head, zone
        for key in {*gone, *again}:
            self._plan(key)

    def _plan(self, key: str) -> None:
        item = self._items.get(key)
        if item is None:
            self._plans.pop(key, None)
            return
        body = item.body
        zone = str(body.get("zone") or self._zone)
        written = (item.id, zone, *(body.get(word) for word in _WORDS))
        known = self._plans.get(key)
        if known is not None and known.written == written:
            return
        try:
            timetable = _timetable(key, body, zone)
        except (BadSchedule, ValueError) as error:
            self._plans.pop(key, None)
            _log.error("segment `%s` is not evaluated at any time: %s", key, error)
            return
        self._plans[key] = _Plan(written, timetable, timetable.next(self._now()))

    # What is due.

    def _start(self, key: str, due: datetime) -> None:
        if (late := self._now() - due) > LATEST:
            _skip(key, due, f"its time is over since {late.total_seconds():.0f} s")
            return
        try:
            with self._store.write(_ACT) as tx:
                started = self._started(tx, key, due)
        except (FailedPrecondition, NotFound) as error:
            _skip(key, due, str(error))
            return
        except EvaluationRunning as error:
            _skip(key, due, f"`operations/{error.number}` still runs")
            return
        if started is not None:
            self._evaluator.begin(*started, _ACT)

    def _started(self, tx: Transaction, key: str, due: datetime) -> Started | None:
        """What was started; None when another did it, or what ran by then is enough."""
        newest = _newest(tx, key, due)
        if newest is not None and newest.started_at >= due:
            if newest.trigger != BY_SCHEDULE:
                _skip(key, due, f"`operations/{newest.number}` began at that time")
            return None
        if newest is not None and newest.ended_at is not None and newest.ended_at >= due:
            _skip(key, due, f"`operations/{newest.number}` ran at that time")
            return None
        if tx.items.get("segment", key).status != "active":
            return None  # it was paused in this moment
        means = self._evaluator.means
        return start_evaluation(tx, means, key, trigger=BY_SCHEDULE)


def _segments(tx: Transaction, since: int) -> list[Item]:
    return [item for item in tx.items.changed_since(since) if item.kind == "segment"]


def _newest(tx: Transaction, key: str, due: datetime) -> Evaluation | None:
    """The last one that was to be kept, if it may have run then: dry runs take no other's place."""
    before = 0
    while page := tx.evaluations.page(key, before=before):
        for one in page:
            if not one.dry_run:
                return one
            if one.ended_at is not None and one.ended_at < due:
                return None
        before = page[-1].number
    return None


def _is_timed(item: Item) -> bool:
    body = item.body
    is_dynamic = body.get("kind") == "dynamic"
    return is_dynamic and item.status == "active" and bool(body.get("schedule"))


def _timetable(key: str, body: Mapping[str, Any], zone: str) -> Timetable:
    jitter = body.get("jitter")
    seconds = read_duration(jitter) if jitter else 0
    return Timetable.parse(str(body["schedule"]), zone, seconds, key)


def _skip(key: str, due: datetime, why: str) -> None:
    extra = fields(segment=f"segments/{key}", due_at=due.isoformat())
    _log.warning("a scheduled evaluation is skipped: %s", why, extra=extra)
