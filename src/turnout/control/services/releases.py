"""`ReleaseService`: plan, publish, roll back, and what was published."""

from collections.abc import Iterable, Mapping

from google.protobuf.message import Message

from turnout.control.access import Caller
from turnout.control.calls import Answer, Call, write
from turnout.control.paging import read_page
from turnout.control.reach import require_no_limits, require_reach
from turnout.control.services.items import Handler
from turnout.control.services.listing import MOST_BYTES, fitting
from turnout.control.services.resources import number_in
from turnout.control.v1 import release_pb2 as pb
from turnout.releases.baseline import Baseline, Raw
from turnout.releases.documents import WORKSPACE
from turnout.releases.plan import ChangeKind, PlannedChange
from turnout.releases.problem import Problem
from turnout.releases.releases import Releases
from turnout.store import NotFound, Published, Store, Transaction

_CURRENT = "current"
_SECTION = "snapshots"
_KINDS = {
    ChangeKind.ADDED: pb.CHANGE_KIND_ADDED,
    ChangeKind.CHANGED: pb.CHANGE_KIND_CHANGED,
    ChangeKind.REMOVED: pb.CHANGE_KIND_REMOVED,
}


class ReleaseRpcs:
    """From the store to what decides.

    Args:
        store: Where snapshots are.
        releases: What makes them.
    """

    def __init__(self, store: Store, releases: Releases) -> None:
        self._store = store
        self._releases = releases

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {
            "Plan": self._plan,
            "Publish": self._publish,
            "Rollback": self._rollback,
            "GetSnapshot": self._get,
            "ListSnapshots": self._list,
        }

    def _plan(self, call: Call, request: pb.PlanRequest) -> Message:  # noqa: ARG002 - it says nothing
        call.check()
        plan = self._releases.plan()
        answer = pb.PlanResponse(
            changes=[planned(one) for one in plan.changes],
            problems=[problem(one) for one in plan.problems],
            warnings=[problem(one) for one in plan.warnings],
            plan_id=plan.plan_id,
        )
        if plan.current is not None:
            answer.current.CopyFrom(_message_of(plan.current, plan.current))
        return _shortened(answer)

    def _publish(self, call: Call, request: pb.PublishRequest) -> Answer:
        # Compiled before other writers have to wait for it.
        self._releases.prepare()

        def publish(tx: Transaction) -> Message:
            before = tx.snapshots.current()
            published = self._releases.publish_in(tx, request.comment, request.plan_id)
            require_reach_of_release(tx, call.caller, before, published)
            return _message_of(published, published)

        return write(self._store, call, request, publish)

    def _rollback(self, call: Call, request: pb.RollbackRequest) -> Answer:
        revision = _revision(request.name)

        def roll_back(tx: Transaction) -> Message:
            before = tx.snapshots.current()
            published = self._releases.rollback_in(tx, revision, request.comment)
            require_reach_of_release(tx, call.caller, before, published)
            return _message_of(published, published)

        return write(self._store, call, request, roll_back)

    def _get(self, call: Call, request: pb.GetSnapshotRequest) -> Message:
        call.check()
        with self._store.read() as tx:
            current = tx.snapshots.current()
            if request.name == f"{_SECTION}/{_CURRENT}":
                if current is None:
                    raise NotFound("snapshot", _CURRENT)
                return _message_of(current, current)
            return _message_of(tx.snapshots.get(_revision(request.name)), current)

    def _list(self, call: Call, request: pb.ListSnapshotsRequest) -> Message:
        page = read_page(request)
        call.check()
        with self._store.read() as tx:
            current = tx.snapshots.current()
            found = tx.snapshots.page(before=page.after_number, limit=page.size + 1)
        messages = [_message_of(one, current) for one in found]
        count = fitting(messages, page.size)
        answer = pb.ListSnapshotsResponse(snapshots=messages[:count])
        if count < len(messages):
            answer.next_page_token = page.token(str(found[count - 1].revision))
        return answer


def _revision(name: str) -> int:
    return number_in(name, f"{_SECTION}/REVISION", "snapshot")


def require_reach_of_release(
    tx: Transaction, caller: Caller, before: Published | None, published: Published
) -> None:
    """Lets a release through whose changes the caller may write.

    Raises:
        PermissionDenied: A token that is limited to some items releases others.
    """
    if not caller.is_limited or (before is not None and before.revision == published.revision):
        return
    # As they decided before and decide now: what was removed has its tags only there.
    known = [_published(tx, one) for one in (before, published) if one is not None]

    def tags_of(key: str) -> Iterable[str]:
        tags: Iterable[str] = known[-1].get(f"experiments/{key}", {}).get("tags", ())
        return tags

    for name in published.changed:
        if name == WORKSPACE:
            require_no_limits(caller, name)
        bodies = [items[name] for items in known if name in items]
        require_reach(caller, name, *bodies, tags_of=tags_of)


def _shortened(answer: pb.PlanResponse) -> pb.PlanResponse:
    """A plan that fits into a message: of what comes late the differences are left out."""
    room = MOST_BYTES - answer.ByteSize()
    for change in reversed(answer.changes):
        if room >= 0:
            break
        if change.differences:
            room += change.ByteSize()
            change.differences[:] = ["more than a plan can show: read the item"]
            room -= change.ByteSize()
    return answer


def _published(tx: Transaction, published: Published) -> Mapping[str, Raw]:
    """The items of a snapshot by name."""
    return Baseline.load(tx.snapshots.history(published.revision), {}).raws


def planned(change: PlannedChange) -> pb.PlannedChange:
    """One item that would change."""
    return pb.PlannedChange(
        name=change.name,
        kind=_KINDS[change.kind],
        differences=change.differences,
        moved_ppm=change.moved_ppm,
        unreachable_rules=change.unreachable_rules,
        authors=change.authors,
    )


def problem(found: Problem) -> pb.Problem:
    """Something wrong, or suspect, in an item."""
    return pb.Problem(name=found.name, field=found.field, message=found.message)


def _message_of(published: Published, current: Published | None) -> pb.Snapshot:
    return pb.Snapshot(
        name=f"{_SECTION}/{published.revision}",
        revision=published.revision,
        id=published.id,
        publish_time=published.published_at,
        publisher=published.publisher,
        comment=published.comment,
        current=current is not None and current.revision == published.revision,
        rollback_of=published.rollback_of,
        changed=published.changed,
        size_bytes=published.size_bytes,
        members_of=published.members_of,
    )
