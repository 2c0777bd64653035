"""`SegmentService`: kinds, copies, what a paused one goes on with, and members."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.message import Message

from turnout.compiler.copies import NotCopied, unknown_source, written_out
from turnout.control.calls import Answer, Call, write
from turnout.control.failures import FailedPrecondition, InvalidArgument
from turnout.control.lifecycle import Move
from turnout.control.member_calls import MOST_BYTES, MOST_MEMBERS
from turnout.control.paging import read_page
from turnout.control.reach import require_reach_in
from turnout.control.services.items import Handler, ItemService, Moved, in_use
from turnout.control.services.listing import fitting_sizes
from turnout.control.services.resources import Body, key_of
from turnout.control.v1 import segment_pb2 as pb
from turnout.releases.referrers import Referrer
from turnout.store import Item, Transaction

_IN_SETS = frozenset({"static", "dynamic"})
# A winner of a concluded experiment may be for its audience only.
_DECIDING = frozenset({"active", "paused", "enabled", "running", "enrolment_stopped", "concluded"})


class Segments(ItemService):
    """A segment in use cannot vanish, and a paused one goes on as it was."""

    kind = "segment"
    output_only = ("member_count", "evaluate_time", "member_set_size_bytes")
    fixed = ("kind",)

    def handlers(self) -> dict[str, Handler]:
        """Those of all kinds, and those about members."""
        return {
            **super().handlers(),
            "AddMembers": self._add_members,
            "RemoveMembers": self._remove_members,
            "ListMembers": self._list_members,
        }

    def tell_all(self, tx: Transaction, items: Sequence[Item]) -> list[Message]:
        """With the set that members are in, and its age."""
        messages = super().tell_all(tx, items)
        in_sets = [item.key for item in items if item.body.get("kind") in _IN_SETS]
        # One reading for a page of them.
        kept = tx.memberships.all() if len(in_sets) > 1 else {}
        for item, message in zip(items, messages, strict=True):
            alone = in_sets == [item.key]
            if found := tx.memberships.of(item.key) if alone else kept.get(item.key):
                message.member_set_size_bytes = found.size  # type: ignore[attr-defined]
                if found.evaluated_at is not None:
                    message.evaluate_time.FromDatetime(found.evaluated_at)  # type: ignore[attr-defined]
        return messages

    def prepare(self, tx: Transaction, body: Body, item: Item | None) -> Body:
        """Writes the conditions of the segment that is copied into the copy, once."""
        source = body.get("copy_of")
        if source is None:
            return body
        if item is not None:
            text = f"segment `{item.key}` is there already: only a new one can be a copy"
            raise InvalidArgument("segment.copy_of", text)
        other = tx.items.find("segment", source)
        try:
            return copied(body, other.body if other else None)
        except NotCopied as error:
            raise InvalidArgument(f"segment.{error.field}", error.message) from None

    def moved(self, item: Item, move: Move, status: str, request: Any) -> Moved:  # noqa: ANN401, ARG002 - as of all kinds
        """Keeps what it decides by, as long as it is not active."""
        kept = definition_kept(item, status, self.releases.published)
        return Moved(item.body, status, item.started, active_body=kept)

    def refuse_used(self, item: Item, status: str, request: Any) -> None:  # noqa: ANN401 - as of all kinds
        """Lets nothing be archived that others go by, unless forced, nor made a draft."""
        if status == "draft":
            if found := self.releases.referrers(self.kind, item.key):
                raise in_use(item, "made a draft", found)
        elif not getattr(request, "force", False):
            super().refuse_used(item, status, request)

    def goes_by_it(self, referrer: Referrer) -> bool:
        """Whether it would come out differently if the segment were not there."""
        return referrer.status in _DECIDING

    def _add_members(self, call: Call, request: pb.AddMembersRequest) -> Answer:
        def add(tx: Transaction) -> pb.AddMembersResponse:
            key = self._static(tx, call, request.name, "changed").key
            added = tx.members.add(key, _unit_ids(request))
            return pb.AddMembersResponse(added_count=added, member_count=tx.members.count(key))

        return write(self.store, call, request, add)

    def _remove_members(self, call: Call, request: pb.RemoveMembersRequest) -> Answer:
        def remove(tx: Transaction) -> pb.RemoveMembersResponse:
            key = self._static(tx, call, request.name, "changed").key
            removed = tx.members.remove(key, _unit_ids(request))
            count = tx.members.count(key)
            return pb.RemoveMembersResponse(removed_count=removed, member_count=count)

        return write(self.store, call, request, remove)

    def _list_members(self, call: Call, request: pb.ListMembersRequest) -> Answer:
        page = read_page(request, default=1000, most=MOST_MEMBERS)
        call.check()
        with self.store.read() as tx:
            key = self._static(tx, None, request.name, "listed").key
            found = tx.members.page(key, page.after, page.size + 1)
        count = fitting_sizes([len(one.encode()) + 5 for one in found[: page.size]])
        answer = pb.ListMembersResponse(unit_ids=found[:count])
        if count < len(found):
            answer.next_page_token = page.token(found[count - 1])
        return answer

    def _static(self, tx: Transaction, call: Call | None, name: str, what: str) -> Item:
        """The segment, whose members can be `what`; with a call, by that caller."""
        item = tx.items.get("segment", key_of("segment", name))
        kind = item.body.get("kind", "rule")
        if kind != "static":
            raise FailedPrecondition(
                "NOT_STATIC",
                f"members of segment `{item.key}` cannot be {what}: it is `{kind}`, not `static`",
                name=item.name,
                kind=str(kind),
            )
        if call is not None:
            self.refuse_archived(item)
            require_reach_in(tx, call.caller, item.name, item.body)
        return item


def definition_kept(
    item: Item, status: str, published: Callable[[str], Mapping[str, Any] | None]
) -> dict[str, Any] | None:
    """The definition that a segment goes on with in a status; None: the one that it has.

    Args:
        item: As it is.
        status: The one that it shall have.
        published: Gives what an item says that decides now, by its name. It goes on with that:
            nothing was decided by what was written since.
    """
    if status in ("active", "draft") or item.body.get("kind", "rule") != "rule":
        return None
    if item.status != "active":
        return item.active_body or item.body if status == "paused" else item.active_body
    found = published(item.name)
    if found is None or found.get("status") not in ("active", "paused"):
        return item.body
    return {name: value for name, value in found.items() if name != "status"}


def copied(body: Body, source: Body | None) -> Body:
    """A copy with the conditions of what it copies.

    Args:
        body: It has `copy_of`.
        source: The segment that it names; None when there is none.

    Raises:
        NotCopied: It cannot be copied.
    """
    if source is None:
        raise unknown_source(body["copy_of"])
    return written_out(body, source)


def _unit_ids(request: pb.AddMembersRequest | pb.RemoveMembersRequest) -> list[str]:
    ids = list(request.unit_ids)
    if not 1 <= len(ids) <= MOST_MEMBERS:
        text = f"a call has 1 to {MOST_MEMBERS:,} unit ids, not {len(ids):,}"
        raise InvalidArgument("unit_ids", text)
    for at, one in enumerate(ids):
        if not one:
            raise InvalidArgument(f"unit_ids[{at}]", "a unit id is not empty")
    if sum(len(one.encode()) for one in ids) > MOST_BYTES:
        raise InvalidArgument("unit_ids", "the unit ids of a call have at most 2 MiB together")
    return ids
