"""Finds the conditions that let in a unit of which the attribute is not set.

That is what a negative operator means ("everything except"), and seldom what a rule's author
thought of, so the compiler says it.
"""

from collections.abc import Iterator
from typing import Any

from turnout.compiler.facts import read_fact
from turnout.compiler.operators import OPERATORS
from turnout.documents import Fault
from turnout.documents.conditions import EventDocument
from turnout.documents.problem import Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

_GROUPS = ("all", "any")


def lets_in(
    written: dict[str, Any],
    path: Path,
    *,
    negated: bool = False,
    needed: frozenset[str] = frozenset(),
) -> Iterator[Fault]:
    """Yields a warning for each condition that is TRUE of an unset attribute and does not say so.

    Args:
        written: A condition or a group that compiles.
        path: Where it stands.
        negated: It stands below an odd number of `not`.
        needed: Attributes that something beside it wants to be set.
    """
    if (attribute := _attribute(written)) is not None:
        if not negated:
            yield from _comparison(attribute, written, path, needed)
    elif "not" in written:
        yield from lets_in(written["not"], (*path, "not"), negated=not negated, needed=needed)
    for group in _GROUPS:
        inner = written.get(group, [])
        # Below `not`, `any` is what `all` is elsewhere; only a comparison that is not turned
        # around wants its attribute to be set.
        if group == "all" and not negated:
            needed |= {_attribute(one) or "" for one in inner if _needs_value(one)}
        for at, one in enumerate(inner):
            yield from lets_in(one, (*path, group, at), negated=negated, needed=needed)


def _attribute(written: dict[str, Any]) -> str | None:
    """What is compared, when it can be without a value."""
    if "event" not in written:
        return written.get("attribute")
    fact = read_fact(EventDocument.model_validate(written["event"]))
    return None if fact.no_events == pb.NO_EVENTS_ZERO else fact.name


def _comparison(
    attribute: str, written: dict[str, Any], path: Path, needed: frozenset[str]
) -> Iterator[Fault]:
    name = _operator(written)
    if name and OPERATORS[name].negative and "on_unset" not in written and attribute not in needed:
        shown = clip(attribute)
        yield Fault(
            (*path, name),
            f"`{name}` lets in every unit without `{shown}`: write `on_unset: no_match` beside it, "
            "or `on_unset: match` if that is meant",
            at_key=True,
        )


def _needs_value(written: dict[str, Any]) -> bool:
    name = _operator(written)
    if name is None or written.get("on_unset", "no_match") == "match":
        return False
    return not OPERATORS[name].negative and name not in {"is_any", "is_not_set"}


def _operator(written: dict[str, Any]) -> str | None:
    return next((name for name in written if name in OPERATORS), None)
