"""What the log tells of members that changed: each id, or of many their count and mixture."""

from collections.abc import Callable, Iterable
from typing import Any

from turnout.store.mixed import to_text

NAMED_MOST = 10_000
"""Ids that an event names, as many as one call of `AddMembers` has. An event is one text that
whoever lists the log reads whole, and more than this nobody reads: of more it tells the mixture, by
which a member that was added, changed or removed by hand is found all the same."""

NAMED_BYTES = 2 * 1024 * 1024
"""Of these ids together, as of such a call."""

Told = dict[str, Any]
"""Part of the document of an event. What it says of the mixture `audit_members` reads."""


def named(count: int, unit_ids: Iterable[str]) -> list[str] | None:
    """Gives ids as an event names them; None when they are too many for that.

    Args:
        count: How many there are.
        unit_ids: Read unless they are too many.
    """
    if count > NAMED_MOST:
        return None
    names = sorted(unit_ids)
    return names if sum(len(name.encode()) for name in names) <= NAMED_BYTES else None


def told_of(what: str, count: int, unit_ids: Iterable[str], mixture: Callable[[], int]) -> Told:
    """Tells of ids that came or went.

    Args:
        what: `added` or `removed`.
        count: How many.
        unit_ids: Read unless they are too many.
        mixture: Gives what they are mixed to; called when they are too many.
    """
    names = named(count, unit_ids)
    if names is not None:
        return {what: names}
    return {f"{what}_count": count, f"{what}_mixed": to_text(mixture())}


def told_of_all(added: int, removed: int, mixture: int) -> Told:
    """Tells that there are other members now, of which too many came or went to name them.

    Args:
        added: How many came.
        removed: How many went.
        mixture: Of all members that there are now.
    """
    return {"added_count": added, "removed_count": removed, "members_mixed": to_text(mixture)}
