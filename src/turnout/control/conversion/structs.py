"""Conditions and other parts in the shape of the documents, as `google.protobuf.Struct`.

A Struct has doubles only, and no order. A number that a double cannot hold is `{"$number": "..."}`
there, written as in a document; fields come back in the order in which people write them.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import struct_pb2

from turnout.control.conversion.unreadable import Unreadable
from turnout.documents.conditions import CONDITION_FIELDS, EventDocument
from turnout.documents.problem import Path
from turnout.documents.scalars import resolve

NUMBER: Final = "$number"
"""The one field of a Struct that stands for a number."""

MOST_MESSAGES: Final = 94
"""Messages inside each other that an item may take as a Struct: readers of protobuf stop at 100,
and an item stands in an event, which stands in a list."""

_EXACT = 2**53
_CIRCLE = ("lat", "lon", "km")
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            *CONDITION_FIELDS,
            *EventDocument.model_fields,
            *("divisor", "remainder", *_CIRCLE, "algorithm"),
        )
    )
}


def to_struct(written: Mapping[str, Any]) -> struct_pb2.Struct:
    """Writes a mapping as a message."""
    struct = struct_pb2.Struct()
    for name, value in written.items():
        _fill(struct.fields[name], value)
    return struct


def _fill(into: struct_pb2.Value, value: object) -> None:
    match value:
        case None:
            into.null_value = struct_pb2.NULL_VALUE
        case bool():
            into.bool_value = value
        case int() | float():
            _fill_number(into, value)
        case str():
            into.string_value = value
        case list():
            into.list_value.SetInParent()
            for one in value:
                _fill(into.list_value.values.add(), one)
        case Mapping():
            into.struct_value.CopyFrom(to_struct(value))
        case _:
            raise TypeError(f"no document holds {value!r}")


def _fill_number(into: struct_pb2.Value, number: float) -> None:
    if abs(number) <= _EXACT:
        into.number_value = number
    else:
        into.struct_value.fields[NUMBER].string_value = repr(number)


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Reads a mapping; its fields in the order in which people write them.

    Raises:
        Unreadable: A number that is none, or that lost its digits on the way.
    """
    return _mapping(struct, ())


def _mapping(struct: struct_pb2.Struct, path: Path) -> dict[str, Any]:
    return {
        name: _read(struct.fields[name], (*path, name))
        for name in sorted(struct.fields, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))
    }


def _read(value: struct_pb2.Value, path: Path) -> Any:  # noqa: ANN401 - as JSON has it
    match value.WhichOneof("kind"):
        case "number_value":
            return _number(value.number_value, path)
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_read(one, (*path, at)) for at, one in enumerate(value.list_value.values)]
        case "struct_value":
            return _number_or_mapping(value.struct_value, path)
    return None


def _number_or_mapping(struct: struct_pb2.Struct, path: Path) -> Any:  # noqa: ANN401 - as JSON has it
    if len(struct.fields) == 1 and NUMBER in struct.fields:
        return _written_number(struct.fields[NUMBER].string_value, path)
    return _mapping(struct, path)


def _written_number(text: str, path: Path) -> float:
    try:
        number = resolve(text) if text else ""
    except ValueError as error:
        raise Unreadable(path, str(error)) from None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Unreadable(path, f"`{NUMBER}` holds a number as documents write it, not `{text}`")
    if not math.isfinite(number):
        raise Unreadable(path, f"`{text}` is no finite number")
    return number


def _number(number: float, path: Path) -> float:
    if not math.isfinite(number):
        raise Unreadable(path, f"`{number}` is no finite number")
    if not number.is_integer():
        return number
    if abs(number) > _EXACT:
        hint = f'write `{{"{NUMBER}": "..."}}` with its digits'
        raise Unreadable(path, f"`{number:.0f}` may have lost digits, as a Struct does it: {hint}")
    return int(number)


def messages_deep(value: object) -> int:
    """How many messages stand inside each other when a plain value is part of a Struct."""
    if isinstance(value, Mapping):
        return 3 + max(map(messages_deep, value.values()), default=0)
    if isinstance(value, list):
        return 2 + max(map(messages_deep, value), default=0)
    return 1
