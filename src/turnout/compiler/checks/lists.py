"""Comparisons of lists, by whole elements."""

from turnout.compiler.checks.attributes import positive
from turnout.compiler.checks.texts import forms
from turnout.snapshot.v1 import snapshot_pb2 as pb

Conditions = list[tuple[pb.Condition, bool]]
_Elements = frozenset[str]
_Clause = tuple[pb.Operator, list[_Elements], bool]

_ANY = (pb.OPERATOR_CONTAINS, pb.OPERATOR_CONTAINS_ANY)
_WHOLE = (pb.OPERATOR_IS, pb.OPERATOR_IS_EMPTY)


def are_possible(wanted: Conditions) -> bool:
    """Whether a list can meet comparisons."""
    return all(
        _possible([
            _clause(one, value)
            for one, value in wanted
            if not one.operands or one.case_sensitive == case_sensitive
        ])
        for case_sensitive in (False, True)
    )  # fmt: skip


def of_any_kind(wanted: Conditions) -> bool:
    """Whether a text or a list can meet comparisons that are used without a type."""
    # What excludes each other as elements does so as parts of a text.
    return are_possible(wanted)


def _clause(condition: pb.Condition, value: bool) -> _Clause:
    operator, value = positive(condition.operator, value)
    sensitive = condition.case_sensitive
    if operator == pb.OPERATOR_IS:
        sets = [forms(one.list.texts, case_sensitive=sensitive) for one in condition.operands]
    else:
        sets = [forms((one.text for one in condition.operands), case_sensitive=sensitive)]
    return operator, sets, value


def _possible(clauses: list[_Clause]) -> bool:
    named = {one for operator, sets, _ in clauses if operator == pb.OPERATOR_IS for one in sets}
    return any(_met(clauses, one) for one in {frozenset[str](), *named}) or _other(clauses)


def _met(clauses: list[_Clause], elements: _Elements) -> bool:
    return all(_holds(operator, sets, elements) is value for operator, sets, value in clauses)


def _holds(operator: pb.Operator, sets: list[_Elements], elements: _Elements) -> bool:
    if operator == pb.OPERATOR_IS:
        return elements in sets
    if operator == pb.OPERATOR_IS_EMPTY:
        return not elements
    if operator in _ANY:
        return not elements.isdisjoint(sets[0])
    return sets[0] <= elements


def _other(clauses: list[_Clause]) -> bool:
    """Whether a list can meet them that none of them names whole."""
    if any(value and operator in _WHOLE for operator, _, value in clauses):
        return False
    forbidden = {
        one
        for operator, sets, value in clauses
        if operator in _ANY and not value
        for one in sets[0]
    }
    needed = {
        one
        for operator, sets, value in clauses
        if operator == pb.OPERATOR_CONTAINS_ALL and value
        for one in sets[0]
    }
    if not needed.isdisjoint(forbidden):
        return False
    return not any(
        (sets[0] <= forbidden if value else False)
        if operator in _ANY
        else (operator == pb.OPERATOR_CONTAINS_ALL and not value and sets[0] <= needed)
        for operator, sets, value in clauses
    )
