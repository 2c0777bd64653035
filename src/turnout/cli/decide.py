"""`turnout decide`: one decision, from documents or from a server."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed
# ruff: noqa: PLR0913, PLR0917 - options are parameters

from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.answers import open_answers
from turnout.results import Decision, SegmentCheck, SnapshotRef


def decide(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A flag or an experiment.")],
    unit: options.UnitOption = None,
    unit_of: options.OtherUnitsOption = None,
    attr: options.AttributesOption = None,
    unknown: options.UnknownOption = None,
    partial: options.PartialOption = False,
    now: options.NowOption = None,
    documents: options.DocumentsOption = None,
    address: options.AddressOption = None,
    timeout: options.TimeoutOption = 2.0,
    output: options.OutputOption = options.Output.TABLE,
) -> None:
    """Decide which variant a unit gets, and say why.

    A decision without a variant is an answer too (the caller's default applies): exit code 0.
    """
    from turnout.cli.output import print_fields, print_json

    context = options.read_context(unit, unit_of, attr, unknown, partial)
    instant = options.read_now(now)
    decision = open_answers(documents, address, timeout).decide(key, context, now=instant)
    if output is options.Output.JSON:
        print_json(answer_object(decision))
    else:
        print_fields(_lines(decision))


def answer_object(answer: Decision | SegmentCheck) -> dict[str, object]:
    """The fields of an answer by name, the snapshot's nested."""
    return answer._asdict() | {"snapshot": answer.snapshot._asdict()}


def snapshot_text(snapshot: SnapshotRef) -> str:
    """A snapshot in a few words."""
    stale = ", stale" if snapshot.stale else ""
    return f"{snapshot.id[:12]}, revision {snapshot.revision}, age {snapshot.age:.1f} s{stale}"


def _lines(decision: Decision) -> dict[str, object]:
    from turnout.cli.output import value_text

    found = answer_object(decision)
    found["variant"] = decision.variant if decision.variant is not None else "none: use the default"
    found["value"] = value_text(decision.value) if decision.variant is not None else None
    found["enrolled"] = decision.enrolled or None
    found["degraded"] = decision.degraded or None
    found["snapshot"] = snapshot_text(decision.snapshot)
    return found
