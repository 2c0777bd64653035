"""One item as the store has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from turnout.documents.names import item_name

_SPACES = {"flag": "decision", "experiment": "decision"}


@dataclass(frozen=True)
class Item:
    """A segment, a flag, an experiment, a layer or a holdout."""

    id: int
    """Of the store's own: the same until it is removed, never used again."""
    kind: str
    key: str
    body: dict[str, Any]
    """The document as people write it, without its status and without members."""
    status: str
    """Empty for a layer, which has none."""
    etag: str
    """Changes with the definition, not with members."""
    version: int
    """Grows with every change, of members too: the number of the audit event about it."""
    created_at: datetime
    updated_at: datetime
    started: bool
    """An experiment or a holdout that ever ran."""
    resumes_to: str
    """The status that a paused experiment came from, else empty."""
    member_count: int
    """Of a static segment, and of a dynamic one that was evaluated; else 0."""
    active_body: dict[str, Any] | None
    """What a rule segment goes on with while it is not active."""

    @property
    def name(self) -> str:
        """For example `flags/new-checkout`."""
        return item_name(self.kind, self.key)

    @property
    def document(self) -> dict[str, Any]:
        """The document as people write it; a copy, but for what is inside its fields."""
        return document_of(self.status, self.body)


@dataclass(frozen=True)
class NewItem:
    """An item that is to be added."""

    kind: str
    """One of the values of `documents.names.ITEM_KINDS`."""
    key: str
    body: dict[str, Any]
    """The document without its status and without members."""
    status: str = ""
    """Empty for a layer."""
    started: bool = False
    """Whether it runs at once."""
    resumes_to: str = ""
    """See `Item`."""
    active_body: dict[str, Any] | None = None
    """See `Item`."""


def space_of(kind: str) -> str:
    """In which a key is used once: flags and experiments share one."""
    return _SPACES.get(kind, kind)


def document_of(status: str, body: dict[str, Any]) -> dict[str, Any]:
    """Puts the status before the body."""
    return {"status": status, **body} if status else dict(body)


def item_of(row: Row[Any]) -> Item:
    """Reads a row with the fields of an item in their order."""
    values: tuple[Any, ...] = tuple(row)
    return Item(*values)
