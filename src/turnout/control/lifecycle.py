"""Which verb leads where: the tables of what people may do to an item, as data."""

from typing import Final, NamedTuple

CAME_FROM: Final = "(where it was paused)"
RAN_OR_NOT: Final = "(concluded if it ever ran, else draft)"
STAYS: Final = "(stays)"
"""Outcomes that depend on the item."""


class Move(NamedTuple):
    """One row of a table."""

    verb: str
    starts: tuple[str, ...]
    """The statuses that it is allowed in."""
    outcome: str
    """The status after it, or one of the words above."""
    option: str = ""
    """The field of the request that asks for this row and not for the first one of its verb."""


_LIVE = ("running", "enrolment_stopped", "paused")

MOVES: dict[str, tuple[Move, ...]] = {
    "segment": (
        Move("Activate", ("draft", "paused"), "active"),
        Move("Pause", ("active",), "paused"),
        Move("Archive", ("draft", "active", "paused"), "archived"),
        Move("Restore", ("archived",), "paused"),
        Move("Restore", ("archived",), "draft", option="to_draft"),
    ),
    "flag": (
        Move("Enable", ("draft", "disabled"), "enabled"),
        Move("Disable", ("enabled",), "disabled"),
        Move("Archive", ("draft", "disabled"), "archived"),
        Move("Restore", ("archived",), "disabled"),
    ),
    "experiment": (
        Move("Start", ("draft",), "running"),
        Move("StopEnrolment", ("running",), "enrolment_stopped"),
        Move("ResumeEnrolment", ("enrolment_stopped",), "running"),
        Move("Pause", ("running", "enrolment_stopped"), "paused"),
        Move("Resume", ("paused",), CAME_FROM),
        Move("Conclude", (*_LIVE, "concluded"), "concluded"),
        Move("Archive", ("draft", "concluded"), "archived"),
        Move("Restore", ("archived",), RAN_OR_NOT),
        Move("Kill", ("draft", *_LIVE, "concluded"), STAYS),
        Move("Revive", ("draft", *_LIVE, "concluded"), STAYS),
        Move("BumpEpoch", ("draft", *_LIVE), STAYS),
    ),
    "layer": (),
    "holdout": (
        Move("Start", ("draft",), "running"),
        Move("End", ("running",), "ended"),
    ),
    "query": (),
}
"""Every move that there is, by kind."""

FIRST_STATUS: dict[str, tuple[str, ...]] = {
    "segment": ("draft", "active"),
    "flag": ("draft", "enabled"),
    "experiment": ("draft",),
    "layer": ("",),
    "holdout": ("draft",),
    "query": ("",),
}
"""What a new item may be; without a word it is the first."""

DELETABLE: dict[str, tuple[str, ...]] = {
    "segment": ("draft", "archived"),
    "flag": ("draft", "archived"),
    "experiment": ("draft", "archived"),
    "layer": ("",),
    "holdout": ("draft", "ended"),
    "query": ("",),
}
"""The statuses in which an item decides nothing."""

ARCHIVED: Final = "archived"
"""What is hidden, and not edited."""


class Forbidden(Exception):  # noqa: N818 - named for its situation
    """A verb that the status of an item does not allow."""

    def __init__(self, kind: str, key: str, verb: str, status: str, allowed: list[str]) -> None:
        self.kind, self.key, self.verb, self.status = kind, key, verb, status
        self.allowed = allowed
        """Verbs that are."""
        listed = ", ".join(f"`{one}`" for one in allowed)
        remedy = f"it allows {listed}" if allowed else "nothing is done to it any more"
        super().__init__(f"{kind} `{key}` is {status}, which does not allow `{verb}`: {remedy}")


def allowed(kind: str, status: str) -> list[str]:
    """The verbs that an item of this status allows, each once."""
    return list(dict.fromkeys(move.verb for move in MOVES[kind] if status in move.starts))


def find_move(kind: str, key: str, verb: str, status: str, option: str = "") -> Move:
    """The row for a verb.

    Args:
        kind: Of the item.
        key: Of the item, for the message.
        verb: For example `Activate`.
        status: Of the item now.
        option: The field of the request that chooses among several rows.

    Raises:
        Forbidden: The status does not allow it.
    """
    for move in MOVES[kind]:
        if move.verb == verb and move.option == option and status in move.starts:
            return move
    raise Forbidden(kind, key, verb, status, allowed(kind, status))


def outcome(move: Move, status: str, *, started: bool, resumes_to: str) -> str:
    """The status that a move leads to, for an item that is as the arguments say."""
    depending = {
        STAYS: status,
        CAME_FROM: resumes_to or "running",
        RAN_OR_NOT: "concluded" if started else "draft",
    }
    return depending.get(move.outcome, move.outcome)


def route(
    kind: str, key: str, status: str, wanted: str, *, started: bool, resumes_to: str
) -> list[Move]:
    """The fewest moves that lead from one status to another, in their order.

    Args:
        kind: Of the item.
        key: Of the item, for the message.
        status: Of the item now.
        wanted: The one that it shall have.
        started: Whether it ever ran.
        resumes_to: The status that a paused experiment came from.

    Raises:
        Forbidden: No moves lead there.
    """
    ways: dict[str, list[Move]] = {status: []}
    waiting = [status]
    for here in waiting:
        for move in MOVES[kind]:
            ran = started or any(earlier.verb == "Start" for earlier in ways[here])
            there = outcome(move, here, started=ran, resumes_to=resumes_to)
            if here in move.starts and there not in ways:
                ways[there] = [*ways[here], move]
                waiting.append(there)
    if wanted not in ways:
        raise Forbidden(kind, key, f"status: {wanted}", status, allowed(kind, status))
    return ways[wanted]
