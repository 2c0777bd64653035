"""Shows the way to an answer as a tree."""

from rich.text import Text
from rich.tree import Tree

from turnout.cli.output import console, span_text, value_text
from turnout.results import ExplainedStep, Explanation, SegmentState

_COLOURS = {
    SegmentState.TRUE: "green",
    SegmentState.FALSE: "red",
    SegmentState.UNKNOWN: "yellow",
}
_WORDS = {
    "ALL": "all of",
    "ANY": "any of",
    "NOT": "not",
    "PREREQUISITE": "variant of",
}
"""What people read for a kind; the others are written as they are called."""


def step_object(step: ExplainedStep) -> dict[str, object]:
    """The fields of a step by name, its own steps nested; those that say nothing are left out."""
    told = {name: value for name, value in step._asdict().items() if value not in ("", (), None)}
    if step.state == "SET" and not step.masked:
        told["value"] = step.value  # an empty text is a value
    if step.steps:
        told["steps"] = [step_object(inner) for inner in step.steps]
    if not step.masked:
        del told["masked"]
    return told


def print_steps(explanation: Explanation) -> None:
    """Writes one line a step, each below the one that it belongs to."""
    for step in explanation.steps:
        console().print(_tree(step), soft_wrap=True)


def _tree(step: ExplainedStep) -> Tree:
    tree = Tree(_line(step), guide_style="dim")
    for inner in step.steps:
        tree.children.append(_tree(inner))
    return tree


def _line(step: ExplainedStep) -> Text:
    outcome = Text(step.outcome.lower(), style=_COLOURS.get(step.outcome, ""))
    parts = [Text(_subject(step)), *_seen(step), outcome]
    return Text("   ").join(parts)


def _subject(step: ExplainedStep) -> str:
    """What is asked, nearly as documents write it."""
    words = [] if step.kind == "CONDITION" else [_WORDS.get(step.kind, step.kind.lower())]
    if step.name:
        words.append(value_text(step.name) if step.kind == "CONDITION" else f"`{step.name}`")
    words += [text for text in (step.operator, step.operand) if text]
    return " ".join(words)


def _seen(step: ExplainedStep) -> list[Text]:
    """What was found, in dim letters."""
    found = []
    if step.masked and step.state == "SET":
        found.append("•••")
    elif step.state == "SET":
        found.append(value_text(step.value))
    elif step.state:
        found.append("not set" if step.state == "UNSET" else "not known")
    if step.slot is not None:
        found.append(f"{step.unit_kind} {value_text(step.unit_id)} has slot {step.slot}")
    if step.bucket is not None:
        found.append(f"{step.unit_kind} {value_text(step.unit_id)} has number {step.bucket:g}")
    if step.member_count is not None:
        found.append(f"{step.member_count:,} members")
    if step.member_age is not None:
        found.append(f"{span_text(step.member_age)} old")
    return [Text(text, style="dim") for text in found]
