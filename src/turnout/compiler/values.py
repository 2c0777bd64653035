"""The values of variants: their common type, and how a snapshot holds them."""

import math
from collections.abc import Mapping
from typing import Any

from turnout.compiler.scope import Scope
from turnout.compiler.text import is_text
from turnout.documents.problem import Path, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb
from turnout.v1 import value_pb2

TYPES = {
    "boolean": pb.FLAG_TYPE_BOOLEAN,
    "string": pb.FLAG_TYPE_STRING,
    "integer": pb.FLAG_TYPE_INTEGER,
    "double": pb.FLAG_TYPE_DOUBLE,
    "object": pb.FLAG_TYPE_OBJECT,
}

MAX_DEPTH = 24
"""Lists and objects inside each other: each takes 3 messages, and readers of protobuf stop at 100
messages inside each other."""

_INT64 = 2**63
_NUMBERS = frozenset({"integer", "double"})


class ValueRefused(ValueError):  # noqa: N818 - named for its situation
    """A value that no variant can carry; `at` leads to it."""

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.at = at


def compile_variants(
    scope: Scope, written: Mapping[str, Any], paths: Mapping[str, Path], declared: str | None
) -> tuple[str, list[pb.Variant]] | None:
    """Checks the values of all variants against their one type.

    Args:
        scope: Takes what is wrong.
        written: Value by name of variant, in the order written; at least one.
        paths: Where each value stands.
        declared: The `type:` of the item; None takes what the values have in common.

    Returns:
        The type and the variants; None when something is wrong.
    """
    kind = declared or _common_type(written)
    wanted = f"`{kind}`" if declared else f"`{kind}`, as the others of the item are"
    variants = []
    for name, value in written.items():
        try:
            variants.append(pb.Variant(name=name, value=_typed(value, kind, wanted)))
        except ValueRefused as error:
            scope.refuse((*paths[name], *error.at), str(error))
    return (kind, variants) if len(variants) == len(written) else None


def _common_type(written: Mapping[str, Any]) -> str:
    kinds = [_type_of(value) for value in written.values()]
    mixed = kinds[0] in _NUMBERS and _NUMBERS.issubset(kinds)
    return "double" if mixed else kinds[0]


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "double"
    return "string" if isinstance(value, str) else "object"


def _typed(value: object, kind: str, wanted: str) -> value_pb2.Value:
    if value is None:
        raise ValueRefused("a variant needs a value")
    if isinstance(value, int) and not isinstance(value, bool) and kind == "double":
        return value_pb2.Value(double=float(_in_range(value)))
    if _type_of(value) != kind:
        raise ValueRefused(f"{describe(value)} is not of type {wanted}")
    return to_value(value)


def to_value(value: object, depth: int = 0) -> value_pb2.Value:
    """Writes a plain value as a message; the fields of objects are sorted by name.

    Raises:
        ValueRefused: A number that is not finite or beyond 64 bits, text that is none, or too
            much depth.
    """
    if depth > MAX_DEPTH:
        raise ValueRefused(f"a value is nested more than {MAX_DEPTH} deep: make it flatter")
    if value is None:
        return value_pb2.Value(null=value_pb2.NULL_VALUE_UNSPECIFIED)
    if isinstance(value, bool):
        return value_pb2.Value(boolean=value)
    if isinstance(value, int):
        return value_pb2.Value(integer=_in_range(value))
    if isinstance(value, float):
        return value_pb2.Value(double=_finite(value))
    if isinstance(value, str):
        return value_pb2.Value(string=_unicode(value))
    return _list(value, depth) if isinstance(value, list) else _object(value, depth)


def _list(value: list[Any], depth: int) -> value_pb2.Value:
    held = value_pb2.Value()
    held.list.SetInParent()
    held.list.values.extend(_inside(one, at, depth) for at, one in enumerate(value))
    return held


def _object(value: Any, depth: int) -> value_pb2.Value:  # noqa: ANN401 - a mapping
    held = value_pb2.Value()
    held.object.SetInParent()
    for name in sorted(value):
        held.object.fields.add(name=_unicode(name), value=_inside(value[name], name, depth))
    return held


def _inside(value: object, at: str | int, depth: int) -> value_pb2.Value:
    try:
        return to_value(value, depth + 1)
    except ValueRefused as error:
        raise ValueRefused(str(error), at, *error.at) from None


def _in_range(value: int) -> int:
    if not -_INT64 <= value < _INT64:
        raise ValueRefused(f"{describe(value)} does not fit into 64 bits: write it in quotes")
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueRefused(f"`{value}` is no finite number")
    return value


def _unicode(text: str) -> str:
    if not is_text(text):
        raise ValueRefused("must be text that UTF-8 can hold")
    return text
