"""What `decide` and `segment` ask, of whom, and how they are answered: the options they share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.answers import ADDRESS_VARIABLE, Answers, open_answers
from turnout.cli.arguments import read_now, read_pairs, read_value
from turnout.cli.assignments import read_assigned, read_assignments
from turnout.cli.spread import spread
from turnout.results import Context, StickyAssignment


@dataclass(frozen=True, kw_only=True)
class Question:
    """Each field is an option, as it was written."""

    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="ID", help="Whom to decide for: the id of the kind `user`."),
    ] = None
    unit_of: Annotated[
        list[str] | None,
        typer.Option(
            "--unit-of", metavar="KIND=ID", help="The id of another unit kind; may be repeated."
        ),
    ] = None
    attr: Annotated[
        list[str] | None,
        typer.Option(
            "--attr",
            metavar="NAME=VALUE",
            help="An attribute; may be repeated. VALUE is read as JSON where it is a number,"
            " `true`, `false`, `null`, a list, an object or quoted text, else as text. A version"
            " such as 1.10 is a number: write '\"1.10\"' for text.",
        ),
    ] = None
    unknown: Annotated[
        list[str] | None,
        typer.Option(
            "--unknown",
            metavar="NAME",
            help="An attribute or unit kind that could not be known; may be repeated.",
        ),
    ] = None
    partial: Annotated[
        bool,
        typer.Option("--partial", help="All attributes and units that are absent are unknown."),
    ] = False
    events_reached: Annotated[
        bool,
        typer.Option(
            "--events-reached",
            help="Facts about events that are absent have no events; without it they are unknown.",
        ),
    ] = False
    assigned: Annotated[
        list[str] | None,
        typer.Option(
            "--assigned",
            metavar="EXPERIMENT=VARIANT",
            help="The units have this sticky assignment; may be repeated. It is of epoch 1 and as"
            " of now; of another epoch: EXPERIMENT@EPOCH=VARIANT.",
        ),
    ] = None
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--assignments",
            metavar="FILE",
            help="The sticky assignments that `decide --output json` told to keep: what it printed,"
            " or a list of records; `-` is standard input; may be repeated.",
        ),
    ] = None
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="INSTANT",
            help="Decide at this instant, for example 2026-01-31T12:00Z.",
        ),
    ] = None
    documents: options.DocumentsOption = None
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            envvar=ADDRESS_VARIABLE,
            help="Ask the server at HOST:PORT or unix:PATH; without it and --documents, the server"
            " of this user on this machine.",
        ),
    ] = None
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.001, help="How long to wait.")
    ] = 2.0
    output: options.OutputOption = options.Output.TABLE

    def context(self) -> Context:
        """Reads what is known of whom it is asked for.

        Raises:
            Failed: An option is not in its form, or a name is given twice.
            OSError: A file of assignments cannot be read.
        """
        attributes = read_pairs("--attr", self.attr or ())
        units = read_pairs("--unit-of", self.unit_of or ())
        return Context(
            self.unit,
            {name: read_value(text) for name, text in attributes.items()},
            units=units,
            unknown=tuple(self.unknown or ()),
            partial=self.partial,
            sticky_assignments=self._records(units),
            events_reached=self.events_reached,
        )

    def _records(self, units: Mapping[str, str]) -> list[StickyAssignment]:
        named = {"user": self.unit, **units}
        ids = {kind: unit_id for kind, unit_id in named.items() if unit_id}
        kept = [one for path in self.assignments or () for one in read_assignments(path)]
        return kept + read_assigned(self.assigned or (), ids, self.instant() or datetime.now(UTC))

    def instant(self) -> datetime | None:
        """Reads when it is asked; None: now.

        Raises:
            Failed: It is no instant.
        """
        return read_now(self.now)

    def answers(self) -> Answers:
        """Opens who answers.

        Raises:
            Failed: Two are named, the path is not there, or the documents have problems.
        """
        return open_answers(self.documents, self.address, self.timeout)

    @property
    def wants_json(self) -> bool:
        """Whether a program reads the answer."""
        return self.output is options.Output.JSON


asking = spread("question", Question)
"""Gives a command the options of a `Question` in the place of its parameter `question`."""
