"""Comparisons of dates, whatever now is."""

from itertools import combinations
from typing import NamedTuple

from turnout.compiler.checks.attributes import positive
from turnout.compiler.literals import moments_fault
from turnout.snapshot.v1 import snapshot_pb2 as pb

Conditions = list[tuple[pb.Condition, bool]]

_FROM = {
    pb.OPERATOR_IS_AFTER: False,
    pb.OPERATOR_IS_SINCE: True,
    pb.OPERATOR_IS_NOT_BEFORE: True,
}
"""Operators with a lower end, and whether it is included."""
_TO = {
    pb.OPERATOR_IS_BEFORE: False,
    pb.OPERATOR_IS_UNTIL: True,
    pb.OPERATOR_IS_NOT_AFTER: True,
}


class _End(NamedTuple):
    moment: pb.Moment
    included: bool


class _Span(NamedTuple):
    low: _End | None
    high: _End | None


def are_possible(wanted: Conditions) -> bool:
    """Whether a date can meet comparisons at some time. Days as a whole are not looked into."""
    read: dict[bytes, list[list[_Span]]] = {}
    for condition, value in wanted:
        if condition.operator == pb.OPERATOR_IS_EMPTY and value:
            return False
        # Two zones, or two readings of a number, are two things.
        same = pb.Condition(zone=condition.zone, epoch_unit=condition.epoch_unit)
        if spans := _spans(condition, value):
            read.setdefault(same.SerializeToString(), []).append(spans)
    return not any(
        all(_apart(a, b) for a in one for b in other)
        for found in read.values()
        for one, other in combinations(found, 2)
    )


def _spans(condition: pb.Condition, value: bool) -> list[_Span]:
    """The spans that a date must be in one of; none where that is not known."""
    operator, value = positive(condition.operator, value)
    if operator == pb.OPERATOR_IS_BETWEEN and value:
        return [
            _Span(_End(one.moments.low, True), _End(one.moments.high, True))
            for one in condition.operands
        ]
    for ends, is_low in ((_FROM, True), (_TO, False)):
        if operator in ends:
            # What is not after is until, and so on.
            included = ends[operator] is value
            end = _End(condition.operands[0].moment, included)
            return [_Span(end, None) if is_low is value else _Span(None, end)]
    return []


def _apart(one: _Span, other: _Span) -> bool:
    return _never(one.low, other.high) or _never(other.low, one.high)


def _never(low: _End | None, high: _End | None) -> bool:
    """Whether nothing lies between, whatever now is."""
    if low is None or high is None:
        return False
    if low.moment == high.moment:
        return not (low.included and high.included)
    moments = (low.moment.SerializeToString(), high.moment.SerializeToString())
    return moments_fault(*moments) is not None
