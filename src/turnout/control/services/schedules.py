"""`ScheduleService`: what is to be done at a time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from google.protobuf.message import Message

from turnout.compiler.history import Identity
from turnout.control.calls import Answer, Call, write
from turnout.control.conversion.forms import number_of
from turnout.control.failures import FailedPrecondition, InvalidArgument, Violation
from turnout.control.filters import by_field, read_filter
from turnout.control.paging import Page, read_page
from turnout.control.reach import require_reach_in
from turnout.control.scheduling.actions import fill_action, identity_of, read_action
from turnout.control.scheduling.doing import Doing
from turnout.control.scheduling.lapsing import require_good_token
from turnout.control.services.items import Handler, ItemService
from turnout.control.services.listing import fitting
from turnout.control.services.resources import is_key, number_in
from turnout.control.v1 import schedule_pb2 as pb
from turnout.documents.names import ITEM_KINDS, identity_in
from turnout.documents.problem import clip
from turnout.releases.errors import NeedsSecondPerson
from turnout.releases.releases import Releases
from turnout.store import (
    NewScheduledChange,
    ScheduledChange,
    ScheduleState,
    Store,
    Transaction,
)

MOST_PENDING = 1000
"""In the whole store."""
MOST_OF_ITEM = 50
MOST_AT_ONCE = 50
MOST_TEXT = 1000
"""Characters of a comment or the name of a step."""

_SECTION = "scheduledChanges"
_FIELD = "scheduled_change"
_STATE = pb.DESCRIPTOR.enum_types_by_name["ScheduledChangeState"]
_FIELDS = {"item": ("=",), "creator": ("=",)}


class Schedules:
    """Takes what is to be done at a time; a Timekeeper does it.

    Args:
        store: Where it is kept.
        releases: Knows whether a second person is needed.
        services: Of every kind, by its name.
        now: The clock; aware.
    """

    def __init__(
        self,
        store: Store,
        releases: Releases,
        services: dict[str, ItemService],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._releases = releases
        self._doing = Doing(services)
        self._now = now

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {
            "CreateScheduledChange": self._create,
            "BatchCreateScheduledChanges": self._create_several,
            "GetScheduledChange": self._get,
            "ListScheduledChanges": self._list,
            "ApproveScheduledChange": self._approve,
            "CancelScheduledChange": self._cancel,
        }

    # Scheduling.

    def _create(self, call: Call, request: pb.CreateScheduledChangeRequest) -> Answer:
        if not request.HasField(_FIELD):
            raise InvalidArgument(_FIELD, f"`{_FIELD}` is missing")

        def create(tx: Transaction) -> Message:
            return _message_of(*self._add(tx, call, [request.scheduled_change]))

        return write(self._store, call, request, create)

    def _create_several(self, call: Call, request: pb.BatchCreateScheduledChangesRequest) -> Answer:
        given = request.scheduled_changes
        if not 1 <= len(given) <= MOST_AT_ONCE:
            text = f"1 to {MOST_AT_ONCE} changes are scheduled at once, not {len(given)}"
            raise InvalidArgument("scheduled_changes", text)

        def create(tx: Transaction) -> Message:
            added = [_message_of(one) for one in self._add(tx, call, given)]
            return pb.BatchCreateScheduledChangesResponse(scheduled_changes=added)

        return write(self._store, call, request, create)

    def _add(
        self, tx: Transaction, call: Call, given: Sequence[pb.ScheduledChange]
    ) -> list[ScheduledChange]:
        # By time: changes that are scheduled for one moment are done in the order of the request.
        added = [tx.schedules.add(self._read(tx, call, one)) for one in given]
        if tx.schedules.waiting_count() > MOST_PENDING:
            raise _too_many("the store", MOST_PENDING)
        for item in dict.fromkeys(one.item for one in added):
            if len(tx.schedules.waiting_for(item)) > MOST_OF_ITEM:
                raise _too_many(f"`{item}`", MOST_OF_ITEM)
            try:
                self._doing.refuse(tx, item, [one.number for one in added])
            except InvalidArgument as error:
                raise _of_request(error) from None
        return added

    def _read(self, tx: Transaction, call: Call, given: pb.ScheduledChange) -> NewScheduledChange:
        kind, key = _item(given.item)
        due_at = self._due_at(given)
        action = read_action(kind, given)
        for name in ("step", "comment"):
            if len(getattr(given, name)) > MOST_TEXT:
                raise InvalidArgument(f"{_FIELD}.{name}", f"it has at most {MOST_TEXT} characters")
        item = tx.items.get(kind, key)
        require_reach_in(tx, call.caller, item.name, item.body)
        require_good_token(tx, call.caller.actor, due_at)
        return NewScheduledChange(
            item=item.name,
            item_id=item.id,
            due_at=due_at,
            action=action,
            publish=not given.skip_publish,
            step=given.step,
            comment=given.comment,
            key_prefixes=list(call.caller.key_prefixes),
            tags=list(call.caller.tags),
        )

    def _due_at(self, given: pb.ScheduledChange) -> datetime:
        field = f"{_FIELD}.change_time"
        if not given.HasField("change_time"):
            raise InvalidArgument(field, "when to do it is missing")
        try:
            due_at: datetime = given.change_time.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise InvalidArgument(field, "this is no instant") from None
        if due_at <= self._now():
            text = f"`{due_at:%Y-%m-%dT%H:%M:%SZ}` is past: do it at once by its own verb"
            raise InvalidArgument(field, text, reason="TIME_PAST")
        return due_at

    # What is scheduled.

    def _get(self, call: Call, request: pb.GetScheduledChangeRequest) -> Message:
        call.check()
        with self._store.read() as tx:
            return _message_of(tx.schedules.get(_number(request.name)))

    def _list(self, call: Call, request: pb.ListScheduledChangesRequest) -> Message:
        named = by_field(read_filter(request.filter, _FIELDS, words=False))
        page = read_page(request)
        call.check()
        with self._store.read() as tx:
            found = tx.schedules.page(
                after=_after(page), limit=page.size + 1, show_ended=request.show_ended, **named
            )
        messages = [_message_of(one) for one in found]
        count = fitting(messages, page.size)
        answer = pb.ListScheduledChangesResponse(scheduled_changes=messages[:count])
        if count < len(messages):
            last = found[count - 1]
            answer.next_page_token = page.token(f"{last.due_at.isoformat()} {last.number}")
        return answer

    def _approve(self, call: Call, request: pb.ApproveScheduledChangeRequest) -> Answer:
        def approve(tx: Transaction) -> Message:
            change = self._pending(tx, call, request.name, "approved")
            if change.creator == call.caller.actor:
                raise NeedsSecondPerson(change.creator, [change.name])
            require_good_token(tx, call.caller.actor, change.due_at)
            return _message_of(tx.schedules.approve(change))

        return write(self._store, call, request, approve)

    def _cancel(self, call: Call, request: pb.CancelScheduledChangeRequest) -> Answer:
        def cancel(tx: Transaction) -> Message:
            change = self._pending(tx, call, request.name, "cancelled")
            return _message_of(tx.schedules.cancel(change))

        return write(self._store, call, request, cancel)

    def _pending(self, tx: Transaction, call: Call, name: str, verb: str) -> ScheduledChange:
        change = tx.schedules.get(_number(name))
        item = tx.items.find(*identity_of(change))
        require_reach_in(tx, call.caller, change.item, item.body if item else {})
        if change.state is not ScheduleState.PENDING:
            raise FailedPrecondition(
                "NOT_PENDING",
                f"`{change.name}` is {change.state}, and cannot be {verb} any more",
                name=change.name,
                state=str(change.state),
            )
        return change


def _item(name: str) -> Identity:
    identity = identity_in(name)
    if identity is None or not is_key(identity[1]):
        listed = ", ".join(f"`{one}/KEY`" for one in ITEM_KINDS)
        text = f"`{clip(name)}` is no name of an item: write {listed}"
        raise InvalidArgument(f"{_FIELD}.item", text, reason="BAD_NAME")
    return identity


def _number(name: str) -> int:
    return number_in(name, f"{_SECTION}/NUMBER", "scheduled change")


def _too_many(where: str, most: int) -> FailedPrecondition:
    text = f"{where} has {most:,} scheduled changes already: cancel some, or wait"
    return FailedPrecondition("TOO_MANY_PENDING", text, most=str(most))


def _of_request(error: InvalidArgument) -> InvalidArgument:
    """The error with the fields that the request has in the place of those of the item."""
    told = InvalidArgument(_FIELD, str(error), reason=error.reason)
    told.parts = {**error.parts, "field": _FIELD}
    told.violations = [Violation(_FIELD, f"{one.field}: {one.message}") for one in error.violations]
    return told


def _after(page: Page) -> tuple[datetime, int] | None:
    if not page.after:
        return None
    moment, _, number = page.after.partition(" ")
    try:
        return datetime.fromisoformat(moment), int(number)
    except ValueError:
        text = "the page token is refused: it is no `next_page_token` of a list"
        raise InvalidArgument("page_token", text, reason="BAD_PAGE_TOKEN") from None


def _message_of(change: ScheduledChange) -> pb.ScheduledChange:
    state = number_of(_STATE, change.state)
    message = pb.ScheduledChange(
        name=change.name,
        item=change.item,
        change_time=change.due_at,
        skip_publish=not change.publish,
        step=change.step,
        comment=change.comment,
        state=state,  # type: ignore[arg-type] # a number is a value of it
        creator=change.creator,
        create_time=change.created_at,
        snapshot=f"snapshots/{change.revision}" if change.revision else "",
        failure_reason=change.failure_reason,
        failure_message=change.failure_message,
        approver=change.approver,
    )
    if change.applied_at is not None:
        message.apply_time.FromDatetime(change.applied_at)
    if change.ended_at is not None:
        message.end_time.FromDatetime(change.ended_at)
    fill_action(change.action, message)
    return message
