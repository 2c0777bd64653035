"""Finds out that a condition cannot be TRUE, or cannot be FALSE, whoever asks."""

from collections.abc import Iterable
from typing import NamedTuple

from turnout.compiler.checks.subjects import is_possible
from turnout.compiler.checks.terms import Elsewhere, Fixed, Group, Leaf, Negation, Subject, Term
from turnout.documents.problem import Path

_MOST_STEPS = 4_000
_MOST_LEVELS = 50


class Literal(NamedTuple):
    """A comparison that has to come out in one way."""

    leaf: Leaf | Fixed
    wanted: bool
    path: Path
    """Where it is told."""

    @property
    def shown(self) -> str:
        """For a message."""
        return self.leaf.shown if self.wanted or isinstance(self.leaf, Fixed) else (
            f"not {self.leaf.shown}"
        )  # fmt: skip


class Wanted(NamedTuple):
    """A condition that has to come out in one way."""

    term: Term
    value: bool
    path: Path | None = None
    """Where it is told, when not where it stands."""


class _Exhausted(Exception):  # noqa: N818 - named for its situation
    """Too much to look at."""


def find_conflict(wanted: Iterable[Wanted]) -> list[Literal] | None:
    """Finds why conditions cannot all come out as wanted.

    Args:
        wanted: All of them for one request.

    Returns:
        What excludes each other; None where it may be possible, or is too much to look at.
    """
    try:
        return _Search().run(list(wanted), {}, 0)
    except _Exhausted:
        return None


def necessary(wanted: Iterable[Wanted]) -> list[Literal] | None:
    """What must hold in any case for conditions to come out as wanted; None when none can."""
    literals: dict[Subject, list[Literal]] = {}
    if _Search().settle(list(wanted), literals)[0]:
        return None
    return [one for found in literals.values() for one in found]


class _Search:
    def __init__(self) -> None:
        self._steps = 0

    def run(
        self, wanted: list[Wanted], known: dict[Subject, list[Literal]], level: int
    ) -> list[Literal] | None:
        if level > _MOST_LEVELS:
            raise _Exhausted
        literals = {subject: list(found) for subject, found in known.items()}
        conflict, choices = self.settle(wanted, literals)
        if conflict:
            return conflict
        for found in literals.values():
            if not _possible(found):
                return _fewest(found)
        if not choices:
            return None
        choice, others = choices[0], choices[1:]
        reasons: dict[tuple[Path, str], Literal] = {}
        for part in _parts(choice.term):
            reason = self.run([choice._replace(term=part), *others], literals, level + 1)
            if reason is None:
                return None
            reasons |= {(one.path, one.shown): one for one in reason}
        return list(reasons.values())

    def settle(
        self, waiting: list[Wanted], literals: dict[Subject, list[Literal]]
    ) -> tuple[list[Literal], list[Wanted]]:
        """Follows what has to hold in any case.

        Returns:
            What can never hold, and the groups of which one part is enough.
        """
        choices = []
        while waiting:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise _Exhausted
            term, value, path = one = waiting.pop()
            if isinstance(term, Fixed):
                if term.value != value:
                    return [Literal(term, value, term.path if path is None else path)], []
            elif isinstance(term, Leaf):
                literal = Literal(term, value, term.path if path is None else path)
                literals.setdefault(term.subject, []).append(literal)
            elif isinstance(term, Negation):
                waiting.append(Wanted(term.part, not value, path))
            elif isinstance(term, Elsewhere):
                waiting.append(Wanted(term.term, value, term.path if path is None else path))
            elif term.is_all == value or len(term.parts) == 1:
                waiting += [Wanted(part, value, path) for part in term.parts]
            else:
                choices.append(one)
        return [], choices


def _parts(term: Term) -> tuple[Term, ...]:
    return term.parts if isinstance(term, Group) else ()


def _possible(literals: list[Literal]) -> bool:
    leaves = [(one.leaf, one.wanted) for one in literals if isinstance(one.leaf, Leaf)]
    return is_possible(leaves)


def _fewest(literals: list[Literal]) -> list[Literal]:
    """A part of what excludes each other of which nothing can be left out."""
    fewest = list(literals)
    for one in literals:
        rest = [other for other in fewest if other is not one]
        if rest and not _possible(rest):
            fewest = rest
    return fewest
