"""Comparisons of text, in the form that the engine compares."""

from collections.abc import Iterable

from turnout.compiler.checks.attributes import positive
from turnout.compiler.literals import text_form
from turnout.snapshot.v1 import snapshot_pb2 as pb

Conditions = list[tuple[pb.Condition, bool]]
_Clause = tuple[pb.Operator, frozenset[str], bool]
"""An operator that is no negation, the forms of its operands, and what is wanted."""

_IN_PART = (pb.OPERATOR_STARTS_WITH, pb.OPERATOR_ENDS_WITH, pb.OPERATOR_CONTAINS)
_WHOLE = (pb.OPERATOR_IS, pb.OPERATOR_IS_EMPTY)


def are_possible(wanted: Conditions) -> bool:
    """Whether a text can meet comparisons. Patterns are not looked into."""
    # Folded and unfolded text are two things: what is impossible for one kind is so for all.
    return all(
        _possible([_clause(one, value) for one, value in wanted if _compares(one, case_sensitive)])
        for case_sensitive in (False, True)
    )


def forms(operands: Iterable[str], *, case_sensitive: bool) -> frozenset[str]:
    """Texts as the engine compares them."""
    return frozenset(text_form(one, case_sensitive=case_sensitive) for one in operands)


def _compares(condition: pb.Condition, case_sensitive: bool) -> bool:
    return not condition.operands or condition.case_sensitive == case_sensitive


def _clause(condition: pb.Condition, value: bool) -> _Clause:
    operator, value = positive(condition.operator, value)
    operands = (one.text for one in condition.operands)
    return operator, forms(operands, case_sensitive=condition.case_sensitive), value


def _possible(clauses: list[_Clause]) -> bool:
    named = {one for operator, found, _ in clauses if operator == pb.OPERATOR_IS for one in found}
    return any(_met(clauses, text) for text in {"", *named}) or _other(clauses)


def _met(clauses: list[_Clause], text: str) -> bool:
    return all(_holds(operator, found, text) in (None, value) for operator, found, value in clauses)


def _holds(operator: pb.Operator, found: frozenset[str], text: str) -> bool | None:
    match operator:
        case pb.OPERATOR_IS:
            return text in found
        case pb.OPERATOR_IS_EMPTY:
            return not text
        case pb.OPERATOR_STARTS_WITH:
            return any(text.startswith(one) for one in found)
        case pb.OPERATOR_ENDS_WITH:
            return any(text.endswith(one) for one in found)
        case pb.OPERATOR_CONTAINS:
            return any(one in text for one in found)
    return None


def _other(clauses: list[_Clause]) -> bool:
    """Whether a text can meet them that none of them names."""
    required = [one for one in clauses if one[2]]
    forbidden = [
        (operator, text) for operator, found, value in clauses if not value for text in found
    ]
    if any(operator in _WHOLE for operator, _, _ in required):
        return False
    for at, (operator, found, _) in enumerate(required):
        if operator not in _IN_PART:
            continue
        if all(_excluded(operator, text, forbidden) for text in found):
            return False
        if any(_apart(operator, found, other) for other in required[:at]):
            return False
    return True


def _excluded(operator: pb.Operator, text: str, forbidden: list[tuple[pb.Operator, str]]) -> bool:
    """Whether every text with this part has a part that is forbidden."""
    return any(
        (other == pb.OPERATOR_CONTAINS and part in text)
        or (other == operator == pb.OPERATOR_STARTS_WITH and text.startswith(part))
        or (other == operator == pb.OPERATOR_ENDS_WITH and text.endswith(part))
        for other, part in forbidden
    )


def _apart(operator: pb.Operator, found: frozenset[str], other: _Clause) -> bool:
    """Whether no text can have an end of both."""
    if operator != other[0]:
        return False
    if operator == pb.OPERATOR_STARTS_WITH:
        return not any(a.startswith(b) or b.startswith(a) for a in found for b in other[1])
    if operator == pb.OPERATOR_ENDS_WITH:
        return not any(a.endswith(b) or b.endswith(a) for a in found for b in other[1])
    return False
