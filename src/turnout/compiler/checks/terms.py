"""Conditions as a tree of logic, with what stands behind the segments in them."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from turnout.compiler.candidates import Candidate
from turnout.compiler.facts import read_fact
from turnout.compiler.history import Identity
from turnout.compiler.operators import OPERATORS
from turnout.compiler.scope import CompiledItem
from turnout.compiler.slots import DEFAULT_UNIT
from turnout.documents.conditions import EventDocument
from turnout.documents.problem import Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

Candidates = Mapping[Identity, Candidate]
Subject = tuple[Hashable, ...]
Comparison = pb.Condition | pb.SlotCondition | pb.VariantCondition

_SEGMENTS = ("segment", "in_segment", "not_in_segment")
_MOST_LEVELS = 16


class Leaf(NamedTuple):
    """One comparison, or something that is not looked into."""

    subject: Subject
    """What is compared; its first word is the kind."""
    message: Comparison | None
    path: Path
    """Of the operator."""
    shown: str


class Fixed(NamedTuple):
    """What is the same for everybody."""

    value: bool
    path: Path
    shown: str


class Negation(NamedTuple):
    """TRUE where its part is FALSE."""

    part: "Term"


class Group(NamedTuple):
    """All of its parts, or any."""

    is_all: bool
    parts: tuple["Term", ...]
    path: Path = ()


class Elsewhere(NamedTuple):
    """What a segment stands for, told where the segment is named."""

    term: "Term"
    path: Path


Term = Leaf | Fixed | Negation | Group | Elsewhere


class Reader:
    """Reads conditions as they were written together with what they became."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._segments: dict[str, Term] = {}
        self._level = 0

    def condition(
        self, written: Mapping[str, Any], compiled: pb.Expression, path: Path, inside: str = ""
    ) -> Term:
        """Reads a condition.

        Args:
            written: As in the document.
            compiled: What it became.
            path: Where it stands.
            inside: The segment that it is the definition of.
        """
        for head in ("all", "any"):
            if head in written:
                group = compiled.all if head == "all" else compiled.any
                both = zip(written[head], group.expressions, strict=True)
                parts = tuple(
                    self.condition(one, inner, (*path, head, at), inside)
                    for at, (one, inner) in enumerate(both)
                )
                return Group(head == "all", parts, (*path, head))
        if "not" in written:
            inner = getattr(compiled, "not")
            return Negation(self.condition(written["not"], inner, (*path, "not"), inside))
        for head in _SEGMENTS:
            if head in written:
                found = self.segment(written[head], (*path, head))
                return Negation(found) if head == "not_in_segment" else found
        return _leaf(written, compiled, path, f" of segment `{inside}`" if inside else "")

    def segments(self, keys: list[str], path: Path, *, mode: str) -> Term:
        """Reads a list of segments."""
        parts = tuple(self.segment(key, (*path, at)) for at, key in enumerate(keys))
        return Group(mode == "all", parts, path)

    def segment(self, key: str, path: Path) -> Term:
        """Reads a reference to a segment."""
        if key not in self._segments:
            if self._level == _MOST_LEVELS:
                return Elsewhere(_opaque("segment", key), path)
            self._level += 1
            self._segments[key] = self._read_segment(key)
            self._level -= 1
        return Elsewhere(self._segments[key], path)

    def _read_segment(self, key: str) -> Term:
        candidate = self._candidates.get(("segment", key))
        compiled = candidate.compiled if candidate else None
        if compiled is None or not isinstance(compiled.message, pb.Segment):
            return _opaque("segment", key)
        message = compiled.message
        if message.status not in (pb.SEGMENT_STATUS_ACTIVE, pb.SEGMENT_STATUS_PAUSED):
            return _opaque("segment", key)
        included = [self._definition(key, compiled, message)]
        if message.include_units:
            included.append(_opaque("units included in segment", key))
        included += [self.segment(other, ()) for other in compiled.include]
        excluded = [self.segment(other, ()) for other in compiled.exclude]
        if message.exclude_units:
            excluded.append(_opaque("units excluded from segment", key))
        own: Term = Group(False, tuple(included)) if len(included) > 1 else included[0]
        if not excluded:
            return own
        return Group(True, (own, *(Negation(one) for one in excluded)))

    def _definition(self, key: str, compiled: CompiledItem, message: pb.Segment) -> Term:
        kind = message.WhichOneof("definition")
        if kind == "everyone":
            return Fixed(True, (), f"segment `{key}` is everyone")
        written = compiled.written
        if kind == "rule" and isinstance(written, dict) and "match" in written:
            return self.condition(written["match"], message.rule, ("match",), key)
        return _opaque("members of segment", key)


def _opaque(what: str, key: str) -> Leaf:
    return Leaf((what, key), None, (), f"{what} `{key}`")


def _leaf(written: Mapping[str, Any], compiled: pb.Expression, path: Path, where: str) -> Term:
    kind = compiled.WhichOneof("kind")
    if kind == "variant":
        item = "flag" if "flag" in written else "experiment"
        name = "variant_is_not" if compiled.variant.negated else "variant_is"
        shown = f"`{item} {written[item]} {name} {_shown(written[name])}`{where}"
        return Leaf((item, written[item]), compiled.variant, (*path, name), shown)
    if kind == "slot":
        name = "share" if "share" in written else "bucket_between"
        shown = f"`{name} {_shown(written[name])}`{where}"
        unit = written.get("unit", DEFAULT_UNIT)
        # A share of nothing is how a ramp begins.
        salt = compiled.slot.salt if compiled.slot.end else ("nobody", shown)
        message = compiled.slot if compiled.slot.end else None
        return Leaf(("slot", salt, unit), message, (*path, name), shown)
    name = next(one for one in written if one in OPERATORS)
    attribute = written.get("attribute")
    if attribute is None:
        attribute = read_fact(EventDocument.model_validate(written["event"])).name
    operand = "" if written[name] is True else f" {_shown(written[name])}"
    shown = f"`{clip(f'{attribute} {name}{operand}')}`{where}"
    return Leaf(("attribute", attribute), compiled.condition, (*path, name), shown)


def _shown(operand: object) -> str:
    if isinstance(operand, list):
        return f"[{', '.join(map(_shown, operand))}]"
    if isinstance(operand, dict):
        return f"{{{', '.join(f'{name}: {_shown(one)}' for name, one in operand.items())}}}"
    return str(operand).lower() if isinstance(operand, bool) else str(operand)
