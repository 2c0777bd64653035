"""Items of the store in the shape that the compiler reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from turnout.compiler.holding import MEMBERSHIP
from turnout.documents import Document, SourceFile
from turnout.documents.names import SECTION_OF

Body = Mapping[str, Any]

WORKSPACE = "workspace"
"""The name of the document that holds the workspace and its attributes."""


def item_document(kind: str, key: str, raw: Body) -> SourceFile:
    """One item as a document of its own, so that an unchanged one is never compiled again."""
    section = SECTION_OF[kind]
    return SourceFile(f"{section}/{key}", Document({section: {key: dict(raw)}}, None, []))


def as_written(
    kind: str, body: Body, status: str, members: Iterable[str] | None = None
) -> dict[str, Any]:
    """An item as a document writes it.

    Args:
        kind: Of the item.
        body: Without `status`.
        status: Empty for a kind that has none.
        members: Of a static segment.
    """
    raw = dict(body)
    if status:
        raw["status"] = status
    if kind == "segment" and body.get("kind") == "static":
        raw["members"] = list(members or ())
    return raw


def in_force(kind: str, body: Body, status: str, active_body: Body | None) -> Body:
    """The body that decides: a paused rule segment goes on with what was kept for that."""
    if kind != "segment" or status != "paused" or active_body is None:
        return body
    if body.get("kind", "rule") != "rule":
        return body
    held = {name: value for name, value in body.items() if name not in MEMBERSHIP}
    return held | {name: value for name, value in active_body.items() if name in MEMBERSHIP}


def workspace_document(body: Body) -> SourceFile:
    """What all items share, as a document."""
    common = {name: body[name] for name in ("key", "timezone") if body.get(name)}
    written = {"workspace": common, "attributes": dict(body.get("attributes") or {})}
    return SourceFile(WORKSPACE, Document(written, None, []))
