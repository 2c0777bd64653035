"""The options that several commands share, and what they mean."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from turnout.cli.failures import usage
from turnout.results import Context

ADDRESS_VARIABLE = "TURNOUT_ADDRESS"


class Output(StrEnum):
    """For whom the outcome is written."""

    TABLE = "table"
    JSON = "json"


UnitOption = Annotated[
    str | None,
    typer.Option("--unit", metavar="ID", help="Whom to decide for: the id of the kind `user`."),
]
OtherUnitsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--unit-of", metavar="KIND=ID", help="The id of another unit kind; may be repeated."
    ),
]
AttributesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--attr",
        metavar="NAME=VALUE",
        help="An attribute; may be repeated. VALUE is read as JSON where it is a number, `true`,"
        " `false`, `null`, a list, an object or quoted text, else as text. A version such as"
        " 1.10 is a number: write '\"1.10\"' for text.",
    ),
]
UnknownOption = Annotated[
    list[str] | None,
    typer.Option(
        "--unknown",
        metavar="NAME",
        help="An attribute or unit kind that could not be known; may be repeated.",
    ),
]
PartialOption = Annotated[
    bool,
    typer.Option("--partial", help="All attributes and units that are absent are unknown."),
]
EventsReachedOption = Annotated[
    bool,
    typer.Option(
        "--events-reached",
        help="Facts about events that are absent have no events; without it they are unknown.",
    ),
]
NowOption = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="INSTANT", help="Decide at this instant, for example 2026-01-31T12:00Z."
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Show the way to the answer: rules, conditions, slots.")
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        "--documents",
        metavar="PATH",
        help="Decide in this process, from a folder or file of documents.",
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="ADDRESS",
        envvar=ADDRESS_VARIABLE,
        help="Ask the server at HOST:PORT or unix:PATH; without it and --documents, the server"
        " of this user on this machine.",
    ),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.001, help="How long to wait.")
]
OutputOption = Annotated[
    Output, typer.Option("--output", "-o", help="`table` for people, `json` for programs.")
]


TagOption = Annotated[
    str | None, typer.Option("--tag", metavar="TAG", help="Only those that have this tag.")
]
PrefixOption = Annotated[
    str | None, typer.Option("--prefix", metavar="TEXT", help="Only those whose key begins so.")
]


def read_context(
    unit: str | None,
    other_units: list[str] | None,
    attributes: list[str] | None,
    unknown: list[str] | None,
    partial: bool,
    events_reached: bool = False,
) -> Context:
    """Reads the options of a context.

    Raises:
        Failed: One of them is not `NAME=VALUE`, or a name is given twice.
    """
    return Context(
        unit,
        {name: read_value(text) for name, text in _pairs("--attr", attributes).items()},
        units=_pairs("--unit-of", other_units),
        unknown=tuple(unknown or ()),
        partial=partial,
        events_reached=events_reached,
    )


def read_value(text: str) -> Any:  # noqa: ANN401 - whatever JSON may hold
    """Reads JSON where it is some, else gives the text itself."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def read_now(text: str | None) -> datetime | None:
    """Reads an instant; None when there is none.

    Raises:
        Failed: It is no date and time of ISO 8601 with a zone.
    """
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise usage(f"`--now {text}` is no instant: write 2026-01-31T12:00:00Z") from None
    if instant.tzinfo is None:
        raise usage(f"`--now {text}` has no zone: write `{text}Z` for UTC")
    return instant


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise usage(f"`{option} {text}` has no name: write NAME=VALUE")
        if name in found:
            raise usage(f"`{option} {name}=…` is given twice: keep one")
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON: they stay text
