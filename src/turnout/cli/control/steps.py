"""Reads the steps of a ramp, as they are typed."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from turnout.cli.arguments import read_instant, read_pairs
from turnout.cli.failures import usage
from turnout.control.v1 import schedule_pb2


class Ramp(NamedTuple):
    """What can be changed in steps."""

    kind: str
    """Of the items."""
    field: str
    """Of a scheduled change; the command is called like it."""
    help: str
    step: str
    """How a step is typed, without its time."""
    read: Callable[[str, str], Any]
    """From the rule and the typed step to the field of the message."""
    of_rule: bool = False
    """The name of a rule is typed, too."""


def read_step(ramp: Ramp, item: str, rule: str, text: str) -> Any:  # noqa: ANN401 - a message
    """Reads `[NAME:]STEP@INSTANT`.

    Raises:
        Failed: It is none.
    """
    value, separator, instant = text.rpartition("@")
    if not separator or not value:
        raise usage(f"`{text}` is no step: write {ramp.step}@2026-01-31T12:00:00Z")
    name, _, value = value.rpartition(":")
    given: dict[str, Any] = {ramp.field: ramp.read(rule, value)}
    change = schedule_pb2.ScheduledChange(item=item, step=name or value, **given)
    change.change_time.FromDatetime(read_instant("STEP", instant))
    return change


def _shares(text: str) -> list[Mapping[str, str]]:
    pairs = read_pairs("STEP", text.split(","))
    return [{"variant": variant, "share": share} for variant, share in pairs.items()]


RAMPS: tuple[Ramp, ...] = (
    Ramp(
        "experiment",
        "traffic",
        "Change how many units it lets in.",
        "10%",
        lambda _, text: text,
    ),
    Ramp(
        "experiment",
        "weights",
        "Change the weights of its variants; those that are not named keep theirs.",
        "green=10%,control=90%",
        lambda _, text: {"weights": _shares(text)},
    ),
    Ramp(
        "flag",
        "split",
        "Change the split of one of its rules.",
        "on=10%,off=90%",
        lambda rule, text: {"rule": rule, "split": _shares(text)},
        of_rule=True,
    ),
)
"""All of them; the commands are made from it."""
