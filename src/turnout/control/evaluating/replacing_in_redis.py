"""Replaces the members of a dynamic segment that are looked up in Redis."""

import logging
import secrets
from datetime import UTC, datetime
from pathlib import Path

from turnout.control.evaluating.means import persistently
from turnout.control.evaluating.redis_sets import FreshSet, let_go
from turnout.control.evaluating.replacing import Replacing
from turnout.control.evaluating.run import Run
from turnout.releases.finding import found_by
from turnout.segments.evaluating import Evaluated, Target, evaluate, unit_ids
from turnout.segments.query import Statement
from turnout.segments.runner import Runner
from turnout.store import Membership, Unavailable
from turnout.store.membership import redis_kind

_KEY_BYTES = 16

_log = logging.getLogger("turnout.control")


class ReplacingInRedis(Replacing):
    """One evaluation of a dynamic segment whose members are looked up in Redis; see `Work`."""

    def do(self, run: Run, folder: Path) -> None:
        """See `Work`."""
        given = self._segment.body.get("parameters", {})
        runner, statement = self._means.asking(self._query, given)
        if run.evaluation.dry_run:
            # Counted here: Redis has nothing to do with what is not kept.
            target = Target(folder / "fresh.set", secrets.token_bytes(_KEY_BYTES))
            counted = evaluate(runner, statement, target, run.progress)
            run.rows = counted.rows
            run.check()
            persistently(lambda: self._tell(run, counted))
            return
        with self._means.store.read() as tx:
            before = tx.memberships.of(self._segment.key)
        fresh = FreshSet(self._means.members_redis, before.count if before else statement.limit)
        taken = False
        try:
            self._fill(run, fresh, (runner, statement), before)
            taken = True
        finally:
            if not taken and not self._may_be_current(fresh):
                fresh.remove()
        if before is not None and before.shards:
            let_go(self._means, before)

    def _fill(
        self, run: Run, fresh: FreshSet, asked: tuple[Runner, Statement], before: Membership | None
    ) -> None:
        began, rows = datetime.now(UTC), 0
        for ids in unit_ids(*asked, run.progress):
            rows += len(ids)
            fresh.add(ids)
            run.check()
        run.rows = rows
        run.check()
        found = Evaluated(
            rows=rows, count=fresh.count, added=None, removed=None, duplicates=rows - fresh.count,
            size=0, sha256=fresh.name.hex(), kind=redis_kind(fresh.shards), bound=0.0,
        )  # fmt: skip
        self._guard(before, found)
        fresh.keep()
        membership = Membership(
            sha256=found.sha256, size=0, count=found.count, kind=found.kind, evaluated_at=began,
            hash_key=before.hash_key if before else secrets.token_bytes(_KEY_BYTES),
            evaluation=run.number, found_by=found_by(self._segment.body),
        )  # fmt: skip
        persistently(lambda: self._make_current(run, found, membership))

    def _may_be_current(self, fresh: FreshSet) -> bool:
        """Whether the store names a set, or cannot be asked: a commit may have come through."""
        try:
            with self._means.store.read() as tx:
                now = tx.memberships.of(self._segment.key)
        except Unavailable:
            _log.warning("`%s` may be left in redis: the store is gone", fresh.name.hex())
            return True
        return now is not None and now.sha256 == fresh.name.hex()
