"""`turnout decide`: one decision, from documents or from a server."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.question import Question, asking
from turnout.results import Decision, Explanation, SegmentCheck, SnapshotRef


@asking
def decide(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A flag or an experiment.")],
    question: Question,
    explain: options.ExplainOption = False,
) -> None:
    """Decide which variant a unit gets, and say why.

    A decision without a variant is an answer too (the caller's default applies): exit code 0.
    """
    context, now = question.context(), question.instant()
    answers = question.answers()
    if explain:
        show_explanation(answers.explain(key, context, now=now), question)
    else:
        show_answer(answers.decide(key, context, now=now), question)


def show_answer(answer: Decision | SegmentCheck, question: Question) -> None:
    """Writes an answer."""
    from turnout.cli.output import print_fields, print_json

    if question.wants_json:
        print_json(answer_object(answer))
    else:
        print_fields(_answer_lines(answer))


def show_explanation(explanation: Explanation, question: Question) -> None:
    """Writes an answer and the way to it."""
    from turnout.cli.explanation import print_steps, step_object
    from turnout.cli.output import print_fields, print_json

    if question.wants_json:
        steps = [step_object(step) for step in explanation.steps]
        print_json(answer_object(explanation.answer) | {"steps": steps})
        return
    print_fields(_answer_lines(explanation.answer))
    print()
    print_steps(explanation)


def answer_object(answer: Decision | SegmentCheck) -> dict[str, object]:
    """The fields of an answer by name; the snapshot's, and what is to be kept, nested."""
    found = answer._asdict() | {"snapshot": answer.snapshot._asdict()}
    if isinstance(answer, Decision):
        found["assignments_to_persist"] = [one._asdict() for one in answer.assignments_to_persist]
    return found


def _snapshot_text(snapshot: SnapshotRef) -> str:
    """A snapshot in a few words."""
    stale = ", stale" if snapshot.stale else ""
    return f"{snapshot.id[:12]}, revision {snapshot.revision}, age {snapshot.age:.1f} s{stale}"


def _answer_lines(answer: Decision | SegmentCheck) -> dict[str, object]:
    """The fields of an answer for people; those that say nothing are None."""
    from turnout.cli.output import span_text, value_text

    found = answer_object(answer) | {"snapshot": _snapshot_text(answer.snapshot)}
    if isinstance(answer, Decision):
        has_variant = answer.variant is not None
        found["variant"] = answer.variant if has_variant else "none: use the default"
        found["value"] = value_text(answer.value) if has_variant else None
        found["enrolled"] = answer.enrolled or None
        found["degraded"] = answer.degraded or None
        found["assignments_to_persist"] = None  # for programs: the lines above say all of it
    elif answer.member_age is not None:
        found["member_age"] = span_text(answer.member_age)
    return found
