"""Networks and places as operands."""

import math
from typing import Any

from turnout.compiler.literals import cidr_fault
from turnout.compiler.operands import NO_OPTIONS, OperandRefused, Options, each, text
from turnout.documents.problem import clip, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

_FURTHEST = {"lat": 90, "lon": 180}
_SHAPE = "`{lat: 52.52, lon: 13.41, km: 50}`"


def networks(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several networks or addresses."""

    def read(one: object) -> pb.Operand:
        found = text(name, one)
        if fault := cidr_fault(found):
            raise OperandRefused(fault)
        return pb.Operand(text=found)

    return each(name, written, read)


def circles(name: str, written: object, _options: Options = NO_OPTIONS) -> list[pb.Operand]:
    """Reads one or several `{lat, lon, km}`."""
    return each(name, written, lambda one: pb.Operand(circle=_circle(name, one)))


def _circle(name: str, written: object) -> pb.Circle:
    if not isinstance(written, dict):
        message = f"`{name}` takes a place and a distance, not {describe(written)}: write {_SHAPE}"
        raise OperandRefused(message)
    for field in written:
        if field not in ("lat", "lon", "km"):
            raise OperandRefused(f"unknown field `{clip(field)}`: write {_SHAPE}", field)
    for field, furthest in _FURTHEST.items():
        degrees = _number(written, field)
        if not -furthest <= degrees <= furthest:
            message = f"`{field}` must be from -{furthest} to {furthest}, not `{written[field]}`"
            raise OperandRefused(message, field)
    kilometres = _number(written, "km")
    if kilometres < 0:
        raise OperandRefused(f"`km` must not be negative, as `{written['km']}` is", "km")
    return pb.Circle(
        latitude=_number(written, "lat"),
        longitude=_number(written, "lon"),
        kilometres=kilometres,
    )


def _number(written: dict[str, Any], field: str) -> float:
    if field not in written:
        raise OperandRefused(f"`{field}` is missing: write {_SHAPE}")
    value = written[field]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OperandRefused(f"`{field}` must be a number, not {describe(value)}", field)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise OperandRefused(f"`{field}` must be a finite number, not {describe(value)}", field)
    return found
