"""What would be published, and by whom it was written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from turnout.compiler import Compiled, compile_documents
from turnout.compiler.dynamic import Memberships
from turnout.releases.baseline import Baseline
from turnout.releases.problem import Problem
from turnout.releases.shelf import State
from turnout.store import Transaction


class Candidate(NamedTuple):
    """A state of the store, compiled."""

    state: State
    baseline: Baseline
    """What is kept of it when it is published."""
    compiled: Compiled
    problems: Sequence[Problem]
    """With any it cannot be published."""

    @classmethod
    def of(cls, state: State, memberships: Memberships | None = None) -> "Candidate":
        """Compiles a state; what is unchanged since the last one is not compiled again.

        Args:
            state: The store.
            memberships: The sets of its segments, where they are others than those of the state.
        """
        sets = state.sets.memberships if memberships is None else memberships
        # Without history: what a write may not change was refused when it was written.
        compiled = compile_documents(state.catalogue, history={}, memberships=sets)
        problems = [Problem.of(one) for one in compiled.problems]
        return cls(state, Baseline.of(state), compiled, problems)


def authors_of(
    tx: Transaction, before: Baseline, names: Sequence[str], *, until: int = 0
) -> Mapping[str, set[str]]:
    """Who wrote each of these items since a snapshot.

    Args:
        tx: Where the log is read.
        before: The snapshot.
        names: The items.
        until: The number of an event: only before it; 0: until now.
    """
    wanted = set(names)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for resource, actor in tx.audit.authors(before.head, until) if wanted else ():
        if resource in wanted:
            found[resource].add(actor)
    return found
