"""An item as its document has it to the resource that RPCs give, and back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from google.protobuf.descriptor import EnumDescriptor

from turnout.control.conversion.form import Body, Message
from turnout.control.conversion.forms import number_of, word_of
from turnout.control.conversion.structs import MOST_MESSAGES, messages_deep
from turnout.control.conversion.tables import TABLES
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.v1 import (
    experiment_pb2,
    flag_pb2,
    holdout_pb2,
    layer_pb2,
    query_pb2,
    segment_pb2,
)
from turnout.documents.names import item_name
from turnout.documents.problem import Path

RESOURCES: dict[str, type[Message]] = {
    "segment": segment_pb2.Segment,
    "flag": flag_pb2.Flag,
    "experiment": experiment_pb2.Experiment,
    "layer": layer_pb2.Layer,
    "holdout": holdout_pb2.Holdout,
    "query": query_pb2.Query,
}
"""The message of a kind."""

SALTED = frozenset(
    kind for kind, made in RESOURCES.items() if "salt" in made.DESCRIPTOR.fields_by_name
)
"""The kinds that hash."""

MOST_BYTES = 1024 * 1024
"""Of one item, as JSON."""


class Standing(NamedTuple):
    """What the store knows of an item beside its body."""

    key: str
    status: str
    etag: str
    created_at: datetime
    updated_at: datetime


def to_body(kind: str, message: Message) -> Body:
    """Reads the resource as documents write it; output of the server is read too.

    Raises:
        Unreadable: With the path in the words of documents.
    """
    body = TABLES[kind].read(message)
    if fault := carrying_fault(body):
        raise Unreadable((), fault)
    return body


def carrying_fault(body: Mapping[str, Any]) -> str:
    """Why an item cannot be carried by every message that it is part of; empty if it can.

    An event of the log has an item twice, and clients take messages of 4 MiB.
    """
    if messages_deep(body) > MOST_MESSAGES:
        return "conditions or values are nested deeper than messages can carry: make them flatter"
    size = len(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        most = MOST_BYTES // 1024
        return f"the item has {size // 1024:,} KiB, at most {most:,} are allowed: use segments"
    return ""


def to_message(kind: str, body: Mapping[str, Any], standing: Standing) -> Message:
    """Writes an item as the resource, defaults said."""
    message = RESOURCES[kind](
        name=item_name(kind, standing.key),
        etag=standing.etag,
        create_time=standing.created_at,
        update_time=standing.updated_at,
    )
    if (enum := status_enum(kind)) is not None:
        message.status = number_of(enum, standing.status)
    TABLES[kind].write(body, message)
    if kind in SALTED:
        message.salt = message.salt or standing.key
    return message


def status_enum(kind: str) -> EnumDescriptor | None:
    """The statuses of a kind; None for those that have none."""
    field = RESOURCES[kind].DESCRIPTOR.fields_by_name.get("status")
    return field.enum_type if field is not None else None


def status_of(kind: str, message: Message) -> str:
    """The status that a message says; empty for none.

    Raises:
        Unreadable: A number that this version does not know.
    """
    enum = status_enum(kind)
    return word_of(enum, message.status) if enum is not None else ""


def field_path(kind: str, body: Mapping[str, Any], path: Path) -> str:
    """Where a path in a body leads in the resource, for example `rules[0].when.segment`."""
    return TABLES[kind].path(body, path).removeprefix(".")
