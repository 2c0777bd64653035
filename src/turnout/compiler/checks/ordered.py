"""Comparisons of what has an order: numbers and versions."""

from collections.abc import Callable, Iterator
from functools import cmp_to_key
from operator import ge, gt, le, lt

from turnout.compiler.checks.attributes import positive
from turnout.snapshot.v1 import snapshot_pb2 as pb

Conditions = list[tuple[pb.Condition, bool]]
Compare = Callable[[str, str], int]

_COMPARES: dict[int, Callable[[int, int], bool]] = {
    pb.OPERATOR_IS_GREATER_THAN: gt,
    pb.OPERATOR_IS_AT_LEAST: ge,
    pb.OPERATOR_IS_LESS_THAN: lt,
    pb.OPERATOR_IS_AT_MOST: le,
}


def by(compare: Compare) -> Callable[[Conditions], bool]:
    """Whether a value can meet comparisons, in the order that `compare` gives."""
    return lambda wanted: _Order(compare, wanted).is_possible()


class _Order:
    """The edges of all comparisons, and the gaps between them.

    Regions count from 0: the odd ones are edges, the even ones what lies between two of them.
    """

    def __init__(self, compare: Compare, wanted: Conditions) -> None:
        self._wanted = wanted
        self._places: dict[str, int] = {}
        last, place = None, -1
        for edge in sorted(
            {one for found, _ in wanted for one in _edges(found)}, key=cmp_to_key(compare)
        ):
            place += 2 if last is None or compare(last, edge) else 0
            self._places[edge] = place
            last = edge
        self._regions = range(place + 2)

    def is_possible(self) -> bool:
        return any(
            all(self._meets(condition, value, region) for condition, value in self._wanted)
            for region in self._regions
        )

    def _meets(self, condition: pb.Condition, value: bool, region: int) -> bool:
        operator, value = positive(condition.operator, value)
        found = self._holds(operator, condition, region)
        return found is None or found is value

    def _holds(self, operator: pb.Operator, condition: pb.Condition, region: int) -> bool | None:
        pairs = [
            (self._places[low], self._places[high]) for low, high in map(_pair, condition.operands)
        ]
        if operator == pb.OPERATOR_IS_EMPTY:
            return False
        if operator in (pb.OPERATOR_IS, pb.OPERATOR_IS_BETWEEN):
            return any(low <= region <= high for low, high in pairs)
        if operator in _COMPARES:
            return _COMPARES[operator](region, pairs[0][0])
        return None


def _edges(condition: pb.Condition) -> Iterator[str]:
    for operand in condition.operands:
        yield from _pair(operand)


def _pair(operand: pb.Operand) -> tuple[str, str]:
    match operand.WhichOneof("kind"):
        case "interval":
            return operand.interval.low, operand.interval.high
        case "versions":
            return operand.versions.low, operand.versions.high
        case "modulo":
            return operand.modulo.divisor, operand.modulo.divisor
        case "text":
            return operand.text, operand.text
    return operand.number, operand.number
