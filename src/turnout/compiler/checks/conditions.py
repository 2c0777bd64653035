"""Finds conditions that never match, and those that leave nobody out."""

from collections.abc import Iterator

from turnout.compiler.checks.conflicts import Literal, Wanted, find_conflict
from turnout.compiler.checks.terms import Fixed, Group, Negation, Term
from turnout.documents import Fault
from turnout.documents.problem import Path

_MOST_SHOWN = 4


def check_condition(term: Term) -> Iterator[Fault]:
    """Yields a warning for each innermost part that is never TRUE, or never FALSE."""
    found = list(_check(term))
    if not found and (never := find_conflict([Wanted(term, True)])):
        found.append(_never(never))
    yield from found


def _check(term: Term) -> Iterator[Fault]:
    if isinstance(term, Negation):
        yield from _check(term.part)
    if not isinstance(term, Group):
        return
    inner = [fault for part in term.parts for fault in _check(part)]
    if inner:
        yield from inner
    elif never := find_conflict([Wanted(term, True)]):
        yield _never(never)
    elif not term.is_all and (always := find_conflict([Wanted(term, False)])):
        yield _always(always)


def _never(literals: list[Literal]) -> Fault:
    fixed = [one for one in literals if isinstance(one.leaf, Fixed)]
    if fixed:
        reason = fixed[0].shown
    else:
        reason = f"{_listed(one.shown for one in _in_order(literals))} exclude each other"
    return fault_at(place(literals), f"this never matches: {reason}")


def _always(literals: list[Literal]) -> Fault:
    fixed = [one for one in literals if isinstance(one.leaf, Fixed)]
    if fixed:
        reason = fixed[0].shown
    else:
        shown = (one._replace(wanted=not one.wanted).shown for one in _in_order(literals))
        reason = f"one of {_listed(shown)} is true of everybody of whom it is known"
    return fault_at(place(literals), f"this leaves nobody out: {reason}")


def _in_order(literals: list[Literal]) -> list[Literal]:
    return sorted(literals, key=lambda one: one.path)


def _listed(shown: Iterator[str]) -> str:
    names = list(dict.fromkeys(shown))
    if len(names) > _MOST_SHOWN:
        names[_MOST_SHOWN - 1 :] = [f"{len(names) - _MOST_SHOWN + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def place(literals: list[Literal]) -> Path:
    """Where a conflict is told: at the last of what it is made of."""
    return max(one.path for one in literals)


def fault_at(path: Path, message: str) -> Fault:
    """A warning at the name of a field, or at an entry of a list."""
    return Fault(path, message, at_key=bool(path) and isinstance(path[-1], str))
