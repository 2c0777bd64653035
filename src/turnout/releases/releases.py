"""From the store to what decides: plan, publish, roll back."""

import threading
from collections.abc import Sequence
from datetime import timedelta

from turnout.compiler import Compiled
from turnout.documents.names import item_name
from turnout.releases.baseline import NOTHING, Baseline
from turnout.releases.candidate import Candidate, authors_of
from turnout.releases.check import Change, Proposal
from turnout.releases.documents import Body
from turnout.releases.errors import HasProblems, NeedsSecondPerson, PlanOutdated
from turnout.releases.live_sets import live_sets
from turnout.releases.members import (
    KEEP_OF_MEMBERS,
    is_published,
    named_sets,
    restore_members,
    with_members,
    with_newest_members,
)
from turnout.releases.movement import Served
from turnout.releases.plan import Comparison, Plan, plan_id
from turnout.releases.problem import Problem
from turnout.releases.referrers import Referrer, find_referrers
from turnout.releases.sealed import content_of, read_published
from turnout.releases.second_person import own_alone
from turnout.releases.shelf import Shelf, State
from turnout.releases.static_sets import build_set, build_set_in
from turnout.snapshot.seal import seal_of
from turnout.store import Act, Membership, Published, Store, Transaction

KEEP_NEWEST = 1000
"""Snapshots that stay however old they are."""
KEEP_FOR = timedelta(days=30)
"""How long others stay."""


class Releases:
    """Checks what is written, and makes it current.

    Threads may share it. What it keeps in memory is a copy of the store: the first call reads all
    of it, later ones what changed.

    Args:
        store: Where items and snapshots are.
        require_second_person: Nobody may publish what they wrote themselves.
        keep_newest: Snapshots that stay however old they are.
        keep_for: How long others stay.
    """

    def __init__(
        self,
        store: Store,
        *,
        require_second_person: bool = False,
        keep_newest: int = KEEP_NEWEST,
        keep_for: timedelta = KEEP_FOR,
    ) -> None:
        self._store = store
        self._second_person = require_second_person
        self._keep_newest = keep_newest
        self._keep_for = keep_for
        self._shelf = Shelf()
        self._building = threading.Lock()
        self._compiling = threading.Lock()
        self._newest: Candidate | None = None
        self._known: tuple[Published, Baseline] | None = None

    @property
    def requires_second_person(self) -> bool:
        """Whether nobody may publish what they wrote themselves."""
        return self._second_person

    def current(self) -> Published | None:
        """What decides now; None before anything was published."""
        with self._store.read() as tx:
            return tx.snapshots.current()

    def published(self, name: str) -> Body | None:
        """Gives what an item says that decides now, as a document writes it; None when none does.

        Args:
            name: For example `segments/buyers`.
        """
        with self._store.read() as tx:
            return self._baseline(tx, tx.snapshots.current()).raws.get(name)

    def propose(self, changes: Sequence[Change], workspace: Body | None = None) -> Proposal:
        """Gives what can be asked about writes before they are done.

        Looks at the committed store, so it may be called inside a transaction that writes.

        Args:
            changes: All items that one transaction writes.
            workspace: The new body of the workspace, if it is written too.
        """
        return Proposal(self._state(), changes, workspace)

    def check(self, changes: Sequence[Change], workspace: Body | None = None) -> list[Problem]:
        """Finds what writes would break; without any problem they may be done. See `propose`."""
        return self.propose(changes, workspace).problems()

    def referrers(self, kind: str, key: str) -> list[Referrer]:
        """Finds who names an item in the committed store, by kind and key."""
        return find_referrers(self._state(), kind, key)

    def all_referrers(self, kind: str, keys: Sequence[str]) -> dict[str, list[Referrer]]:
        """Finds who names each of some items; see `referrers`."""
        state = self._state() if keys else None
        return {} if state is None else {key: find_referrers(state, kind, key) for key in keys}

    def prepare(self) -> None:
        """Compiles what the store holds, so that publishing it holds up no writer.

        Member sets of static segments that are not built yet are built, and kept in the store.
        """
        state = self._state()
        if state.sets.unbuilt:
            with self._building:
                # Another thread may have built them while this one waited.
                for key, version in self._state().sets.unbuilt.items():
                    build_set(self._store, key, version)
            state = self._state()
        self._compile(state)

    def plan(self) -> Plan:
        """Says what publishing would change, and does nothing."""
        with self._store.read() as tx:
            state, current = self._shelf.follow(tx), tx.snapshots.current()
            before = self._baseline(tx, current)
            sealed = read_published(tx, current) if current else None
            candidate = self._compile(state)
            names = before.changed(candidate.baseline)
            if current and _is_current(current, candidate, before) and not candidate.problems:
                names = []  # only what no decision depends on
            authors = authors_of(tx, before, names)
        comparison = Comparison(before, candidate, names)
        served = None
        if sealed is not None and names:
            served = Served(content_of(sealed)), Served(candidate.compiled.content)
        warnings = comparison.warnings()
        changes = tuple(comparison.changes(served, authors, warnings))
        return Plan(current, changes, candidate.problems, warnings, plan_id(state, current))

    def publish(self, act: Act, comment: str = "", plan: str = "") -> Published:
        """Makes what the store holds current.

        The same content as that of the current snapshot is no new one: the current one is given.

        Args:
            act: Who publishes.
            comment: Why; kept with the snapshot.
            plan: The `plan_id` of a plan; empty: what is there now.

        Raises:
            HasProblems: Something does not compile; nothing was done.
            PlanOutdated: It is another state than that of the plan.
            NeedsSecondPerson: The publisher wrote some of it.
            Unavailable: The store is gone.
        """
        self.prepare()
        with self._store.write(act) as tx:
            return self.publish_in(tx, comment, plan)

    def publish_in(
        self,
        tx: Transaction,
        comment: str = "",
        plan: str = "",
        *,
        approved: tuple[str, str] | None = None,
    ) -> Published:
        """Publishes in a transaction of the caller.

        Args:
            tx: One that has written no item.
            comment: See `publish`.
            plan: See `publish`.
            approved: An actor and an item, one write of which the publisher approved: nothing else
                that this actor wrote goes along where two persons have to.
        """
        state, current = self._shelf.follow(tx), tx.snapshots.current()
        if plan and plan != plan_id(state, current):
            raise PlanOutdated
        before = self._baseline(tx, current)
        candidate = self._compile(state)
        if candidate.problems:
            raise HasProblems(candidate.problems)
        if state.sets.unbuilt:
            candidate = _with_sets(tx, state)
        if current is not None and _is_current(current, candidate, before):
            return current
        names = before.changed(candidate.baseline)
        self._refuse_own(tx, before, names, approved)
        return self._add(tx, candidate.compiled, candidate.baseline, comment, changed=names)

    def publish_members_in(
        self, tx: Transaction, key: str, membership: Membership
    ) -> Published | None:
        """Makes new members of a dynamic segment current, and nothing else.

        What waits to be published goes on waiting: the content is that of the current snapshot with
        other members of this one segment. So do members that were found by what waits itself, a
        segment with another query, other parameters or another unit: they come with it.

        No second person is asked for: nobody chose who is in, the data says it, and members that
        wait for a person are old when they come.

        Args:
            tx: One that writes.
            key: Of the segment.
            membership: Its new members; their set is an artifact already.

        Returns:
            The snapshot; None when nothing that decides now goes by these members, or they wait.

        Raises:
            NotFound: The set is no artifact.
            Damaged: The database does not hold what was published.
        """
        current = tx.snapshots.current()
        if current is None:
            return None
        baseline = self._baseline(tx, current)
        if not is_published(tx, baseline, key, membership):
            return None
        content = content_of(read_published(tx, current))
        new = with_members(content, baseline, key, membership)
        if new is None:
            return None
        text = f"{membership.count:,} members of segment `{key}`"
        published = self._add(
            tx,
            Compiled(new, (), {}),
            baseline,
            text,
            changed=[item_name("segment", key)],
            members_of=current.rules_of,
        )
        tx.snapshots.prune_members(KEEP_OF_MEMBERS)
        return published

    def rollback(self, act: Act, revision: int, comment: str = "") -> Published:
        """Makes what an earlier snapshot decided by current again.

        Its rules come back, and dynamic segments keep the newest members that there are. Where
        members alone changed since, they are what comes back; they are the newest ones then.
        The items in the store stay as they are.

        Args:
            act: Who does.
            revision: Of the snapshot to go back to.
            comment: Why; kept with the snapshot.

        Raises:
            NotFound: There is no such snapshot, or no longer.
            NeedsSecondPerson: Two persons have to be there, and only who goes back ever stood
                behind that snapshot: they changed and published it.
            MembersGone: Members are needed that are kept no longer.
            Damaged: The database does not hold what was published.
            Unavailable: The store is gone.
        """
        with self._store.write(act) as tx:
            return self.rollback_in(tx, revision, comment)

    def rollback_in(self, tx: Transaction, revision: int, comment: str = "") -> Published:
        """Rolls back in a transaction of the caller."""
        wanted, current = tx.snapshots.get(revision), tx.snapshots.current()
        baseline = self._load(tx, revision)
        names = self._baseline(tx, current).changed(baseline)
        if current is not None and current.id == wanted.id and not names:
            return current
        if self._second_person and (own := own_alone(tx, wanted)):
            raise NeedsSecondPerson(tx.act.actor, own, revision)
        content = content_of(read_published(tx, wanted))
        members_of = 0
        if current is not None and current.rules_of == wanted.rules_of:
            members_of = wanted.rules_of
            now = content_of(read_published(tx, current))
            names = restore_members(tx, content, now, baseline)
        else:
            content = with_newest_members(content, baseline, tx, live_sets(tx, current))
        compiled = Compiled(content, (), {})
        if current is not None and current.id == compiled.id and not names:
            return current
        return self._add(
            tx,
            compiled,
            baseline,
            comment,
            changed=names,
            rollback_of=revision,
            members_of=members_of,
        )

    def _state(self) -> State:
        with self._store.read() as tx:
            return self._shelf.follow(tx)

    def _compile(self, state: State) -> Candidate:
        with self._compiling:
            if self._newest is None or self._newest.state is not state:
                self._newest = Candidate.of(state)
            return self._newest

    def _baseline(self, tx: Transaction, published: Published | None) -> Baseline:
        if published is None:
            return NOTHING
        known = self._known  # other threads may replace it meanwhile
        # What was rolled back may have had the same revision, never the same seal.
        if known is None or known[0].seal != published.seal:
            self._known = known = published, self._load(tx, published.revision)
        return known[1]

    def _load(self, tx: Transaction, revision: int) -> Baseline:
        return Baseline.load(tx.snapshots.history(revision), tx.snapshots.versions(revision))

    def _refuse_own(
        self,
        tx: Transaction,
        before: Baseline,
        names: Sequence[str],
        approved: tuple[str, str] | None,
    ) -> None:
        if not self._second_person:
            return
        authors = authors_of(tx, before, names)
        if own := [name for name in names if tx.act.actor in authors.get(name, ())]:
            raise NeedsSecondPerson(tx.act.actor, own)
        actor, item = approved or ("", "")
        unseen = [name for name in names if name != item and actor in authors.get(name, ())]
        writes = tx.audit.page(resource=item, actor=actor, limit=2) if approved else []
        if len([event for event in writes if event.number > before.head]) > 1:
            unseen.append(item)
        if unseen:
            raise NeedsSecondPerson(actor, unseen)

    def _add(
        self,
        tx: Transaction,
        compiled: Compiled,
        baseline: Baseline,
        comment: str,
        *,
        changed: Sequence[str],
        rollback_of: int = 0,
        members_of: int = 0,
    ) -> Published:
        revision = tx.snapshots.next_revision()
        sealed = compiled.seal(revision, tx.now, tx.act.actor)
        published = Published(
            revision=revision,
            id=compiled.id,
            seal=seal_of(sealed),
            published_at=tx.now,
            publisher=tx.act.actor,
            comment=comment,
            rollback_of=rollback_of,
            size_bytes=len(sealed),
            changed=list(changed),
            members_of=members_of,
        )
        sets = named_sets(compiled.content)
        tx.snapshots.add(published, sealed, baseline.dump(), baseline.versions, sets)
        if revision > self._keep_newest:
            tx.snapshots.prune(self._keep_newest, published_before=tx.now - self._keep_for)
        self._known = published, baseline
        return published


def _is_current(current: Published, candidate: Candidate, before: Baseline) -> bool:
    """Whether publishing would change no decision, nor which members are live when they come."""
    return current.id == candidate.compiled.id and before.finds_as(candidate.baseline)


def _with_sets(tx: Transaction, state: State) -> Candidate:
    """A state compiled with sets that nobody had built before: somebody wrote meanwhile."""
    built = {key: build_set_in(tx, key, at) for key, at in state.sets.unbuilt.items()}
    return Candidate.of(state, {**state.sets.memberships, **built})
