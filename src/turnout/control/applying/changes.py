"""What documents change in the store, item by item; what others changed too is found as well."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from turnout.compiler.history import Identity
from turnout.control.applying.merging import Body, merge
from turnout.control.applying.reading import Written
from turnout.control.lifecycle import ARCHIVED, DELETABLE
from turnout.documents.models import MODELS
from turnout.documents.names import item_name
from turnout.store import Item, Transaction
from turnout.store.json_text import canonical

MEMBERS = "members"
WORKSPACE: Identity = ("workspace", "")
"""Under which name what all items share is applied."""
_UNWRITTEN_WORKSPACE = {"key": "default", "timezone": "UTC"}


class FoundConflict(NamedTuple):
    """A field that documents and store changed, each in its way; see `merging.Conflict`."""

    name: str
    """For example `flags/new-checkout`, or `workspace`."""
    field: str
    in_documents: object
    in_store: object


class ItemChange(NamedTuple):
    """What becomes of one item."""

    kind: str
    key: str
    before: Item | None
    """None: it is new."""
    body: dict[str, Any] | None
    """Without status and members; None: it is removed."""
    status: str
    """The one that it shall have."""
    added_members: list[str]
    removed_members: list[str]

    @property
    def name(self) -> str:
        """For example `flags/new-checkout`."""
        return item_name(self.kind, self.key)

    @property
    def is_one(self) -> bool:
        """Whether anything changes."""
        if self.before is None or self.body is None or self.added_members or self.removed_members:
            return True
        return self.status != self.before.status or not _alike(self.body, self.before.body)


class Comparison(NamedTuple):
    """Documents beside the store."""

    changes: list[ItemChange]
    """By kind and key; those that change nothing are left out."""
    workspace: dict[str, Any] | None
    """The new body of the workspace; None: it stays."""
    workspace_before: dict[str, Any]
    conflicts: list[FoundConflict]

    @property
    def live(self) -> list[Item]:
        """What is removed in a status in which nobody may delete it."""
        gone = [one.before for one in self.changes if one.body is None and one.before is not None]
        return [item for item in gone if item.status not in DELETABLE[item.kind]]


def compare(tx: Transaction, written: Written, bases: Mapping[Identity, Body]) -> Comparison:
    """Finds what documents change.

    Args:
        tx: The store.
        written: The documents.
        bases: What they said when they were applied last.
    """
    items = {(item.kind, item.key): item for item in tx.items.all()}
    conflicts: list[FoundConflict] = []
    changes = [
        _written(tx, identity, document, bases.get(identity, {}), items.get(identity), conflicts)
        for identity, document in written.items.items()
    ]
    for identity, base in bases.items():
        item = items.get(identity)
        if identity in written.items or item is None:
            continue
        # An export leaves out what is archived: that it is kept is what archiving is for.
        if item.status != ARCHIVED:
            changes.append(_removed(item, base, conflicts))
    stored = tx.workspace.get().body
    workspace = _workspace(stored, written.workspace, bases.get(WORKSPACE, {}), conflicts)
    changed = sorted((one for one in changes if one.is_one), key=lambda one: (one.kind, one.key))
    return Comparison(changed, workspace, stored, conflicts)


def _written(
    tx: Transaction,
    identity: Identity,
    document: Body,
    base: Body,
    item: Item | None,
    conflicts: list[FoundConflict],
) -> ItemChange:
    kind, key = identity
    wanted, unwritten = _without_members(document), standing(kind, key)
    if item is None:
        body = wanted
    else:
        merged = merge(_without_members(base), wanted, item.document, standing=unwritten)
        name = item_name(kind, key)
        conflicts += [FoundConflict(name, *one) for one in merged.conflicts]
        body = merged.body
    status = str(body.pop("status", "") or unwritten.get("status", ""))
    added, removed = _members(tx, document, base, item)
    return ItemChange(kind, key, item, body, status, added, removed)


def _removed(item: Item, base: Body, conflicts: list[FoundConflict]) -> ItemChange:
    unwritten = standing(item.kind, item.key)
    left = merge(_without_members(base), {}, item.document, standing=unwritten)
    conflicts += [FoundConflict(item.name, *one) for one in left.conflicts]
    return ItemChange(item.kind, item.key, item, None, item.status, [], [])


def standing(kind: str, key: str) -> dict[str, Any]:
    """What an item has that nobody wrote: the status of its kind, and its key as salt."""
    field = MODELS[kind].model_fields.get("status")
    status = {"status": field.default} if field else {}
    return {**status, "salt": key}


def _without_members(document: Body) -> dict[str, Any]:
    """What the store keeps as the document: members are its own rows."""
    if MEMBERS not in document:
        return dict(document)
    # With members it need not say what it is; without them it has to.
    kept = {name: value for name, value in document.items() if name != MEMBERS}
    return {"kind": "static", **kept}


def _members(
    tx: Transaction, document: Body, base: Body, item: Item | None
) -> tuple[list[str], list[str]]:
    """Units to add and to take out: others may have added and taken out more."""
    wanted, known = document.get(MEMBERS) or [], base.get(MEMBERS) or []
    if not isinstance(wanted, list):
        return [], []  # the check says what is wrong
    before, after = set(map(str, known)), set(map(str, wanted))
    if item is None:
        return sorted(after), []
    if before == after:
        return [], []
    stored = set(tx.members.all(item.key))
    return sorted(after - before - stored), sorted((before - after) & stored)


def _workspace(
    stored: Body, document: Body, base: Body, conflicts: list[FoundConflict]
) -> dict[str, Any] | None:
    merged = merge(_shared(base), _shared(document), _shared(stored), standing=_UNWRITTEN_WORKSPACE)
    attributes = merge(_of(base), _of(document), _of(stored), standing={})
    conflicts += [FoundConflict("workspace", *one) for one in merged.conflicts]
    for one in attributes.conflicts:
        conflicts.append(
            FoundConflict("workspace", f"attributes.{one.field}", one.in_documents, one.in_store)
        )
    body = {**_UNWRITTEN_WORKSPACE, **merged.body, "attributes": attributes.body}
    return None if _alike(body, stored) else body


def _alike(one: Body, other: Body) -> bool:
    # To Python `true`, `1` and `1.0` are equal; the order of fields means nothing here.
    return canonical(one) == canonical(other)


def _shared(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "attributes"}


def _of(body: Body) -> Body:
    found = body.get("attributes")
    return found if isinstance(found, dict) else {}


def texts(value: object) -> Iterator[str]:
    """Every text in a body: what it may name others by."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
