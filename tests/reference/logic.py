"""Three-valued logic: section 2."""

from typing import NamedTuple


class Answer(NamedTuple):
    """A truth, and why it is not known."""

    truth: bool | None
    """None is UNKNOWN."""
    names: frozenset = frozenset()
    """The attributes, segments, unit kinds and items that made it UNKNOWN."""
    notes: frozenset = frozenset()
    """What is to be said beside an UNKNOWN."""


TRUE = Answer(truth=True)
FALSE = Answer(truth=False)


def known(truth):
    """TRUE or FALSE."""
    return Answer(bool(truth))


def unknown(*names, note=None):
    """UNKNOWN for the sake of these names."""
    return Answer(None, frozenset(names), frozenset([note] if note else []))


def both(answers):
    """AND: any FALSE is FALSE, else any UNKNOWN is UNKNOWN; all of the unknown are named."""
    open_ones = []
    for answer in answers:
        if answer.truth is False:
            return FALSE
        if answer.truth is None:
            open_ones.append(answer)
    return _union(open_ones) if open_ones else TRUE


def either(answers):
    """OR: any TRUE is TRUE, else any UNKNOWN is UNKNOWN; all of the unknown are named."""
    return negated(both(negated(answer) for answer in answers))


def negated(answer):
    """NOT swaps TRUE and FALSE, and leaves UNKNOWN."""
    if answer.truth is None:
        return answer
    return known(not answer.truth)


def _union(open_ones):
    return Answer(
        None,
        frozenset().union(*(answer.names for answer in open_ones)),
        frozenset().union(*(answer.notes for answer in open_ones)),
    )
