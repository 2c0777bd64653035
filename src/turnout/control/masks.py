"""Which fields an update takes over."""

from collections.abc import Iterable
from typing import Any, Final

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from turnout.control.failures import InvalidArgument
from turnout.documents.names import nearest, with_article

ALL: Final = "*"
_STANDING = frozenset({"name", "etag"})
"""They say which one is meant."""


def fields_to_take(
    mask: FieldMask, given: Message, field: str, *, output_only: Iterable[str] = ()
) -> list[str]:
    """The fields of a resource that an update takes over, in the order of the resource.

    Args:
        mask: As sent; without paths: what is set in `given`.
        given: The resource as sent.
        field: The name of the resource in the request, for messages.
        output_only: Fields that the server alone sets: left out, and refused when they are named.

    Raises:
        InvalidArgument: A path that is no field, that leads into one, or that is output only.
    """
    known = [one.name for one in given.DESCRIPTOR.fields]
    hidden = _STANDING | set(output_only)
    paths = list(mask.paths)
    if ALL in paths:
        if len(paths) > 1:
            raise _refused("`*` stands alone: it replaces the whole", ALL)
        return [name for name in known if name not in hidden]
    for path in paths:
        if path in _STANDING:
            continue
        if path in hidden:
            raise _refused(f"`{path}` is set by the server: take it out of the mask", path)
        if path not in known:
            raise _refused(f"`{path}` {_why_unknown(path, known, field)}", path)
    if not paths:
        paths = [one.name for one, _ in given.ListFields()]
    return [name for name in known if name in paths and name not in hidden]


def _why_unknown(path: str, known: Iterable[str], field: str) -> str:
    head = path.partition(".")[0]
    if head in known and head != path:
        return f"leads into a field: name `{head}`, which is taken over as a whole"
    return f"is no field of {with_article(field)}{nearest(path, known)}"


def take(fields: Iterable[str], source: Message, into: Message) -> None:
    """Copies fields, those that are not set too."""
    for name in fields:
        into.ClearField(name)
        descriptor = source.DESCRIPTOR.fields_by_name[name]
        if descriptor.is_repeated:
            getattr(into, name).MergeFrom(getattr(source, name))
        elif descriptor.message_type is not None:
            if source.HasField(name):
                getattr(into, name).CopyFrom(getattr(source, name))
        elif not descriptor.has_presence or source.HasField(name):
            value: Any = getattr(source, name)
            setattr(into, name, value)


def _refused(message: str, path: str) -> InvalidArgument:
    return InvalidArgument("update_mask", message, reason="BAD_MASK", path=path)
