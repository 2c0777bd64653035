"""The items of the store as documents, kept from one reading to the next.

A reading costs what changed since the last one: unchanged documents are the same objects, and the
compiler keeps with each what it compiled from it.
"""

import hashlib
import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from turnout.compiler.history import Identity
from turnout.compiler.scope import Surroundings
from turnout.documents import Catalogue, SourceFile, WrittenItem
from turnout.releases.documents import (
    WORKSPACE,
    as_written,
    in_force,
    item_document,
    workspace_document,
)
from turnout.releases.index import Index, surroundings_of
from turnout.releases.live_sets import LiveSet, LiveSets
from turnout.releases.static_sets import INLINE_MOST, Sets, sets_of, waiting
from turnout.store import Item, Membership, PublishedVersion, Transaction, WorkspaceRow


class Shelved(NamedTuple):
    """One item as it stands in the store."""

    version: PublishedVersion
    status: str
    file: SourceFile
    member_count: int = 0
    """Of a static segment: a long list is not read into `file`."""

    @property
    def written(self) -> WrittenItem:
        """What the compiler reads."""
        return next(iter(self.file.document.items.values()))

    @property
    def raw(self) -> dict[str, Any]:
        """As a document writes it, with its status."""
        raw: dict[str, Any] = self.written.raw  # type: ignore[assignment]
        return raw


class State:
    """The whole store at one moment.

    Args:
        items: By kind and key.
        index: Who names whom among them; of this moment or of a later one.
        workspace: What all items share.
        head: The number of the last event of the log.
        kept: The newest set of each segment.
        live: The sets of those whose newest one was found by something else than they say.
    """

    def __init__(
        self,
        items: Mapping[Identity, Shelved],
        index: Index,
        workspace: WorkspaceRow,
        head: int,
        kept: Mapping[str, Membership],
        live: Mapping[str, LiveSet | None],
    ) -> None:
        self.items = items
        self.index = index
        self.workspace_row = workspace
        self.workspace = workspace_document(workspace.body)
        self.head = head
        self._kept, self._live = kept, live

    def published_items(self) -> Iterable[Shelved]:
        """The items that publishing is about. Queries are none: what is written of them holds."""
        return (one for (kind, _), one in self.items.items() if kind != "query")

    @cached_property
    def sets(self) -> Sets:
        """The sets of segments whose members are in one."""
        return sets_of(_segments(self.items), self._kept, self._live)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the compiler takes."""
        return Catalogue([self.workspace, *(one.file for one in self.items.values())])

    @cached_property
    def around(self) -> Surroundings:
        """What every item is compiled against."""
        return surroundings_of(self.workspace)

    @cached_property
    def digest(self) -> str:
        """Stands for exactly this state, as far as publishing is about it."""
        lines = [f"{one.file.name} {one.version.version}" for one in self.published_items()]
        lines = [f"{WORKSPACE} {self.workspace_row.version}", *sorted(lines)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Shelf:
    """Follows a store. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = Index()
        self._state: State | None = None
        self._live = LiveSets()

    def follow(self, tx: Transaction) -> State:
        """Gives the state of the store, never an older one than before.

        Args:
            tx: One that has written nothing: what is rolled back must not be remembered.
        """
        newest = tx.audit.page(limit=1)
        head = newest[0].number if newest else 0
        with self._lock:
            if self._state is None or head > self._state.head:
                self._state = self._read(tx, self._state, head)
            return self._state

    def _read(self, tx: Transaction, before: State | None, head: int) -> State:
        items = dict(before.items) if before else {}
        since = before.head if before else 0
        for identity in tx.items.removed_since(since) if before else ():
            items.pop(identity, None)
            self._index.drop(identity)
        fresh: list[Identity] = []
        for item in tx.items.changed_since(since):
            identity = item.kind, item.key
            items[identity] = _shelve(tx, item)
            fresh.append(identity)
        kept = tx.memberships.all()
        live = {key: self._live.of(tx, key) for key in waiting(_segments(items), kept)}
        state = State(items, self._index, tx.workspace.get(), head, kept, live)
        for identity in fresh:
            self._index.put(identity, items[identity].written, state.around)
        return state


def _segments(items: Mapping[Identity, Shelved]) -> Iterable[Shelved]:
    return (one for (kind, _), one in items.items() if kind == "segment")


def _shelve(tx: Transaction, item: Item) -> Shelved:
    body = in_force(item.kind, item.body, item.status, item.active_body)
    is_static = item.kind == "segment" and item.body.get("kind") == "static"
    is_listed = is_static and item.member_count <= INLINE_MOST
    members = tx.members.all(item.key) if is_listed else None
    raw = as_written(item.kind, body, item.status, members)
    version = PublishedVersion(item.version, item.etag)
    file = item_document(item.kind, item.key, raw)
    return Shelved(version, item.status, file, item.member_count if is_static else 0)
