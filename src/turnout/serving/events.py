"""Reads a stream of server-sent events, as far as snapshots need it.

Standard library only: the serving process imports this.
"""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from turnout.serving.fetched import RefreshFailed

EVENT = "snapshot"
_LONGEST_LINE = 8192
_MOST_LINES = 64
_FIELDS = {"id", "event", "data", "retry"}


class Heard(NamedTuple):
    """What a source said is current."""

    revision: int
    seal: str


def read_events(read_line: Callable[[int], bytes]) -> Iterator[Heard | None]:
    """Yields what is heard; None for a line that says nothing but that the source is there.

    Ends with the stream.

    Args:
        read_line: Reads up to the end of a line, and no more bytes than it is told.

    Raises:
        RefreshFailed: `garbled`: what comes is no stream of events.
    """
    event, data, lines = "", "", 0
    while line := read_line(_LONGEST_LINE + 1):
        text = _text(line)
        if text.startswith(":"):
            yield None
        elif text:
            field, _, value = text.partition(":")
            lines += 1
            if field not in _FIELDS or lines > _MOST_LINES:
                raise _garbled()
            event = value.removeprefix(" ") if field == "event" else event
            data += value.removeprefix(" ") if field == "data" else ""
        else:
            if event == EVENT:
                yield _heard(data)
            event, data, lines = "", "", 0


def _text(line: bytes) -> str:
    if len(line) > _LONGEST_LINE or not line.endswith(b"\n"):
        raise _garbled()
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _garbled() from None


def _heard(data: str) -> Heard:
    try:
        told = json.loads(data)
        heard = Heard(told["revision"], told["seal"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _garbled() from None
    if type(heard.revision) is not int or not isinstance(heard.seal, str):
        raise _garbled()
    return heard


def _garbled() -> RefreshFailed:
    return RefreshFailed("garbled", "its stream holds something that is no event")
