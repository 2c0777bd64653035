"""What the log tells of members that changed: each id, or of many their count and mixture."""

from collections.abc import Callable, Iterable
from typing import Any

from turnout.store.mixed import to_text

NAMED_MOST = 1_000
"""Ids of a bulk write that its event names. An event is one JSON text, which whoever lists the log
reads whole: these are 2 MB of it at most, and more than a person reads."""

Told = dict[str, Any]
"""Part of the document of an event. What it says of the mixture `audit_members` reads."""


def told_of(what: str, count: int, unit_ids: Iterable[str], mixture: Callable[[], int]) -> Told:
    """Tells of ids that came or went.

    Args:
        what: `added` or `removed`.
        count: How many.
        unit_ids: Read when they are few.
        mixture: Gives what they are mixed to; called when they are many.
    """
    if count <= NAMED_MOST:
        return {what: sorted(unit_ids)}
    return {f"{what}_count": count, f"{what}_mixed": to_text(mixture())}


def told_of_all(added: int, removed: int, mixture: int) -> Told:
    """Tells that there are other members now, too many came or went to name them.

    Args:
        added: How many came.
        removed: How many went.
        mixture: Of all members that there are now.
    """
    return {"added_count": added, "removed_count": removed, "members_mixed": to_text(mixture)}
