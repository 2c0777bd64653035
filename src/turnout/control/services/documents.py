"""`DocumentService`: the store as documents, and documents into the store."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.message import Message

from turnout.compiler.copies import NotCopied
from turnout.compiler.history import Identity
from turnout.control.access import require_role
from turnout.control.applying.changes import (
    WORKSPACE,
    Comparison,
    FoundConflict,
    ItemChange,
    compare,
    texts,
)
from turnout.control.applying.reading import FIELD, Written, read_documents
from turnout.control.applying.standing import standing_after
from turnout.control.calls import Answer, Call, write
from turnout.control.conversion import carrying_fault
from turnout.control.failures import (
    FailedPrecondition,
    InvalidArgument,
    InvalidDocument,
    Violation,
)
from turnout.control.lifecycle import ARCHIVED, allowed
from turnout.control.reach import require_no_limits, require_reach, tags_in
from turnout.control.services.items import (
    PUBLISH,
    Handler,
    ItemService,
    goes_on_with,
    in_use,
    not_right,
)
from turnout.control.services.releases import problem
from turnout.control.services.resources import new_key
from turnout.control.services.segments import copied, definition_kept
from turnout.control.v1 import document_pb2 as pb
from turnout.control.v1 import release_pb2
from turnout.documents.names import SECTION_OF
from turnout.releases.check import Change, Proposal
from turnout.releases.differences import differences
from turnout.releases.problem import Problem
from turnout.releases.ranges import with_ranges
from turnout.releases.referrers import Referrer
from turnout.releases.releases import Releases
from turnout.store import Item, NewItem, Store, Transaction
from turnout.store.item import document_of

_DEFAULT_SET = "default"
_MOST_TOLD = 20


class Documents:
    """Brings documents and store together.

    Args:
        store: Where items are.
        releases: What says what a write would break.
        services: Of every kind, for what is its own.
    """

    def __init__(
        self, store: Store, releases: Releases, services: Mapping[str, ItemService]
    ) -> None:
        self._store = store
        self._releases = releases
        self._services = services

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {"ExportDocuments": self._export, "ApplyDocuments": self._apply}

    def _export(self, call: Call, request: pb.ExportDocumentsRequest) -> Message:
        call.check()
        with self._store.read() as tx:
            documents = _written_down(tx, archived=request.show_archived)
        return pb.ExportDocumentsResponse(documents=json.dumps(documents, ensure_ascii=False))

    def _apply(self, call: Call, request: pb.ApplyDocumentsRequest) -> Answer:
        written = read_documents(request.documents)
        document_set = new_key(request.document_set or _DEFAULT_SET, "document_set")
        if request.prune and request.keep_missing:
            raise InvalidArgument("prune", "`prune` has no meaning with `keep_missing`")

        def apply(tx: Transaction) -> Message:
            bases = tx.applied.get(document_set)
            known = {*written.items, WORKSPACE} if request.keep_missing else bases.keys()
            looked_at = {one: base for one, base in bases.items() if one in known}
            found = compare(tx, written, looked_at)
            if found.conflicts and not (request.force or request.validate_only):
                raise _conflicting(found.conflicts)
            if found.live and not (request.prune or request.validate_only):
                raise _live(found.live)
            found = found._replace(
                changes=[self._prepared(tx, one, found) for one in found.changes]
            )
            proposal = self._check(tx, call, found)
            self._write(tx, found)
            left = bases if request.keep_missing else {}
            tx.applied.replace(document_set, {**left, **_bases(written)})
            edited = [one.key for one in found.changes if one.kind == "query" and one.before]
            users = self._releases.all_referrers("query", edited)
            return _answer(found, proposal.warnings(), users)

        return write(self._store, call, request, apply)

    def _prepared(self, tx: Transaction, change: ItemChange, found: Comparison) -> ItemChange:
        """With copies written out, and slots that move the least."""
        if change.body is None:
            return change
        body, before = change.body, change.before
        if "copy_of" in body:
            try:
                body = copied(body, self._definition(tx, body["copy_of"], found))
            except NotCopied as error:
                told = Violation(f"{change.name} {error.field}", error.message)
                raise InvalidDocument(FIELD, [told]) from None
        status = before.status if before else "draft"
        body = with_ranges(
            change.kind, body, change.status, before.body if before else None, status
        )
        return change._replace(body=body)

    def _definition(self, tx: Transaction, key: str, found: Comparison) -> dict[str, Any] | None:
        """What a segment will say; None: there is none."""
        for change in found.changes:
            if (change.kind, change.key) == ("segment", key):
                return change.body
        return _body(tx.items.find("segment", key))

    # Checking.

    def _check(self, tx: Transaction, call: Call, found: Comparison) -> Proposal:
        if found.workspace is not None:
            require_role(call.caller, "UpdateWorkspace")
            require_no_limits(call.caller, "workspace")
        fresh = {one.key: one.body for one in found.changes if one.kind == "experiment"}

        def tags_of(key: str) -> Iterable[str]:
            return (fresh[key] or {}).get("tags", ()) if key in fresh else tags_in(tx, key)

        for change in found.changes:
            bodies = [body for body in (_body(change.before), change.body) if body]
            require_reach(call.caller, change.name, *bodies, tags_of=tags_of)
            self._refuse_fixed(change)
            if fault := carrying_fault(change.body or {}):
                raise InvalidDocument(FIELD, [Violation(change.name, fault)])
        versions = [Change(one.kind, one.key, one.body, one.status) for one in found.changes]
        proposal = self._releases.propose(versions, found.workspace)
        self._refuse_used(found.changes, proposal)
        if problems := proposal.problems():
            told = [Violation(f"{one.name} {one.field}".strip(), one.message) for one in problems]
            raise InvalidDocument(FIELD, told)
        self._refuse_paused(found, versions)
        return proposal

    def _refuse_paused(self, found: Comparison, versions: Sequence[Change]) -> None:
        """Refuses what would not be right with what paused segments go on with."""
        held = {at: self._goes_on_with(change) for at, change in enumerate(found.changes)}
        paused = [found.changes[at] for at, goes_on in held.items() if goes_on is not None]
        if not paused:
            return
        decisive = [held[at] or version for at, version in enumerate(versions)]
        if problems := self._releases.check(decisive, found.workspace):
            wrong = {one.name for one in problems}
            blamed = next((one for one in paused if one.name in wrong), paused[0])
            own_first = sorted(problems, key=lambda one: one.name != blamed.name)
            raise not_right(blamed.kind, blamed.key, blamed.status, own_first, PUBLISH)

    def _goes_on_with(self, change: ItemChange) -> Change | None:
        """What a segment goes on with that is paused; None for all else."""
        if change.body is None or change.before is None or change.status == change.before.status:
            return None
        kept = self._active_body(change)
        return goes_on_with(change.kind, change.key, change.body, change.status, kept)

    def _refuse_fixed(self, change: ItemChange) -> None:
        if change.before is None or change.body is None:
            return
        service, before = self._services[change.kind], change.before
        if before.status == change.status == ARCHIVED:
            service.refuse_archived(before)
        service.refuse_fixed(before, before.body, change.body)

    def _refuse_used(self, changes: Sequence[ItemChange], proposal: Proposal) -> None:
        """Refuses to take out of use what others go by, when all that is applied has been."""
        bodies = {(one.kind, one.key): one.body for one in changes}
        for change in changes:
            verb = _taken_out_of_use(change)
            if change.before is None or not verb:
                continue
            found = proposal.referrers(change.kind, change.key)
            if verb == ARCHIVED:
                found = [one for one in found if self._services[change.kind].goes_by_it(one)]
            if left := [one for one in found if _still_names(one, change.key, bodies)]:
                raise in_use(change.before, verb, left)

    # Writing.

    def _write(self, tx: Transaction, found: Comparison) -> None:
        if found.workspace is not None:
            tx.workspace.change(tx.workspace.get(), found.workspace)
        # What is removed first: its key may be taken by what is new.
        new = []
        for change in sorted(found.changes, key=lambda one: one.body is not None):
            if change.body is None:
                if change.before is not None:
                    tx.items.remove(change.before)
                continue
            standing = {
                **standing_after(change)._asdict(),
                "active_body": self._active_body(change),
            }
            if change.before is None:
                new.append(NewItem(change.kind, change.key, change.body, **standing))
            else:
                tx.items.change(change.before, body=change.body, **standing)
        tx.items.create_all(new)
        for change in found.changes:
            if change.added_members:
                tx.members.add(change.key, change.added_members)
            if change.removed_members:
                tx.members.remove(change.key, change.removed_members)

    def _active_body(self, change: ItemChange) -> dict[str, Any] | None:
        """The definition that a paused segment goes on with."""
        # A draft is paused by way of active: it goes on with what it says now, as a new one does.
        if change.kind != "segment" or change.before is None or change.before.status == "draft":
            return None
        return definition_kept(change.before, change.status, self._releases.published)


def _answer(
    found: Comparison, warnings: Iterable[Problem], users: Mapping[str, Sequence[Referrer]]
) -> pb.ApplyDocumentsResponse:
    planned = [_planned(one) for one in found.changes]
    for change, told in zip(found.changes, planned, strict=True):
        if change.kind == "query" and (names := [one.name for one in users.get(change.key, ())]):
            told.differences.append(f"taken up at the next evaluation of {', '.join(names)}")
    return pb.ApplyDocumentsResponse(
        changes=[*_workspace_change(found), *planned],
        conflicts=[_conflict(one) for one in found.conflicts],
        warnings=[problem(one) for one in warnings],
        live=[one.name for one in found.live],
    )


def _body(item: Item | None) -> dict[str, Any] | None:
    return item.body if item else None


def _taken_out_of_use(change: ItemChange) -> str:
    """What becomes of an item that was in use until now; empty: it stays."""
    if change.body is None:
        return "removed"
    if change.before is None or change.status == change.before.status:
        return ""
    if change.status == "draft":
        return "made a draft"
    return ARCHIVED if change.status == ARCHIVED else ""


def _still_names(referrer: Referrer, key: str, bodies: Mapping[Identity, Any]) -> bool:
    """Whether an item goes on naming another one when all changes are done."""
    identity = referrer.kind, referrer.key
    if identity not in bodies:
        return True
    body = bodies[identity]
    return body is not None and key in texts(body)


def _bases(written: Written) -> dict[Identity, Mapping[str, Any]]:
    shared = {WORKSPACE: written.workspace} if written.workspace else {}
    return {**written.items, **shared}


def _written_down(tx: Transaction, *, archived: bool) -> dict[str, Any]:
    """The store as one document."""
    body = tx.workspace.get().body
    documents: dict[str, Any] = {
        "workspace": {name: value for name, value in body.items() if name != "attributes"}
    }
    if body["attributes"]:
        documents["attributes"] = body["attributes"]
    for item in tx.items.all():
        if archived or item.status != ARCHIVED:
            document = item.document
            if item.body.get("kind") == "static":
                document["members"] = list(tx.members.all(item.key))
            documents.setdefault(SECTION_OF[item.kind], {})[item.key] = document
    return documents


def _conflicting(found: Sequence[FoundConflict]) -> FailedPrecondition:
    first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return FailedPrecondition(
        "CONFLICTS",
        f"`{first.field}` of `{first.name}`{more} was changed by others since the documents were"
        " applied: take their change into the documents, or force yours",
        [Violation(f"{one.name} {one.field}", _beside(one)) for one in found],
        conflict_count=str(len(found)),
    )


def _live(found: Sequence[Item]) -> FailedPrecondition:
    first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return FailedPrecondition(
        "LIVE",
        f"what left the documents is live: `{first.name}`, which is {first.status}{more}:"
        " archive or end it first, keep what is missing, or prune it",
        [Violation(one.name, _standing(one)) for one in found],
        live_count=str(len(found)),
    )


def _standing(item: Item) -> str:
    listed = ", ".join(f"`{one}`" for one in allowed(item.kind, item.status))
    return f"is {item.status}, which allows {listed}"


def _beside(one: FoundConflict) -> str:
    return f"the documents say {_told(one.in_documents)}, the store {_told(one.in_store)}"


def _told(value: object) -> str:
    return _json(value) or "nothing"


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _conflict(one: FoundConflict) -> pb.Conflict:
    return pb.Conflict(
        name=one.name,
        field=one.field,
        in_documents=_json(one.in_documents),
        in_store=_json(one.in_store),
    )


def _planned(change: ItemChange) -> release_pb2.PlannedChange:
    planned = release_pb2.PlannedChange(name=change.name)
    if change.body is None:
        planned.kind = release_pb2.CHANGE_KIND_REMOVED
        if change.status:
            planned.differences.append(f"it is {change.status}")
    elif change.before is None:
        planned.kind = release_pb2.CHANGE_KIND_ADDED
    else:
        planned.kind = release_pb2.CHANGE_KIND_CHANGED
        after = document_of(change.status, change.body)
        planned.differences.extend(differences(change.before.document, after))
    planned.differences.extend(_of_members(change))
    return planned


def _of_members(change: ItemChange) -> Iterator[str]:
    for word, several in (("added", change.added_members), ("removed", change.removed_members)):
        if several:
            shown = ", ".join(f"`{one}`" for one in several[:_MOST_TOLD])
            more = f" and {len(several) - _MOST_TOLD:,} more" if len(several) > _MOST_TOLD else ""
            yield f"members: {word} {shown}{more}"


def _workspace_change(found: Comparison) -> Iterator[release_pb2.PlannedChange]:
    if found.workspace is not None:
        yield release_pb2.PlannedChange(
            name="workspace",
            kind=release_pb2.CHANGE_KIND_CHANGED,
            differences=differences(found.workspace_before, found.workspace),
        )
