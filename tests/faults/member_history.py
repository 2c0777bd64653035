"""What was asked of members while processes were killed, and what must be true of them.

Each check is a pure function of a `MemberHistory`, what the actors saw, and of `MemberEvidence`,
what the store and the disk hold after it; it yields a line for each violation.
"""

# ruff: noqa: ARG001 - all checks are called alike

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

RECOVERY_BOUND_S = 45.0
"""From the moment at which all processes are started again to an evaluation that went well. One
that was noted a moment before its process died, and of which nothing else is known, runs into its
lease of 30 s."""
EXCUSED = {
    "INTERRUPTED", "STORE_UNAVAILABLE", "OUTCOME_UNKNOWN", "CONNECTION_LOST", "CANCELLED", "STALE",
}  # fmt: skip
"""What may become of an evaluation whose process or store is killed, or that is cancelled."""


class Ids(NamedTuple):
    """A set of ids that is known without writing it down: `PREFIX-0` to `PREFIX-(count - 1)`."""

    prefix: str
    count: int

    def __iter__(self) -> Iterator[str]:
        return (f"{self.prefix}-{at}" for at in range(self.count))


class Imported(NamedTuple):
    """An import whose outcome is known, or not yet."""

    segment: str
    before: frozenset
    after: frozenset
    """As `Ids`, all of them together."""


@dataclass
class MemberHistory:
    """What the actors saw; each appends from its own thread."""

    wanted: dict[int, Ids] = field(default_factory=dict)
    """What an evaluation finds, by its number."""
    succeeded: dict[str, int] = field(default_factory=dict)
    """The number of the last evaluation of a segment that was told to have gone well."""
    failed: dict[int, str] = field(default_factory=dict)
    """Why an evaluation came to nothing, by its number."""
    imports: dict[str, Imported] = field(default_factory=dict)
    """The last import of each segment that was begun."""
    acknowledged: dict[str, frozenset] = field(default_factory=dict)
    """What a segment held after the last import that was answered."""
    refused: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    evaluations: int = 0
    imported: int = 0


class Held(NamedTuple):
    """The members of a dynamic segment, as the store has them."""

    evaluation: int
    count: int
    missing: int
    """Of the ids that this evaluation found, those that are no members."""
    fault: str = ""
    """Why the set cannot be read."""
    in_snapshot: bool = True
    """The current snapshot names this set."""


@dataclass
class MemberEvidence:
    """What is there, read while nothing is killed."""

    sets: dict[str, Held] = field(default_factory=dict)
    """By dynamic segment that has members."""
    lists: dict[str, frozenset] = field(default_factory=dict)
    """The members of static segments."""
    states: dict[int, tuple[str, str]] = field(default_factory=dict)
    """State and failure of each evaluation."""
    newest: dict[str, int] = field(default_factory=dict)
    """The number of the last evaluation of a segment that succeeded, in the store."""
    left: list[str] = field(default_factory=list)
    """Files of runs that are over."""
    broken: str = ""
    """What the verification of the log found."""


def member_violations(history: MemberHistory, evidence: MemberEvidence) -> list[str]:
    """Everything that is not as it must be."""
    return [f"{check.__name__}: {line}" for check in CHECKS for line in check(history, evidence)]


def sets_are_what_their_evaluation_found(history, evidence) -> Iterator[str]:
    for segment, held in evidence.sets.items():
        wanted = history.wanted.get(held.evaluation)
        if held.fault:
            yield f"{segment}: {held.fault}"
        elif wanted is None:
            yield f"{segment} has members of evaluation {held.evaluation}, which nobody asked for"
        elif held.missing or held.count != wanted.count:
            lost, invented = held.missing, held.count - (wanted.count - held.missing)
            yield f"{segment}: {lost} members of {wanted} are lost, {invented} are invented"


def sets_are_those_of_the_last_evaluation_that_went_well(history, evidence) -> Iterator[str]:
    for segment, newest in evidence.newest.items():
        held = evidence.sets.get(segment)
        if held is None or held.evaluation != newest:
            yield f"{segment} has {held}, and {newest} went well last"
    for segment, number in history.succeeded.items():
        if evidence.newest.get(segment, 0) < number:
            yield f"{segment}: {number} was told to have gone well, and the store knows nothing"


def sets_are_in_the_snapshot(history, evidence) -> Iterator[str]:
    for segment, held in evidence.sets.items():
        if not held.in_snapshot:
            yield f"{segment}: decisions go by another set than {held}"


def imports_are_there_as_a_whole(history, evidence) -> Iterator[str]:
    for segment, found in evidence.lists.items():
        last = history.imports.get(segment)
        may_be = [history.acknowledged.get(segment, frozenset())]
        if last is not None and last.before == may_be[0]:
            may_be.append(last.after)
        if found not in may_be:
            lost, more = len(may_be[0] - found), len(found - may_be[-1])
            yield f"{segment}: {lost} members are lost, {more} are invented"


def evaluations_end_as_they_were_told(history, evidence) -> Iterator[str]:
    for number, reason in history.failed.items():
        state, known = evidence.states.get(number, ("", ""))
        if state == "succeeded":
            yield f"evaluation {number} was told to have failed ({reason}), and went well"
        elif reason not in EXCUSED:
            yield f"evaluation {number} failed for {reason} ({known})"


def nothing_runs_or_lies_around_for_ever(history, evidence) -> Iterator[str]:
    yield from (f"`{name}` is left of a run that is over" for name in evidence.left)


def nothing_is_refused_for_a_fault(history, evidence) -> Iterator[str]:
    yield from history.refused


def evaluations_go_well_again_in_time(history, evidence) -> Iterator[str]:
    yield from (f"{one:.1f} s" for one in history.recoveries if one > RECOVERY_BOUND_S)


def the_log_is_whole(history, evidence) -> Iterator[str]:
    if evidence.broken:
        yield evidence.broken


def no_log_of_a_process_tells_of_a_bug(history, evidence) -> Iterator[str]:
    yield from history.bugs[:10]


CHECKS = (
    sets_are_what_their_evaluation_found,
    sets_are_those_of_the_last_evaluation_that_went_well,
    sets_are_in_the_snapshot,
    imports_are_there_as_a_whole,
    evaluations_end_as_they_were_told,
    nothing_runs_or_lies_around_for_ever,
    nothing_is_refused_for_a_fault,
    evaluations_go_well_again_in_time,
    the_log_is_whole,
    no_log_of_a_process_tells_of_a_bug,
)
