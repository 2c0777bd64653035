"""Replaces the members of a dynamic segment by the result of its query."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from turnout.compiler.shares import read_share
from turnout.control.evaluating.footing import Footing
from turnout.control.evaluating.means import Means, persistently
from turnout.control.evaluating.redis_sets import let_go
from turnout.control.evaluating.run import CANCELLED, NotTaken, Run
from turnout.releases.finding import found_by
from turnout.releases.succession import Succession
from turnout.segments.evaluating import Evaluated, Target, evaluate
from turnout.segments.guard import Guard
from turnout.store import (
    Act,
    EvaluationOutcome,
    EvaluationState,
    Membership,
    Published,
    Transaction,
)
from turnout.telemetry import fields

SHRINKS = "SHRINKS"
"""The result has far fewer members than there are."""
DEFAULT_SHRINKS_AT_MOST: Final = "50%"

_log = logging.getLogger("turnout.control")


class Replacing:
    """One evaluation of a dynamic segment; see `Work`.

    Args:
        means: What to work with.
        footing: The segment and its query, as they are in the store.
        act: On whose behalf.
        accept_shrink: A result that has far fewer members is taken, too.
    """

    def __init__(self, means: Means, footing: Footing, act: Act, *, accept_shrink: bool) -> None:
        assert footing.query is not None  # noqa: S101 - who makes it has read it
        self._means, self._footing, self._act = means, footing, act
        self._segment, self._query = footing.segment, footing.query
        self._accept_shrink = accept_shrink

    def do(self, run: Run, folder: Path) -> None:
        """See `Work`."""
        given = self._segment.body.get("parameters", {})
        runner, statement = self._means.asking(self._query, given)
        with self._means.store.read() as tx:
            succession = Succession.of(tx, self._segment.key, folder)
        target = Target(
            path=folder / "fresh.set",
            hash_key=succession.hash_key,
            exact=bool(self._segment.body.get("exact_ids")),
            former=succession.former,
        )
        began = datetime.now(UTC)
        found = evaluate(runner, statement, target, run.progress)
        run.rows = found.rows
        run.check()
        if run.evaluation.dry_run:
            persistently(lambda: self._tell(run, found))
            return
        self._guard(succession.before, found)
        membership = Membership(
            sha256=found.sha256, size=found.size, count=found.count, kind=found.kind,
            evaluated_at=began, hash_key=target.hash_key, evaluation=run.number,
            found_by=found_by(self._segment.body),
        )  # fmt: skip
        files = succession.files(target.path)
        persistently(lambda: self._keep(files))
        persistently(lambda: self._make_current(run, found, membership))
        if succession.before is not None and succession.before.shards:
            let_go(self._means, succession.before)

    def _guard(self, before: Membership | None, found: Evaluated) -> None:
        if before is None or self._accept_shrink:
            return
        most = self._segment.body.get("shrinks_at_most", DEFAULT_SHRINKS_AT_MOST)
        require_no_shrink(before.count, found.count, str(most))

    def _keep(self, files: Mapping[str, Path]) -> None:
        # Before the members are replaced by it: nobody else waits while a large file is written.
        for name, path in files.items():
            self._means.store.add_artifact(name, path)

    def _tell(self, run: Run, found: Evaluated) -> None:
        with self._means.store.write(self._act) as tx:
            self._finish(tx, run, found)

    def _make_current(self, run: Run, found: Evaluated, membership: Membership) -> None:
        with self._means.store.write(self._act) as tx:
            # The items as they are committed: nothing of this transaction is written yet.
            self._footing.require_same(tx, scheduled=run.evaluation.trigger == "schedule")
            tx.memberships.replace(self._segment.key, membership)
            releases = self._means.releases
            published = releases.publish_members_in(tx, self._segment.key, membership)
            self._finish(tx, run, found, published)
        extra = fields(segment=self._segment.name, members=found.count, rows=found.rows)
        _log.info("replaced the members", extra=extra)

    def _finish(
        self, tx: Transaction, run: Run, found: Evaluated, published: Published | None = None
    ) -> None:
        if tx.evaluations.get(run.number).cancel_requested:
            run.stop(CANCELLED)
        run.check()
        kept = not run.evaluation.dry_run
        outcome = EvaluationOutcome(
            state=EvaluationState.SUCCEEDED, rows=found.rows, count=found.count,
            added=found.added, removed=found.removed, size=found.size,
            sha256=found.sha256 if kept else "",
            revision=published.revision if published is not None else None,
        )  # fmt: skip
        tx.evaluations.finish(run.number, outcome)


def require_no_shrink(former: int, now: int, most: str = DEFAULT_SHRINKS_AT_MOST) -> None:
    """Lets members be replaced that do not become far fewer.

    Args:
        former: How many there are.
        now: How many there would be.
        most: The share of them that may go.

    Raises:
        NotTaken: More would.
    """
    if refusal := Guard(read_share(most)).refusal(former, now):
        text = f"{refusal}: the members stay as they are, unless a shrink is accepted"
        raise NotTaken(SHRINKS, text)
