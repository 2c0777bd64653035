"""`turnout segment`: whether a unit is in segments, from documents or from a server."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from typing import Annotated, Any

import typer

from turnout.cli import options
from turnout.cli.control.kinds import KINDS
from turnout.cli.decide import show_answer, show_explanation
from turnout.cli.failures import Command
from turnout.cli.late import late_group
from turnout.cli.question import Question, asking
from turnout.results import MatchingSegments


def _load(name: str) -> Any:  # noqa: ANN401 - click's own
    from turnout.cli.control.items import segment_command

    return segment_command(name)


app = typer.Typer(
    cls=late_group(KINDS["segment"].commands, _load),
    help="Check which segments a unit is in; read and change those of the control plane.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.command("check", cls=Command)
@asking
def check(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A segment.")],
    question: Question,
    explain: options.ExplainOption = False,
) -> None:
    """Tell whether a unit is in a segment: TRUE, FALSE or UNKNOWN, and why."""
    context, now = question.context(), question.instant()
    answers = question.answers()
    if explain:
        show_explanation(answers.explain_segment(key, context, now=now), question)
    else:
        show_answer(answers.check_segment(key, context, now=now), question)


@app.command("list", cls=Command)
@asking
def list_(
    question: Question,
    tag: Annotated[
        str | None, typer.Option("--tag", metavar="TAG", help="Only those that have this tag.")
    ] = None,
    prefix: Annotated[
        str | None,
        typer.Option("--prefix", metavar="TEXT", help="Only those whose key begins so."),
    ] = None,
) -> None:
    """List the segments that a unit is in, and those for which it could not be known."""
    from turnout.cli.output import print_json, print_table

    context, now = question.context(), question.instant()
    found = question.answers().matching_segments(context, tag=tag, prefix=prefix, now=now)
    if question.wants_json:
        print_json(_list_object(found))
        return
    states = [(key, "TRUE") for key in found]
    states += [(key, "UNKNOWN") for key in found.unknown_keys]
    print_table(("segment", "state"), sorted(states))


def _list_object(found: MatchingSegments) -> dict[str, object]:
    return {
        "keys": list(found),
        "unknown_keys": list(found.unknown_keys),
        "snapshot": found.snapshot._asdict(),
    }
