"""Documents as they come in a request: JSON in the shape that people write."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from turnout.compiler.copies import chained_copies, copy_sources
from turnout.compiler.history import Identity
from turnout.control.failures import InvalidArgument, InvalidDocument, Violation
from turnout.documents import Document, Fault, Invalid, read_mapping, validate_item
from turnout.documents.names import item_name
from turnout.documents.problem import clip, render_path

FIELD = "documents"
"""Of the request."""
SHARED = ("key", "timezone")
"""What of the workspace all items share, beside the attributes."""

Body = dict[str, Any]


class Written(NamedTuple):
    """What documents say."""

    items: Mapping[Identity, Body]
    workspace: Body
    """`key`, `timezone` and `attributes`, as far as they are written."""


def read_documents(text: str) -> Written:
    """Reads what was sent.

    Args:
        text: JSON.

    Raises:
        InvalidArgument: It is no JSON.
        InvalidDocument: It has no shape of documents.
    """
    try:
        value = json.loads(text, object_pairs_hook=_each_once, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidArgument(FIELD, f"no JSON of documents: {error}") from None
    if not isinstance(value, dict):
        raise InvalidArgument(FIELD, "documents are a JSON object with sections such as `flags`")
    [file] = read_mapping({"documents.json": value}).files
    document = file.document
    _refuse_faults(document)
    items: Any = {identity: item.raw for identity, item in document.items.items()}
    workspace = dict(document.workspace or {})
    if document.attributes:
        workspace["attributes"] = {name: _typed(one) for name, one in document.attributes.items()}
    return Written(items, workspace)


def _typed(attribute: object) -> object:
    """The long form: `plan: string` is `plan: {type: string}`."""
    return {"type": attribute} if isinstance(attribute, str) else attribute


def _refuse_faults(document: Document) -> None:
    found = [Violation(render_path(fault.path), fault.message) for fault in document.faults]
    for (kind, key), item in document.items.items():
        name = item_name(kind, key)
        faults = item.faults or _misshapen(kind, item.raw)
        found += [
            Violation(f"{name} {render_path(fault.path)}".rstrip(), fault.message)
            for fault in faults
        ]
    sources = copy_sources((one, item.raw) for one, item in document.items.items())
    found += [
        Violation(f"{item_name('segment', key)} copy_of", why)
        for key, why in chained_copies(sources).items()
    ]
    if found:
        raise InvalidDocument(FIELD, found)


def _misshapen(kind: str, raw: object) -> Sequence[Fault]:
    try:
        validate_item(kind, raw)
    except Invalid as error:
        return error.faults
    return ()


def _each_once(pairs: list[tuple[str, Any]]) -> Body:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{clip(twice)}` is written twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"`{name}` is no number")
