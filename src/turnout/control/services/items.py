"""What all kinds of items have in common: reading, writing, and moving by the lifecycle tables."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, NamedTuple

from google.protobuf.message import Message

from turnout.control import lifecycle
from turnout.control.calls import Answer, Call, write
from turnout.control.failures import FailedPrecondition, InvalidArgument, Violation
from turnout.control.lifecycle import Move
from turnout.control.masks import fields_to_take, take
from turnout.control.reach import require_reach_in
from turnout.control.services.listing import list_items
from turnout.control.services.resources import (
    Body,
    answer_of,
    asked_status,
    body_of,
    check_etag,
    key_of,
    message_of,
    new_key,
    refuse_problems,
    with_salt,
)
from turnout.control.services.updating import means_the_same, merged
from turnout.documents.names import item_name, noun, nouns
from turnout.releases.check import Change
from turnout.releases.documents import in_force
from turnout.releases.problem import Problem
from turnout.releases.ranges import with_ranges
from turnout.releases.referrers import Referrer
from turnout.releases.releases import Releases
from turnout.store import Item, Store, Transaction

Handler = Callable[[Call, Any], Answer]
"""Answers one RPC. Runs in a thread of its own, and may wait for the store."""

PUBLISH: Final = "it goes on with what was published last: publish what it says now before"
"""What to do when a segment cannot be paused."""

_RESTORE = "it comes back with what it went on with: restore it as a draft"
_OUTPUT = ("create_time", "update_time")


class Moved(NamedTuple):
    """What a verb makes of an item."""

    body: Body
    status: str
    started: bool
    resumes_to: str = ""
    """The status that a paused experiment came from."""
    active_body: Body | None = None
    """What a paused segment goes on with."""


class ItemService:
    """The RPCs of one kind.

    Args:
        store: Where items are.
        releases: What says what a write would break.
    """

    kind: ClassVar[str]
    output_only: ClassVar[tuple[str, ...]] = ()
    """Fields that only verbs change, or the server."""
    brought_along: ClassVar[tuple[str, ...]] = ()
    """Fields that may be given when creating, and that only verbs change later."""
    fixed: ClassVar[tuple[str, ...]] = ()
    """Fields that are fixed once it is created."""
    fixed_once_started: ClassVar[tuple[str, ...]] = ()
    """Fields that are fixed once it has started."""

    def __init__(self, store: Store, releases: Releases) -> None:
        self.store = store
        self.releases = releases

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        kind = noun(self.kind)
        verbs = dict.fromkeys(move.verb for move in lifecycle.MOVES[self.kind])
        return {
            f"Get{kind}": self._get,
            f"List{nouns(self.kind)}": self._list,
            f"Create{kind}": self._create,
            f"Update{kind}": self._update,
            f"Delete{kind}": self._delete,
            **{f"{verb}{kind}": self._mover(verb) for verb in verbs},
        }

    # What kinds do in their own way.

    def prepare(self, tx: Transaction, body: Body, item: Item | None) -> Body:  # noqa: ARG002 - for kinds that need it
        """Completes the body of a new item, or of one that is edited."""
        return body

    def moved(self, item: Item, move: Move, status: str, request: Any) -> Moved:  # noqa: ANN401, ARG002 - for kinds that need it
        """What a verb makes of an item that goes to a status."""
        return Moved(item.body, status, item.started)

    def refuse_used(self, item: Item, status: str, request: Any) -> None:  # noqa: ANN401, ARG002 - for kinds that need it
        """Refuses to take out of use what others go by.

        Raises:
            FailedPrecondition: With all of them.
        """
        if status == lifecycle.ARCHIVED:
            found = self.releases.referrers(self.kind, item.key)
            if found := [one for one in found if self.goes_by_it(one)]:
                raise in_use(item, "archived", found)

    def goes_by_it(self, referrer: Referrer) -> bool:
        """Whether an item that refers to this one keeps it from being archived."""
        # Slots and scopes that name what is gone belong to nobody, and do no harm.
        return referrer.kind in ("segment", "flag", "experiment") and (
            referrer.status != lifecycle.ARCHIVED
        )

    # Reading.

    def tell_all(self, tx: Transaction, items: Sequence[Item]) -> list[Message]:  # noqa: ARG002 - for kinds that need it
        """The resources of items, with what is known of them elsewhere."""
        return [message_of(item) for item in items]

    def tell(self, tx: Transaction, item: Item) -> Message:
        """The resource of one; see `tell_all`."""
        return self.tell_all(tx, [item])[0]

    def _get(self, call: Call, request: Any) -> Message:  # noqa: ANN401 - any request
        call.check()
        with self.store.read() as tx:
            return self.tell(tx, tx.items.get(self.kind, key_of(self.kind, request.name)))

    def _list(self, call: Call, request: Any) -> Message:  # noqa: ANN401 - any request
        call.check()
        return list_items(self.store, self.kind, request, self.tell_all)

    # Writing.

    def _create(self, call: Call, request: Any) -> Answer:  # noqa: ANN401 - any request
        key = new_key(getattr(request, f"{self.kind}_id"), f"{self.kind}_id")
        given = self._given(request)

        def create(tx: Transaction) -> Message:
            status = self._first_status(given)
            body = body_of(self.kind, given)
            body = {name: body[name] for name in body if name not in self.output_only}
            body = with_salt(self.kind, key, self.prepare(tx, body, None))
            body = with_ranges(self.kind, body, status)
            require_reach_in(tx, call.caller, item_name(self.kind, key), body)
            # First, so that a key that is taken is told as that.
            item = tx.items.create(self.kind, key, body, status)
            self._check(key, body, status)
            return self.tell(tx, item)

        return write(self.store, call, request, create)

    def _update(self, call: Call, request: Any) -> Answer:  # noqa: ANN401 - any request
        given = self._given(request)
        key = key_of(self.kind, given.name, f"{self.kind}.name")

        def update(tx: Transaction) -> Message:
            item = tx.items.get(self.kind, key)
            check_etag(item, given.etag)
            self.refuse_archived(item)
            return self.tell(tx, self.edit(tx, call, item, self._edited(item, given, request)))

        return write(self.store, call, request, update)

    def edit(self, tx: Transaction, call: Call, item: Item, body: Body) -> Item:
        """Gives an item another body.

        Args:
            tx: One that writes.
            call: On whose behalf.
            item: As it is; not archived.
            body: The whole new one.
        """
        body = self.prepare(tx, body, item)
        body = with_ranges(self.kind, body, item.status, item.body, item.status)
        require_reach_in(tx, call.caller, item.name, item.body, body)
        self._check(item.key, body, item.status)
        return tx.items.change(item, body=body)

    def _delete(self, call: Call, request: Any) -> Answer:  # noqa: ANN401 - any request
        key = key_of(self.kind, request.name)

        def delete(tx: Transaction) -> Message:
            item = tx.items.get(self.kind, key)
            check_etag(item, request.etag)
            require_reach_in(tx, call.caller, item.name, item.body)
            if item.status not in lifecycle.DELETABLE[self.kind]:
                allowed = lifecycle.allowed(self.kind, item.status)
                raise lifecycle.Forbidden(self.kind, key, "Delete", item.status, allowed)
            if referrers := self.releases.referrers(self.kind, key):
                raise in_use(item, "deleted", referrers)
            tx.items.remove(item)
            return answer_of(self.kind, f"Delete{noun(self.kind)}Response")

        return write(self.store, call, request, delete)

    def _mover(self, verb: str) -> Handler:
        def handle(call: Call, request: Any) -> Answer:  # noqa: ANN401 - any request
            def move(tx: Transaction) -> Message:
                return self.tell(tx, self.move(tx, call, verb, request))

            return write(self.store, call, request, move)

        return handle

    def move(self, tx: Transaction, call: Call, verb: str, request: Any) -> Item:  # noqa: ANN401 - any request
        """Does what a verb says.

        Args:
            tx: One that writes.
            call: On whose behalf.
            verb: For example `Activate`.
            request: The message of its RPC.
        """
        item = tx.items.get(self.kind, key_of(self.kind, request.name))
        check_etag(item, request.etag)
        require_reach_in(tx, call.caller, item.name, item.body)
        options = (move.option for move in lifecycle.MOVES[self.kind] if move.verb == verb)
        option = next((name for name in options if name and getattr(request, name)), "")
        move = lifecycle.find_move(self.kind, item.key, verb, item.status, option)
        status = lifecycle.outcome(
            move, item.status, started=item.started, resumes_to=item.resumes_to
        )
        self.refuse_used(item, status, request)
        moved = self.moved(item, move, status, request)
        body = with_ranges(self.kind, moved.body, status, item.body, item.status)
        moved = moved._replace(body=body)
        self._check_move(item, moved)
        return tx.items.change(item, **moved._asdict())

    # Checking.

    def refuse_archived(self, item: Item) -> None:
        """Lets an item be edited that is not archived.

        Raises:
            FailedPrecondition: It is.
        """
        if item.status == lifecycle.ARCHIVED:
            raise FailedPrecondition(
                "ARCHIVED",
                f"{self.kind} `{item.key}` is archived, and not edited: restore it first",
                name=item.name,
                allowed_verbs=",".join(lifecycle.allowed(self.kind, item.status)),
            )

    def _check(self, key: str, body: Body, status: str) -> None:
        found = self.releases.check([Change(self.kind, key, body, status)])
        refuse_problems(self.kind, key, body, found)

    def _check_move(self, item: Item, moved: Moved) -> None:
        """Refuses a move that would break something that is not broken already."""
        goes_on = goes_on_with(self.kind, item.key, moved.body, moved.status, moved.active_body)
        changed = goes_on or Change(self.kind, item.key, moved.body, moved.status)
        found = self.releases.check([changed])
        if not found:
            return
        known = self.releases.check([Change(self.kind, item.key, item.body, item.status)])
        fresh = [one for one in found if one not in known]
        if fresh:
            remedy = _RESTORE if item.status == lifecycle.ARCHIVED else PUBLISH
            raise not_right(self.kind, item.key, moved.status, fresh, remedy if goes_on else "")

    # Requests.

    def _given(self, request: Any) -> Any:  # noqa: ANN401 - the resource of the request
        if not request.HasField(self.kind):
            raise InvalidArgument(self.kind, f"`{self.kind}` is missing")
        return getattr(request, self.kind)

    def _first_status(self, given: Message) -> str:
        asked = asked_status(self.kind, given)
        known = lifecycle.FIRST_STATUS[self.kind]
        if asked and asked not in known:
            listed = " or ".join(f"`{one.upper()}`" for one in known)
            text = f"a new {self.kind} is {listed}, not `{asked.upper()}`: verbs change it later"
            raise InvalidArgument(f"{self.kind}.status", text)
        return asked or known[0]

    def _edited(self, item: Item, given: Any, request: Any) -> Body:  # noqa: ANN401 - messages
        current = message_of(item)
        output = (*_OUTPUT, *self.output_only, *self.brought_along)
        fields = fields_to_take(request.update_mask, given, self.kind, output_only=output)
        fields = self._without_status(fields, given, item)
        new = type(current)()
        new.CopyFrom(current)
        # What a whole replacement leaves out, and the server gave, stays.
        kept = {"salt", *self.fixed}
        take([name for name in fields if name not in kept or _is_set(given, name)], given, new)
        before, after = body_of(self.kind, current), body_of(self.kind, new)
        self.refuse_fixed(item, before, after)
        return merged(item, before, after)

    def _without_status(self, fields: Sequence[str], given: Any, item: Item) -> list[str]:  # noqa: ANN401 - the resource
        asked = asked_status(self.kind, given) if "status" in fields else ""
        if asked and asked != item.status:
            listed = ", ".join(f"`{one}`" for one in lifecycle.allowed(self.kind, item.status))
            text = f"the status is changed by verbs: {item.status} allows {listed}"
            raise InvalidArgument(f"{self.kind}.status", text)
        return [name for name in fields if name != "status"]

    def refuse_fixed(self, item: Item, before: Body, after: Body) -> None:
        """Lets a change through that leaves alone what is fixed by now.

        Raises:
            FailedPrecondition: It does not.
        """
        fixed = (*self.fixed, *(self.fixed_once_started if item.started else ()))
        changed = [name for name in fixed if not means_the_same(item.key, name, before, after)]
        if changed:
            listed = ", ".join(f"`{name}`" for name in changed)
            since = "once it is created" if changed[0] in self.fixed else "once it has started"
            raise FailedPrecondition(
                "FIXED",
                f"{listed} of {self.kind} `{item.key}` cannot be changed {since}",
                [Violation(f"{self.kind}.{name}", f"is fixed {since}") for name in changed],
                name=item.name,
                fields=",".join(changed),
            )


def _is_set(message: Any, name: str) -> bool:  # noqa: ANN401 - any message
    field = message.DESCRIPTOR.fields_by_name[name]
    return bool(message.HasField(name) if field.has_presence else getattr(message, name))


def goes_on_with(
    kind: str, key: str, body: Body, status: str, active_body: Body | None
) -> Change | None:
    """What a segment that is paused goes on with, to be checked; None where it is what it says."""
    held = in_force(kind, body, status, active_body)
    return None if held is body else Change(kind, key, held, status)


def not_right(
    kind: str, key: str, status: str, found: Sequence[Problem], remedy: str = ""
) -> FailedPrecondition:
    """The error for an item that would have problems in a status."""
    more = f"; {remedy}" if remedy else ""
    return FailedPrecondition(
        "HAS_PROBLEMS",
        f"{kind} `{key}` would not be right as {status}: {found[0].message}{more}",
        [Violation(f"{one.name} {one.field}".strip(), one.message) for one in found],
        name=item_name(kind, key),
        problem_count=str(len(found)),
    )


def in_use(item: Item, verb: str, referrers: Sequence[Referrer]) -> FailedPrecondition:
    """The error for an item that others go by."""
    listed = ", ".join(f"`{one.name}`" for one in referrers[:10])
    more = f" and {len(referrers) - 10} more" if len(referrers) > 10 else ""
    return FailedPrecondition(
        "IN_USE",
        f"{item.kind} `{item.key}` cannot be {verb} while others refer to it: {listed}{more}",
        [Violation(one.name, f"refers to it in `{one.field}`") for one in referrers],
        name=item.name,
        referrers=",".join(one.name for one in referrers),
        referrer_count=str(len(referrers)),
    )
