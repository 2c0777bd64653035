"""Does what was scheduled: tries it when it is scheduled, and does it when it is due."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from turnout.control.access import Caller
from turnout.control.failures import (
    FailedPrecondition,
    InvalidArgument,
    PermissionDenied,
    Violation,
)
from turnout.control.lifecycle import Forbidden
from turnout.control.scheduling.actions import do_action, identity_of
from turnout.control.services.items import ItemService
from turnout.releases import errors as releases
from turnout.store import Conflict, Invalid, NotFound, ScheduledChange, Transaction

REFUSALS = (
    InvalidArgument,
    FailedPrecondition,
    Forbidden,
    PermissionDenied,
    NotFound,
    Conflict,
    Invalid,
    releases.Refused,
)
"""What an item may be in the way of, and what its own RPC would be refused for."""


class _TakeBack(Exception):  # noqa: N818 - it is no error
    """It was only tried."""


class Doing:
    """Does what was scheduled.

    Args:
        services: Of every kind, by its name.
    """

    def __init__(self, services: Mapping[str, ItemService]) -> None:
        self._services = services

    def do(self, tx: Transaction, change: ScheduledChange) -> None:
        """Does it to the item as it is now, on behalf of who scheduled it.

        Raises:
            Any of `REFUSALS`: It cannot be done.
        """
        kind, key = identity_of(change)
        item = tx.items.get(kind, key)
        if item.id != change.item_id:
            raise FailedPrecondition(
                "ANOTHER_ITEM",
                f"{kind} `{item.key}` is another one than when this was scheduled",
                name=item.name,
            )
        do_action(tx, caller_of(change), self._services[kind], item, change.action)

    def refuse(self, tx: Transaction, name: str, fresh: Collection[int]) -> None:
        """Refuses what would not be allowed by then.

        What is scheduled for the item is tried in its order, and taken back.

        Args:
            tx: One that writes; the fresh ones are in the store.
            name: Of the item.
            fresh: The numbers of those that are to be refused.

        Raises:
            FailedPrecondition: Something that was scheduled before would not be allowed any more.
            Any other of `REFUSALS`: One of the fresh ones would not be allowed.
        """
        changes = tx.schedules.waiting_for(name)
        found = self._try(tx, changes)
        for number in fresh:
            if number in found:
                raise found[number]
        behind = {number: error for number, error in found.items() if number not in fresh}
        if not behind:
            return
        known = self._try(tx, [one for one in changes if one.number not in fresh])
        for one in changes:
            if one.number in behind and one.number not in known:
                raise _in_the_way(one, behind[one.number])

    def _try(self, tx: Transaction, changes: Sequence[ScheduledChange]) -> dict[int, Exception]:
        """Why which of them would fail, by their numbers."""
        found: dict[int, Exception] = {}
        with suppress(_TakeBack), tx.part():
            for change in changes:
                try:
                    with tx.part():
                        self.do(tx, change)
                except REFUSALS as error:
                    found[change.number] = error
            raise _TakeBack
        return found


def caller_of(change: ScheduledChange) -> Caller:
    """Who scheduled it, with the limits of then."""
    return Caller(change.creator, "publisher", change.key_prefixes, change.tags)


def _in_the_way(later: ScheduledChange, error: Exception) -> FailedPrecondition:
    return FailedPrecondition(
        "LATER_CHANGE",
        f"`{later.name}` could not be done any more: {error}",
        [Violation(later.name, str(error))],
        name=later.name,
    )
