"""The verbs that can be scheduled, with the parameters that each takes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.control import lifecycle
from turnout.control.conversion.forms import number_of, word_of
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.failures import InvalidArgument
from turnout.control.v1 import experiment_pb2
from turnout.control.v1 import schedule_pb2 as pb
from turnout.documents.names import with_article

WINNER_FOR: Final = experiment_pb2.DESCRIPTOR.enum_types_by_name["WinnerFor"]
_VERB = pb.DESCRIPTOR.enum_types_by_name["ScheduledVerb"]
_FIELD = "scheduled_change.move"
_INNER_CAPITAL = re.compile(r"(?<=.)(?=[A-Z])")

PARAMETERS: Final[Mapping[tuple[str, str], Sequence[str]]] = {
    ("experiment", "Conclude"): ("winner", "winner_for"),
    ("experiment", "BumpEpoch"): ("block_older",),
    ("segment", "Restore"): ("to_draft",),
    ("segment", "Archive"): ("force",),
}
"""By kind and verb; others take none."""


def read_move(kind: str, move: pb.ScheduledMove) -> dict[str, Any]:
    """What the store keeps of a verb with its parameters.

    Raises:
        InvalidArgument: The kind has no such verb, or the verb no such parameter.
    """
    known = dict.fromkeys(row.verb for row in lifecycle.MOVES[kind])
    by_number = {verb_number(verb): verb for verb in known}
    if move.verb not in by_number:
        listed = ", ".join(f"`{_word(verb)}`" for verb in known) or "none"
        text = f"which verb is missing, or no {kind} has it: there are {listed}"
        raise InvalidArgument(f"{_FIELD}.verb", text, reason="UNKNOWN_VERB")
    verb = by_number[move.verb]
    taken = PARAMETERS.get((kind, verb), ())
    for field, _ in move.ListFields():
        if field.name not in ("verb", *taken):
            text = f"`{field.name}` has no meaning for `{_word(verb)}` of {with_article(kind)}"
            raise InvalidArgument(f"{_FIELD}.{field.name}", text)
    given = {name: getattr(move, name) for name in taken if getattr(move, name)}
    if "winner_for" in given:
        try:
            given["winner_for"] = word_of(WINNER_FOR, given["winner_for"])
        except Unreadable as error:
            raise InvalidArgument(f"{_FIELD}.winner_for", error.message) from None
    return {"verb": verb, **given}


def fields_of(action: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a kept verb, as the fields of messages have them."""
    fields = {name: value for name, value in action.items() if name != "verb"}
    if "winner_for" in fields:
        fields["winner_for"] = number_of(WINNER_FOR, fields["winner_for"])
    return fields


def move_message(action: Mapping[str, Any]) -> pb.ScheduledMove:
    """The message of a kept verb."""
    return pb.ScheduledMove(verb=verb_number(action["verb"]), **fields_of(action))


def verb_number(verb: str) -> Any:  # noqa: ANN401 - a value of the enum
    """The value of the enum for a verb such as `StopEnrolment`."""
    return number_of(_VERB, _word(verb))


def _word(verb: str) -> str:
    """`STOP_ENROLMENT` for `StopEnrolment`."""
    return _INNER_CAPITAL.sub("_", verb).upper()
