"""Items as resources of RPCs: names, conversions, and what is wrong in the words of a request."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from turnout.control.conversion import (
    RESOURCES,
    SALTED,
    Standing,
    Unreadable,
    field_path,
    status_of,
    to_body,
    to_message,
)
from turnout.control.failures import InvalidArgument, InvalidDocument, Violation
from turnout.control.v1 import segment_pb2
from turnout.documents.names import KEY_PATTERN, SECTION_OF, identity_in, item_name, with_article
from turnout.documents.problem import clip
from turnout.documents.validation import KEY_RULE
from turnout.releases.problem import Problem
from turnout.store import Conflict, Item

Body = dict[str, Any]

_KEY = re.compile(KEY_PATTERN)
# What a 64-bit number holds.
_MOST_DIGITS = 18


def answer_of(kind: str, name: str, /, **fields: object) -> Message:
    """A message of the file that a kind's resource is in, by its name."""
    file = RESOURCES[kind].DESCRIPTOR.file
    message: Message = GetMessageClass(file.message_types_by_name[name])(**fields)
    return message


def key_of(kind: str, name: str, field: str = "name") -> str:
    """The key in a name such as `flags/new-checkout`.

    Raises:
        InvalidArgument: It is no such name.
    """
    found = identity_in(name)
    if found is None or found[0] != kind or not is_key(found[1]):
        text = f"`{clip(name)}` is no name of {with_article(kind)}: write `{SECTION_OF[kind]}/KEY`"
        raise InvalidArgument(field, text, reason="BAD_NAME")
    return found[1]


def number_in(name: str, form: str, kind: str) -> int:
    """The number in the name of something that is numbered.

    Args:
        name: For example `snapshots/7`.
        form: How such a name is written: `snapshots/REVISION`.
        kind: For the message: `snapshot`.

    Raises:
        InvalidArgument: It is no such name.
    """
    section, _, number = name.partition("/")
    is_number = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    if section != form.partition("/")[0] or not is_number:
        text = f"`{clip(name)}` is no name of {with_article(kind)}: write `{form}`"
        raise InvalidArgument("name", text, reason="BAD_NAME")
    return int(number)


def is_key(text: str) -> bool:
    """Whether a text may be the key of an item."""
    return _KEY.fullmatch(text) is not None


def new_key(text: str, field: str) -> str:
    """The key for something new.

    Raises:
        InvalidArgument: It is none.
    """
    if not is_key(text):
        raise InvalidArgument(field, f"a key has {KEY_RULE}, not `{clip(text)}`", reason="BAD_KEY")
    return text


def message_of(item: Item) -> Message:
    """The resource of an item."""
    standing = Standing(item.key, item.status, item.etag, item.created_at, item.updated_at)
    message: Message = to_message(item.kind, item.body, standing)
    if isinstance(message, segment_pb2.Segment):
        message.member_count = item.member_count
    return message


def body_of(kind: str, message: Message) -> Body:
    """The document that a resource says.

    Raises:
        InvalidArgument: No document can say it.
    """
    try:
        return to_body(kind, message)
    except Unreadable as error:
        raise InvalidArgument(f"{kind}{error.field}", error.message) from None


def asked_status(kind: str, message: Message) -> str:
    """The status that a resource asks for; empty for none.

    Raises:
        InvalidArgument: There is no such status.
    """
    try:
        return status_of(kind, message)
    except Unreadable as error:
        raise InvalidArgument(f"{kind}.status", error.message) from None


def check_etag(item: Item, etag: str) -> None:
    """Lets a write through that knows the current version, or names none.

    Raises:
        Conflict: It knows another one.
    """
    if etag and etag != item.etag:
        raise Conflict(item.kind, item.key, item.etag)


def with_salt(kind: str, key: str, body: Body) -> Body:
    """The body of a new item: its salt is drawn, unless it is given. That of its key is left out.

    A drawn one keeps an item that takes over a key from dealing out the slots of the one before.
    """
    if kind not in SALTED:
        return body
    salt = body.get("salt") or secrets.token_hex(8)
    salted = {**body, "salt": salt}
    return {name: value for name, value in salted.items() if (name, value) != ("salt", key)}


def refuse_problems(kind: str, key: str, body: Mapping[str, Any], found: Sequence[Problem]) -> None:
    """Lets an item through that nothing is wrong with.

    Raises:
        InvalidDocument: Something is: each problem with the field of the request.
    """
    if not found:
        return
    name = item_name(kind, key)
    violations = []
    for one in found:
        if one.name == name:
            place = field_path(kind, body, one.path)
            violations.append(Violation(f"{kind}.{place}".rstrip("."), one.message))
        else:
            violations.append(Violation(kind, f"{one.name} {one.field}: {one.message}"))
    raise InvalidDocument(name, violations)
