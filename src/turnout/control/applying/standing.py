"""Where an item stands after documents gave it a status: as if somebody had called the verbs."""

from typing import NamedTuple

from turnout.control.applying.changes import ItemChange
from turnout.control.lifecycle import FIRST_STATUS, outcome, route


class Standing(NamedTuple):
    """What the store keeps of an item beside its body; see `turnout.store.Item`."""

    status: str
    started: bool
    resumes_to: str


def standing_after(change: ItemChange) -> Standing:
    """Follows the moves that lead to the status that documents want.

    Raises:
        Forbidden: No moves lead there.
    """
    item = change.before
    status = item.status if item else FIRST_STATUS[change.kind][0]
    started = item.started if item else False
    resumes_to = item.resumes_to if item else ""
    for move in route(
        change.kind, change.key, status, change.status, started=started, resumes_to=resumes_to
    ):
        before, status = status, outcome(move, status, started=started, resumes_to=resumes_to)
        started = started or move.verb == "Start"
        pauses = change.kind == "experiment" and move.verb == "Pause"
        resumes_to = before if pauses else ""
    return Standing(status, started, resumes_to)
