"""`turnout segment`: whether a unit is in segments, from documents or from a server."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed
# ruff: noqa: PLR0913, PLR0917 - options are parameters

from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.answers import open_answers
from turnout.cli.decide import answer_lines, answer_object, show
from turnout.cli.failures import Command
from turnout.results import MatchingSegments

app = typer.Typer(
    help="Check which segments a unit is in.", no_args_is_help=True, rich_markup_mode="markdown"
)


@app.command("check", cls=Command)
def check(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A segment.")],
    unit: options.UnitOption = None,
    unit_of: options.OtherUnitsOption = None,
    attr: options.AttributesOption = None,
    unknown: options.UnknownOption = None,
    partial: options.PartialOption = False,
    events_reached: options.EventsReachedOption = False,
    now: options.NowOption = None,
    explain: options.ExplainOption = False,
    documents: options.DocumentsOption = None,
    address: options.AddressOption = None,
    timeout: options.TimeoutOption = 2.0,
    output: options.OutputOption = options.Output.TABLE,
) -> None:
    """Tell whether a unit is in a segment: TRUE, FALSE or UNKNOWN, and why."""
    from turnout.cli.output import print_fields, print_json

    context = options.read_context(unit, unit_of, attr, unknown, partial, events_reached)
    instant = options.read_now(now)
    answers = open_answers(documents, address, timeout)
    if explain:
        show(answers.explain_segment(key, context, now=instant), output)
        return
    found = answers.check_segment(key, context, now=instant)
    if output is options.Output.JSON:
        print_json(answer_object(found))
    else:
        print_fields(answer_lines(found))


@app.command("list", cls=Command)
def list_(
    unit: options.UnitOption = None,
    unit_of: options.OtherUnitsOption = None,
    attr: options.AttributesOption = None,
    unknown: options.UnknownOption = None,
    partial: options.PartialOption = False,
    events_reached: options.EventsReachedOption = False,
    now: options.NowOption = None,
    tag: options.TagOption = None,
    prefix: options.PrefixOption = None,
    documents: options.DocumentsOption = None,
    address: options.AddressOption = None,
    timeout: options.TimeoutOption = 2.0,
    output: options.OutputOption = options.Output.TABLE,
) -> None:
    """List the segments that a unit is in, and those for which it could not be known."""
    from turnout.cli.output import print_json, print_table

    context = options.read_context(unit, unit_of, attr, unknown, partial, events_reached)
    instant = options.read_now(now)
    answers = open_answers(documents, address, timeout)
    found = answers.matching_segments(context, tag=tag, prefix=prefix, now=instant)
    if output is options.Output.JSON:
        print_json(_list_object(found))
    else:
        states = [(key, "TRUE") for key in found]
        states += [(key, "UNKNOWN") for key in found.unknown_keys]
        print_table(("segment", "state"), sorted(states))


def _list_object(found: MatchingSegments) -> dict[str, object]:
    return {
        "keys": list(found),
        "unknown_keys": list(found.unknown_keys),
        "snapshot": found.snapshot._asdict(),
    }
