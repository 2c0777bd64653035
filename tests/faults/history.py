"""What was seen while processes were killed, and what must be true of it.

Every check is a pure function of a `History`, what the actors saw, and of `Evidence`, what the
store holds after it; it yields a line for each violation.
"""

# ruff: noqa: ARG001 - all checks are called alike

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, fields
from typing import NamedTuple

RECOVERY_BOUND_S = 20.0
"""From the moment at which all processes are started again to decisions by the newest revision
that had been acknowledged. Pauses of a worker that dies again and again grow to 10 s."""


class Write(NamedTuple):
    """One write that somebody asked for, however often."""

    mark: str
    """Its request id; also in what it writes, so that the log and the store show whose it is."""
    writer: str
    method: str
    resource: str
    """For example `flags/a`; of a release empty, for its revision comes with the answer."""


class Acknowledged(NamedTuple):
    """A write, and what was answered."""

    write: Write
    etag: str = ""
    revision: int = 0
    id: str = ""
    tries: int = 1

    @property
    def resource(self) -> str:
        return self.write.resource or f"snapshots/{self.revision}"


class Refused(NamedTuple):
    """A write that was answered as nothing but a fault of its own would excuse."""

    write: Write
    said: str


class Answer(NamedTuple):
    """Decisions of one sidecar, one after the other, that were all alike."""

    sidecar: str
    id: str
    revision: int
    values: tuple
    count: int = 1


class Failure(NamedTuple):
    """A decision call that failed. Moments are seconds of the monotonic clock."""

    sidecar: str
    began: float
    ended: float
    said: str


@dataclass
class Outage:
    """When a sidecar itself was killed, until it answered again."""

    sidecar: str
    began: float
    ended: float = float("inf")


class Sighting(NamedTuple):
    """A sealed snapshot that was handed out, or lay in a state folder."""

    where: str
    seal: str
    id: str
    revision: int
    fault: str = ""
    """Why it does not open, check or link."""


class Recovery(NamedTuple):
    """How long decisions took to be the newest ones again."""

    round: int
    seconds: float


@dataclass
class History:
    """What the actors saw; each appends as it goes, from its own thread."""

    begun: list[Write] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    """By sidecar."""
    failures: list[Failure] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    sightings: set[Sighting] = field(default_factory=set)
    recoveries: list[Recovery] = field(default_factory=list)
    complaints: Counter = field(default_factory=Counter)
    """Refreshes of sidecars that came to nothing, by kind, as they count them."""
    bugs: list[str] = field(default_factory=list)
    """Lines of the logs that no fault excuses."""
    fetched: int = 0
    """Snapshots that were fetched whole."""

    def answered(self, answer: Answer) -> None:
        """Adds a decision; equal ones in a row become one entry. One thread for each sidecar."""
        of_it = self.answers[answer.sidecar]
        if of_it and of_it[-1]._replace(count=1) == answer:
            of_it[-1] = of_it[-1]._replace(count=of_it[-1].count + 1)
        else:
            of_it.append(answer)

    @property
    def newest(self) -> int:
        """The greatest revision that was acknowledged."""
        return max((one.revision for one in list(self.acknowledged)), default=0)

    @property
    def decisions(self) -> int:
        return sum(answer.count for answer in self.all_answers())

    def all_answers(self) -> Iterator[Answer]:
        """Those of each sidecar in their order."""
        return itertools.chain.from_iterable(self.answers.values())

    def seen(self) -> "History":
        """What was seen until now, while the actors go on."""
        copied = History(**{one.name: copy(getattr(self, one.name)) for one in fields(self)})
        copied.answers = {name: list(of_it) for name, of_it in self.answers.items()}
        return copied


class Event(NamedTuple):
    """One event of the audit log."""

    number: int
    method: str
    resource: str
    mark: str


class Stored(NamedTuple):
    """A snapshot in the store."""

    revision: int
    id: str
    seal: str
    rollback_of: int
    mark: str
    values: tuple
    """What decisions by it give."""
    fault: str = ""
    """Why it does not open, check or link, or is not what its row says."""


class Held(NamedTuple):
    """An item in the store."""

    etag: str
    mark: str


@dataclass
class Evidence:
    """What the store holds, read in one transaction."""

    events: list[Event] = field(default_factory=list)
    snapshots: list[Stored] = field(default_factory=list)
    items: dict[str, Held] = field(default_factory=dict)
    broken: str = ""
    """What the verification of the chain found."""


def violations(history: History, evidence: Evidence) -> list[str]:
    """Everything that is not as it must be."""
    return [f"{check.__name__}: {line}" for check in CHECKS for line in check(history, evidence)]


def acknowledged_writes_are_in_the_log_once(history, evidence) -> Iterator[str]:
    by_mark = defaultdict(list)
    for event in evidence.events:
        by_mark[event.mark].append(event)
    for write in history.begun:
        if len(by_mark[write.mark]) > 1:
            yield f"{write} was done {len(by_mark[write.mark])} times"
    published = {one.revision: one for one in evidence.snapshots}
    for done in history.acknowledged:
        found = by_mark[done.write.mark]
        if not found:
            stored = published.get(done.revision)
            # What changed nothing is answered with what is current, which somebody else published.
            if done.write.resource or stored is None or stored.mark == done.write.mark:
                yield f"{done} is lost"
        elif (found[0].method, found[0].resource) != (done.write.method, done.resource):
            yield f"{done} is {found[0]} in the log"


def writes_are_in_the_log_in_their_order(history, evidence) -> Iterator[str]:
    """A writer waits for each answer: what it asked for later came later."""
    numbers = {event.mark: event.number for event in evidence.events}
    last: dict[str, tuple[int, Write]] = {}
    for write in history.begun:
        number = numbers.get(write.mark)
        if number is None:
            continue
        before = last.get(write.writer)
        if before and number < before[0]:
            yield f"{write} is event {number}, and {before[1]} before it is {before[0]}"
        last[write.writer] = number, write


def acknowledged_writes_are_in_the_store(history, evidence) -> Iterator[str]:
    """Each item is as its last write left it, or as one that is under way does."""
    known = {done.write.mark for done in history.acknowledged}
    last = {done.write.resource: done for done in history.acknowledged if done.write.resource}
    open_marks = {write.mark for write in history.begun if write.mark not in known}
    for resource, done in last.items():
        held = evidence.items.get(resource)
        if held is None:
            yield f"{resource} is gone; {done} wrote it"
        elif held.mark not in open_marks and held != (done.etag, done.write.mark):
            yield f"{resource} is {held}, and was left so by {done}"


def acknowledged_releases_are_what_was_answered(history, evidence) -> Iterator[str]:
    published = {one.revision: one.id for one in evidence.snapshots}
    for done in history.acknowledged:
        if done.revision and published.get(done.revision) != done.id:
            yield f"{done} is {published.get(done.revision)} in the store"


def no_write_is_refused_for_a_fault(history, evidence) -> Iterator[str]:
    yield from (f"{one.write}: {one.said}" for one in history.refused)


def the_chain_is_whole(history, evidence) -> Iterator[str]:
    if evidence.broken:
        yield evidence.broken
    for number, event in enumerate(evidence.events, 1):
        if event.number != number:
            yield f"event {number} is missing: {event} is there"
            return


def stored_snapshots_are_whole(history, evidence) -> Iterator[str]:
    by_revision = {one.revision: one for one in evidence.snapshots}
    for number, stored in enumerate(evidence.snapshots, 1):
        if stored.fault:
            yield f"revision {stored.revision}: {stored.fault}"
        if stored.revision != number:
            yield f"revision {stored.revision} stands where {number} should"
        source = by_revision.get(stored.rollback_of)
        if stored.rollback_of and (source is None or source.id != stored.id):
            yield f"revision {stored.revision} is no copy of {stored.rollback_of}"


def snapshots_that_were_seen_are_whole_and_published(history, evidence) -> Iterator[str]:
    published = {(one.seal, one.id, one.revision) for one in evidence.snapshots}
    for seen in history.sightings:
        if seen.fault:
            yield f"{seen}"
        elif (seen.seal, seen.id, seen.revision) not in published:
            yield f"{seen} was never current"


def answers_are_of_published_snapshots(history, evidence) -> Iterator[str]:
    published = {(one.id, one.revision): one.values for one in evidence.snapshots}
    for answer in history.all_answers():
        values = published.get((answer.id, answer.revision))
        if values is None:
            yield f"{answer} is of a snapshot that never was current"
        elif values != answer.values:
            yield f"{answer} has other values than its snapshot: {values}"


def revisions_never_go_back(history, evidence) -> Iterator[str]:
    last: dict[str, int] = {}
    for answer in history.all_answers():
        if answer.revision < last.get(answer.sidecar, 0):
            yield f"{answer} came after revision {last[answer.sidecar]}"
        last[answer.sidecar] = answer.revision


def decisions_fail_only_while_their_sidecar_is_killed(history, evidence) -> Iterator[str]:
    outages = defaultdict(list)
    for outage in history.outages:
        outages[outage.sidecar].append(outage)
    for failure in history.failures:
        if not any(
            one.began <= failure.ended and failure.began <= one.ended
            for one in outages[failure.sidecar]
        ):
            yield f"{failure}"


def decisions_recover_in_time(history, evidence) -> Iterator[str]:
    for one in history.recoveries:
        if one.seconds > RECOVERY_BOUND_S:
            yield f"round {one.round}: {one.seconds:.1f} s"


_EXCUSED = {"unreachable", "timeout", "missing", "status", "incomplete", "older_revision", "behind"}
"""What a source that is killed does to those who ask it, and one that lags behind another."""


def sidecars_saw_only_what_a_killed_source_does(history, evidence) -> Iterator[str]:
    yield from (
        f"`{kind}` {count} times"
        for kind, count in history.complaints.items()
        if count and kind not in _EXCUSED
    )


def no_log_tells_of_a_bug(history, evidence) -> Iterator[str]:
    yield from itertools.islice(history.bugs, 10)


CHECKS = (
    acknowledged_writes_are_in_the_log_once,
    writes_are_in_the_log_in_their_order,
    acknowledged_writes_are_in_the_store,
    acknowledged_releases_are_what_was_answered,
    no_write_is_refused_for_a_fault,
    the_chain_is_whole,
    stored_snapshots_are_whole,
    snapshots_that_were_seen_are_whole_and_published,
    answers_are_of_published_snapshots,
    revisions_never_go_back,
    decisions_fail_only_while_their_sidecar_is_killed,
    decisions_recover_in_time,
    sidecars_saw_only_what_a_killed_source_does,
    no_log_tells_of_a_bug,
)
