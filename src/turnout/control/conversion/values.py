"""Values of variants as `turnout.v1.Value`: exact, with the order of fields."""

import math
from collections.abc import Mapping
from typing import Any

from turnout.control.conversion.unreadable import Unreadable
from turnout.documents.problem import Path
from turnout.v1 import value_pb2

_PLAIN = frozenset({"string", "integer", "double", "boolean"})
_INT64 = 2**63


def fill_value(into: value_pb2.Value, value: object) -> None:
    """Writes a plain value into its message. A whole number beyond 64 bits becomes a double."""
    match value:
        case None:
            into.null = value_pb2.NULL_VALUE_UNSPECIFIED
        case bool():
            into.boolean = value
        case int() if -_INT64 <= value < _INT64:
            into.integer = value
        case int() | float():
            into.double = value
        case str():
            into.string = value
        case list():
            into.list.SetInParent()
            for one in value:
                fill_value(into.list.values.add(), one)
        case Mapping():
            into.object.SetInParent()
            for name, one in value.items():
                fill_value(into.object.fields.add(name=name).value, one)
        case _:
            raise TypeError(f"no document holds {value!r}")


def read_value(message: value_pb2.Value, path: Path = ()) -> Any:  # noqa: ANN401 - as JSON has it
    """Reads a plain value.

    Raises:
        Unreadable: There is none, or one that no document can hold.
    """
    kind = message.WhichOneof("kind")
    if kind in _PLAIN:
        found = getattr(message, str(kind))
        if kind == "double" and not math.isfinite(found):
            raise Unreadable(path, f"`{found}` is no finite number")
        return found
    match kind:
        case "null":
            return None
        case "list":
            return [read_value(one, (*path, at)) for at, one in enumerate(message.list.values)]
        case "object":
            return _object(message.object, path)
        case "timestamp":
            raise Unreadable(path, "a variant has no value of this kind: write the time as text")
    raise Unreadable(path, "a value is missing")


def _object(message: value_pb2.ObjectValue, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in message.fields:
        if field.name in found:
            raise Unreadable((*path, field.name), f"`{field.name}` is given twice")
        found[field.name] = read_value(field.value, (*path, field.name))
    return found
