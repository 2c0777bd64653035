"""What publishing would change, for people to look at first."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from turnout.compiler.history import Identity
from turnout.documents import SourceFile
from turnout.documents.names import identity_in, item_name
from turnout.releases.aside import NewReferences
from turnout.releases.baseline import Baseline
from turnout.releases.candidate import Candidate
from turnout.releases.check import find_warnings, shelved
from turnout.releases.differences import differences
from turnout.releases.documents import item_document
from turnout.releases.movement import Served
from turnout.releases.problem import Problem
from turnout.releases.shelf import State
from turnout.store import Published

_NEVER_REACHED = "it is never reached"


class ChangeKind(Enum):
    """How an item would change."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class PlannedChange(NamedTuple):
    """One item that would change."""

    name: str
    """For example `flags/new-checkout`, or `workspace`."""
    kind: ChangeKind
    differences: Sequence[str]
    """What differs, a line each, for people."""
    moved_ppm: int
    """Slots whose owner changes, of a million; of the split or the experiment that changes most."""
    unreachable_rules: Sequence[str]
    """Names of rules that nothing reaches any more."""
    authors: Sequence[str]
    """Who wrote it since the last snapshot."""


class Plan(NamedTuple):
    """What publishing would change."""

    current: Published | None
    """What is current now."""
    changes: Sequence[PlannedChange]
    """By name."""
    problems: Sequence[Problem]
    """What keeps it from being published."""
    warnings: Sequence[Problem]
    """What compiles and may not be meant, in the changed items and in those that name them."""
    plan_id: str
    """Stands for exactly this state of the store after exactly these published rules."""


def plan_id(state: State, current: Published | None) -> str:
    """Stands for what a state would change.

    Members that are evaluated meanwhile outdate no plan: what is released are the newest.
    """
    base = current.rules_of if current else 0
    return hashlib.sha256(f"{base}\n{state.digest}".encode()).hexdigest()[:32]


class Comparison:
    """What is current beside what would be.

    Args:
        before: What was published.
        candidate: What the store holds.
        names: The items that differ.
    """

    def __init__(self, before: Baseline, candidate: Candidate, names: Sequence[str]) -> None:
        self._before = before
        self._state = candidate.state
        self._after = candidate.baseline
        self._names = names

    def warnings(self) -> list[Problem]:
        """What may not be meant in the changed items and in those that name them."""
        changed = [one for one in map(identity_in, self._names) if one is not None]
        naming = [other for one in changed for other in self._state.index.referrers(one)]
        state = self._state
        new = NewReferences(lambda one: shelved(state, one), self._as_it_was, state.around)
        return [*find_warnings(state, {*changed, *naming}), *new.warnings(changed)]

    def _as_it_was(self, identity: Identity) -> SourceFile | None:
        raw = self._before.raws.get(item_name(*identity))
        if raw is None:
            return None
        # Of members only the number was kept, and they name nothing.
        raw = {**raw, "members": []} if "members" in raw else raw
        return item_document(*identity, raw)

    def changes(
        self,
        served: tuple[Served, Served] | None,
        authors: Mapping[str, Iterable[str]],
        warnings: Iterable[Problem],
    ) -> Iterator[PlannedChange]:
        """Yields what changes, by name.

        Args:
            served: What the snapshots hold, before and after; None when one of them does not exist.
            authors: Who wrote each item.
            warnings: Those of now.
        """
        lost = self._newly_unreachable(warnings)
        for name in self._names:
            identity = identity_in(name)
            moved = served[0].moved_ppm(served[1], identity) if served and identity else 0
            yield PlannedChange(
                name,
                self._kind(name),
                self._differences(name),
                moved,
                lost.get(name, ()),
                sorted(authors.get(name, ())),
            )

    def _kind(self, name: str) -> ChangeKind:
        if name not in self._before.raws:
            return ChangeKind.ADDED
        return ChangeKind.CHANGED if name in self._after.raws else ChangeKind.REMOVED

    def _differences(self, name: str) -> list[str]:
        before, after = self._before.raws.get(name, {}), self._after.raws.get(name, {})
        if not before or not after:
            return []
        return differences(before, after) or ["members: others, as many as before"]

    def _newly_unreachable(self, warnings: Iterable[Problem]) -> Mapping[str, list[str]]:
        now = _unreachable(warnings, self._after)
        flags = [identity_in(name) for name in now if name in self._before.raws]
        known = [one for one in flags if one is not None]
        raws = {one: self._before.raws[f"flags/{one[1]}"] for one in known}
        then = _unreachable(find_warnings(self._state, known, raws), self._before) if raws else {}
        return {
            name: [rule for rule in rules if rule not in then.get(name, ())]
            for name, rules in now.items()
        }


def _unreachable(warnings: Iterable[Problem], items: Baseline) -> dict[str, list[str]]:
    """The rules of each flag that are told to be reached by nothing."""
    found: dict[str, list[str]] = {}
    for one in warnings:
        if one.name.startswith("flags/") and one.message.endswith(_NEVER_REACHED):
            at = int(one.field.partition("[")[2].partition("]")[0])
            rule = items.raws[one.name]["rules"][at]
            found.setdefault(one.name, []).append(rule.get("name") or f"rules[{at}]")
    return found
