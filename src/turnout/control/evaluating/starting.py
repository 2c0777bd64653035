"""Starts runs: by a call, or at their time."""

from collections.abc import Mapping
from typing import Any

from turnout.control.evaluating.changing import ByQuery, Change, Subtracting, SubtractingStatic
from turnout.control.evaluating.footing import Footing
from turnout.control.evaluating.means import Means
from turnout.control.evaluating.replacing import Replacing
from turnout.control.evaluating.replacing_in_redis import ReplacingInRedis
from turnout.control.evaluating.run import Work
from turnout.control.failures import FailedPrecondition
from turnout.control.lifecycle import ARCHIVED, allowed
from turnout.store import Act, Evaluation, Item, Transaction

BY_HAND = "hand"
BY_SCHEDULE = "schedule"

Started = tuple[Evaluation, Work]
"""A run that is in the store, and what is to be done."""


def start_evaluation(
    tx: Transaction,
    means: Means,
    key: str,
    *,
    trigger: str = BY_HAND,
    dry_run: bool = False,
    accept_shrink: bool = False,
) -> Started:
    """Starts an evaluation of a dynamic segment; that of a draft is a dry run.

    Raises:
        NotFound: There is no such segment, or its query is gone.
        FailedPrecondition: It is archived, or of another kind.
        EvaluationRunning: One runs already.
    """
    segment = tx.items.get("segment", key)
    require_kind(segment, "dynamic", "evaluated")
    require_not_archived(segment, "evaluated")
    footing = Footing(segment, tx.items.get("query", str(segment.body.get("query"))))
    dry_run = dry_run or segment.status == "draft"
    method = "EvaluateSegment"
    evaluation = tx.evaluations.start(key, method=method, trigger=trigger, dry_run=dry_run)
    act = _later(tx)._replace(method=method)
    in_redis = segment.body.get("lookup") == "redis"
    replacing = ReplacingInRedis if in_redis else Replacing
    return evaluation, replacing(means, footing, act, accept_shrink=accept_shrink)


def start_change_by_query(
    tx: Transaction,
    means: Means,
    segment: Item,
    query: Item,
    change: Change,
    parameters: Mapping[str, Any],
    *,
    dry_run: bool = False,
) -> Started:
    """Starts a change of the members of a static segment by the result of a query.

    Raises:
        EvaluationRunning: One runs already.
    """
    evaluation = tx.evaluations.start(segment.key, method=tx.act.method, dry_run=dry_run)
    work = ByQuery(means, Footing(segment, query), _later(tx), change, parameters)
    return evaluation, work


def start_subtraction(
    tx: Transaction, means: Means, segment: Item, other: Item, *, dry_run: bool = False
) -> Started:
    """Starts to take the members of another segment out of a static one.

    Raises:
        FailedPrecondition: The other one has no members that could be told.
        EvaluationRunning: One runs already.
    """
    require_kind(other, ("static", "dynamic"), "subtracted")
    if (members := tx.memberships.of(other.key)) is not None and members.shards:
        raise FailedPrecondition(
            "IN_REDIS",
            f"members of segment `{other.key}` are in redis, and cannot be subtracted: remove by"
            " its query",
            name=other.name,
        )
    evaluation = tx.evaluations.start(segment.key, method=tx.act.method, dry_run=dry_run)
    work = SubtractingStatic if other.body.get("kind") == "static" else Subtracting
    return evaluation, work(means, segment, other, _later(tx))


def _later(tx: Transaction) -> Act:
    """On whose behalf the rest is done, whenever that is."""
    return tx.act._replace(at=None)


def require_kind(segment: Item, wanted: str | tuple[str, ...], what: str) -> None:
    """Lets a segment through that is of a kind.

    Args:
        segment: The segment.
        wanted: One kind, or several.
        what: Is to be done to it: `evaluated`.

    Raises:
        FailedPrecondition: It is of another one.
    """
    kinds = (wanted,) if isinstance(wanted, str) else wanted
    kind = str(segment.body.get("kind", "rule"))
    if kind not in kinds:
        listed = " or ".join(f"`{one}`" for one in kinds)
        raise FailedPrecondition(
            f"NOT_{kinds[0].upper()}",
            f"segment `{segment.key}` cannot be {what}: it is `{kind}`, not {listed}",
            name=segment.name,
            kind=kind,
        )


def require_not_archived(segment: Item, what: str) -> None:
    """Lets a segment through that is not archived.

    Raises:
        FailedPrecondition: It is.
    """
    if segment.status == ARCHIVED:
        raise FailedPrecondition(
            "ARCHIVED",
            f"segment `{segment.key}` is archived, and not {what}: restore it first",
            name=segment.name,
            allowed_verbs=",".join(allowed("segment", segment.status)),
        )
