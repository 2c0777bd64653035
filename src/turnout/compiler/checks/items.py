"""The checks of one item, with what it refers to."""

from collections.abc import Iterator, Mapping
from typing import Any

from turnout.compiler.candidates import Candidate
from turnout.compiler.checks.conditions import check_condition
from turnout.compiler.checks.letting_in import lets_in
from turnout.compiler.checks.rules import check_rules
from turnout.compiler.checks.segments import check_segment
from turnout.compiler.checks.terms import Group, Negation, Reader, Term
from turnout.compiler.checks.variants import check_prerequisites
from turnout.compiler.scope import Message, QueryShape
from turnout.documents import Fault
from turnout.documents.problem import Path
from turnout.snapshot.v1 import snapshot_pb2 as pb


def find_faults(candidate: Candidate, reader: Reader) -> Iterator[Fault]:
    """Yields what is certainly not meant in the version of an item that is served.

    Args:
        candidate: The item.
        reader: Of all items that it may refer to.
    """
    compiled = candidate.compiled
    if compiled is None or not isinstance(compiled.written, dict):
        return
    written = compiled.written
    message = compiled.message
    if isinstance(message, pb.Segment):
        yield from check_segment(written)
    for condition, expression, path in _conditions(message, written):
        yield from lets_in(condition, path)
        yield from check_condition(reader.condition(condition, expression, path))
    if isinstance(message, pb.Flag):
        yield from check_rules(message, written, reader)
    if isinstance(message, pb.Experiment | pb.Holdout) and (lists := _lists(written)):
        yield from check_condition(_audience(lists, reader))
    yield from check_prerequisites(compiled.variants)


def _conditions(
    message: Message, written: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], pb.Expression, Path]]:
    """All conditions of an item: as written, as compiled, and where."""
    if isinstance(message, pb.Segment):
        if message.HasField("rule") and "match" in written:
            yield written["match"], message.rule, ("match",)
    elif isinstance(message, pb.Layer | QueryShape):
        return
    elif isinstance(message, pb.Flag):
        for at, (one, rule) in enumerate(zip(written.get("rules", []), message.rules, strict=True)):
            if one.get("when") is not None:
                yield one["when"], rule.when, ("rules", at, "when")
    elif message.HasField("audience") and not _lists(written):
        yield written["audience"], message.audience, ("audience",)


def _lists(written: Mapping[str, Any]) -> dict[str, Any]:
    """An audience that is written as lists of segments."""
    audience = written.get("audience") or {}
    return audience if "include" in audience or "exclude" in audience else {}


def _audience(lists: Mapping[str, Any], reader: Reader) -> Term:
    parts: list[Term] = []
    if "include" in lists:
        path: Path = ("audience", "include", "segments")
        included = lists["include"]
        parts.append(reader.segments(included["segments"], path, mode=included["mode"]))
    if "exclude" in lists:
        path = ("audience", "exclude")
        parts.append(Negation(reader.segments(lists["exclude"], path, mode="any")))
    return Group(True, tuple(parts), ("audience",))
