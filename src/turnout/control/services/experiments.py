"""`ExperimentService`: winners, kills and epochs."""

from collections.abc import Callable, Mapping
from typing import Any

from turnout.control.conversion.forms import word_of
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.failures import InvalidArgument
from turnout.control.lifecycle import Move
from turnout.control.services.items import ItemService, Moved
from turnout.control.services.resources import Body
from turnout.control.v1 import experiment_pb2
from turnout.documents.names import nearest
from turnout.documents.problem import clip
from turnout.store import Item

_WINNER_FOR = experiment_pb2.DESCRIPTOR.enum_types_by_name["WinnerFor"]


class Experiments(ItemService):
    """What is fixed once an experiment has started stays fixed in whatever status it is later."""

    kind = "experiment"
    output_only = ("killed", "winner", "winner_for")
    brought_along = ("epoch", "min_epoch")
    fixed_once_started = ("unit", "salt", "layer", "control")

    def moved(self, item: Item, move: Move, status: str, request: Any) -> Moved:  # noqa: ANN401 - as of all kinds
        """Does what the verb says beside the status."""
        change = _BODIES.get(move.verb)
        body = change(item.body, request) if change else item.body
        stays = item.resumes_to if status == item.status else ""
        return Moved(
            body,
            status,
            started=item.started or move.verb == "Start",
            resumes_to=item.status if move.verb == "Pause" else stays,
        )


def _without(body: Body, *names: str) -> Body:
    return {name: value for name, value in body.items() if name not in names}


def _killed(body: Body, _: object) -> Body:
    return {**body, "killed": True}


def _revived(body: Body, _: object) -> Body:
    return _without(body, "killed")


def _concluded(body: Body, request: experiment_pb2.ConcludeExperimentRequest) -> Body:
    """The winner of the request takes the place of any before."""
    try:
        word = word_of(_WINNER_FOR, request.winner_for)
    except Unreadable as error:
        raise InvalidArgument("winner_for", error.message) from None
    left = _without(body, "winner", "winner_for")
    if not request.winner:
        if request.winner_for:
            raise InvalidArgument("winner_for", "`winner_for` has no meaning without `winner`")
        return left
    if request.winner not in body["variants"]:
        hint = nearest(request.winner, body["variants"])
        text = f"unknown variant `{clip(request.winner)}`{hint}"
        raise InvalidArgument("winner", text, reason="UNKNOWN_VARIANT")
    won = {"winner": request.winner, "winner_for": word} if word else {"winner": request.winner}
    return {**left, **won}


def _bumped(body: Body, request: experiment_pb2.BumpEpochExperimentRequest) -> Body:
    epoch = int(body.get("epoch", 1)) + 1
    blocked = {"min_epoch": epoch} if request.block_older else {}
    return {**body, "epoch": epoch, **blocked}


_BODIES: Mapping[str, Callable[[Body, Any], Body]] = {
    "Kill": _killed,
    "Revive": _revived,
    "Conclude": _concluded,
    "BumpEpoch": _bumped,
}
"""What a verb makes of the body."""
