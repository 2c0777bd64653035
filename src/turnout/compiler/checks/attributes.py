"""What operators say of an attribute that is not set, and of one that is empty."""

from turnout.compiler.operators import OPERATORS
from turnout.snapshot.v1 import snapshot_pb2 as pb

_NEGATIVE = frozenset(row.operator for row in OPERATORS.values() if row.negative)
_TRUE_UNSET = _NEGATIVE | {pb.OPERATOR_IS_ANY, pb.OPERATOR_IS_NOT_SET}
_SAID: dict[int, bool | None] = {
    pb.ON_UNSET_MATCH: True,
    pb.ON_UNSET_NO_MATCH: False,
    pb.ON_UNSET_UNKNOWN: None,
}
_PRESENCE: dict[int, bool] = {
    pb.OPERATOR_IS_ANY: True,
    pb.OPERATOR_IS_SET: True,
    pb.OPERATOR_IS_NOT_SET: False,
}
_OPPOSITES: dict[int, pb.Operator] = {
    pb.OPERATOR_IS_NOT: pb.OPERATOR_IS,
    pb.OPERATOR_IS_NOT_EMPTY: pb.OPERATOR_IS_EMPTY,
    pb.OPERATOR_DOES_NOT_CONTAIN: pb.OPERATOR_CONTAINS,
    pb.OPERATOR_CONTAINS_NONE: pb.OPERATOR_CONTAINS_ANY,
    pb.OPERATOR_DOES_NOT_START_WITH: pb.OPERATOR_STARTS_WITH,
    pb.OPERATOR_DOES_NOT_END_WITH: pb.OPERATOR_ENDS_WITH,
    pb.OPERATOR_DOES_NOT_MATCH: pb.OPERATOR_MATCHES,
    pb.OPERATOR_IS_NOT_BETWEEN: pb.OPERATOR_IS_BETWEEN,
    pb.OPERATOR_IS_NOT_IN_CIDR: pb.OPERATOR_IS_IN_CIDR,
}


def when_unset(condition: pb.Condition) -> bool | None:
    """What a comparison gives where its attribute is not set; None for UNKNOWN."""
    if condition.on_unset:
        return _SAID[condition.on_unset]
    return condition.operator in _TRUE_UNSET


def presence(operator: pb.Operator) -> bool | None:
    """What an operator that only asks for presence says of any value."""
    return _PRESENCE.get(operator)


def emptiness(operator: pb.Operator) -> bool:
    """Whether an operator only asks if a value is empty."""
    return operator in (pb.OPERATOR_IS_EMPTY, pb.OPERATOR_IS_NOT_EMPTY)


def positive(operator: pb.Operator, value: bool) -> tuple[pb.Operator, bool]:
    """Says the same of a value that is set, with the operator that is no negation."""
    if operator in _OPPOSITES:
        return _OPPOSITES[operator], not value
    return operator, value
