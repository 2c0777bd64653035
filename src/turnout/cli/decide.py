"""`turnout decide`: one decision, from documents or from a server."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed
# ruff: noqa: PLR0913, PLR0917 - options are parameters

from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.answers import open_answers
from turnout.results import Decision, Explanation, SegmentCheck, SnapshotRef


def decide(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A flag or an experiment.")],
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
    """Decide which variant a unit gets, and say why.

    A decision without a variant is an answer too (the caller's default applies): exit code 0.
    """
    from turnout.cli.output import print_fields, print_json

    context = options.read_context(unit, unit_of, attr, unknown, partial, events_reached)
    instant = options.read_now(now)
    answers = open_answers(documents, address, timeout)
    if explain:
        show(answers.explain(key, context, now=instant), output)
        return
    decision = answers.decide(key, context, now=instant)
    if output is options.Output.JSON:
        print_json(answer_object(decision))
    else:
        print_fields(answer_lines(decision))


def show(explanation: Explanation, output: options.Output) -> None:
    """Writes an answer and the way to it."""
    from turnout.cli.explanation import explanation_object, print_steps
    from turnout.cli.output import print_fields, print_json

    if output is options.Output.JSON:
        print_json(explanation_object(explanation))
        return
    print_fields(answer_lines(explanation.answer))
    print()
    print_steps(explanation)


def answer_object(answer: Decision | SegmentCheck) -> dict[str, object]:
    """The fields of an answer by name; the snapshot's, and what is to be kept, nested."""
    found = answer._asdict() | {"snapshot": answer.snapshot._asdict()}
    if isinstance(answer, Decision):
        found["assignments_to_persist"] = [one._asdict() for one in answer.assignments_to_persist]
    return found


def snapshot_text(snapshot: SnapshotRef) -> str:
    """A snapshot in a few words."""
    stale = ", stale" if snapshot.stale else ""
    return f"{snapshot.id[:12]}, revision {snapshot.revision}, age {snapshot.age:.1f} s{stale}"


def answer_lines(answer: Decision | SegmentCheck) -> dict[str, object]:
    """The fields of an answer for people; those that say nothing are None."""
    from turnout.cli.output import value_text

    found = answer_object(answer) | {"snapshot": snapshot_text(answer.snapshot)}
    if isinstance(answer, Decision):
        has_variant = answer.variant is not None
        found["variant"] = answer.variant if has_variant else "none: use the default"
        found["value"] = value_text(answer.value) if has_variant else None
        found["enrolled"] = answer.enrolled or None
        found["degraded"] = answer.degraded or None
        found["assignments_to_persist"] = None  # for programs: the lines above say all of it
    return found
