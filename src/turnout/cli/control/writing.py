"""The options of commands that change an item."""

from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

import typer

from turnout.cli.control.kinds import Verb, VerbOption
from turnout.cli.spread import Run, spread


@dataclass(frozen=True, kw_only=True)
class Writing:
    """Each field is an option, as it was written."""

    etag: Annotated[
        str,
        typer.Option(
            "--etag", metavar="ETAG", help="Only if it is this version still, as `get` shows it."
        ),
    ] = ""
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Have it checked, without effect.")] = (
        False
    )

    def fields(self) -> dict[str, object]:
        """What every such request has."""
        return {
            "etag": self.etag,
            "validate_only": self.dry_run,
            "request_id": "" if self.dry_run else str(uuid4()),
        }


changing = spread("writing", Writing)
"""Gives a command the options of a `Writing` in the place of its parameter `writing`."""


def chosen_by(verb: Verb) -> Callable[[Run], Run]:
    """Gives a command the options of its verb in the place of its parameter `chosen`."""
    options = [(one.field, _annotation(one), field(default=None)) for one in verb.options]
    return spread("chosen", make_dataclass("Chosen", options, frozen=True, kw_only=True))


def chosen_fields(verb: Verb, chosen: object) -> dict[str, object]:
    """The fields of the request that were given as options."""
    found = {}
    for one in verb.options:
        value = getattr(chosen, one.field)
        if value is not None:
            found[one.field] = f"{one.field}_{value}".upper() if one.words else value
    return found


def _annotation(option: VerbOption) -> Any:  # noqa: ANN401 - a type
    name = f"--{option.field.replace('_', '-')}"
    if option.is_switch:
        return Annotated[bool | None, typer.Option(name, help=option.help)]
    if option.words:
        words = {word.upper(): word for word in option.words}
        choice = StrEnum("Choice", words)  # type: ignore[misc] # made from the table
        return Annotated[choice | None, typer.Option(name, help=option.help)]
    return Annotated[str | None, typer.Option(name, metavar="NAME", help=option.help)]
