"""From a condition as written to an expression."""

from collections.abc import Callable
from typing import Any

from turnout.compiler import comparisons, slots, variant_uses
from turnout.compiler.operators import OPERATORS
from turnout.compiler.scope import Scope, SegmentUse
from turnout.documents.problem import Path
from turnout.snapshot.v1 import snapshot_pb2 as pb

MAX_GROUPS = 32
"""Groups inside each other."""

_GROUPS = ("all", "any", "not")
_SEGMENTS = ("segment", "in_segment", "not_in_segment")
_HEADS = (
    "attribute", "event", *_SEGMENTS, "bucket_between", "share", *variant_uses.ITEMS, *_GROUPS,
)  # fmt: skip
_COMPARED = frozenset(OPERATORS) | comparisons.OPTIONS
_OPTIONS = {
    "attribute": frozenset({"attribute", "type"}) | _COMPARED,
    "event": frozenset({"event"}) | _COMPARED,
    **{head: frozenset({head, "unit"}) for head in (*_SEGMENTS, "bucket_between")},
    "share": frozenset({"share", "salt", "unit"}),
    **{head: frozenset({head, *variant_uses.OPERATORS}) for head in variant_uses.ITEMS},
}
_Compiler = Callable[[Scope, dict[str, Any], Path, pb.Expression], None]


def compile_condition(
    scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression
) -> None:
    """Writes a whole condition into an expression; what is wrong goes to the scope."""
    _compile(scope, written, path, into, 0)


def _compile(
    scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression, groups: int
) -> None:
    heads = [name for name in _HEADS if name in written]
    if len(heads) != 1:
        scope.refuse(path, _no_head(written) if not heads else _too_many(heads))
        return
    head = heads[0]
    allowed = _OPTIONS.get(head, frozenset({head}))
    for name in written:
        if name not in allowed:
            scope.refuse((*path, name), f"`{name}` has no place beside `{head}`", at_key=True)
    if head in _GROUPS:
        _compile_group(scope, written[head], (*path, head), into, groups + 1)
    elif head in _SEGMENTS:
        target = getattr(into, "not") if head == "not_in_segment" else into
        unit = written.get("unit")
        key_path = (*path, head)
        refer_to_segment(scope, written[head], key_path, target, unit=unit, groups=groups + 1)
    else:
        _COMPILERS[head](scope, written, path, into)


def _compile_variant(
    scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression
) -> None:
    variant_uses.refer_to_variant(scope, written, path, into.variant)


_COMPILERS: dict[str, _Compiler] = {
    "attribute": comparisons.compile_attribute,
    "event": comparisons.compile_event,
    "bucket_between": slots.compile_bucket,
    "share": slots.compile_share,
    **dict.fromkeys(variant_uses.ITEMS, _compile_variant),
}


def refer_to_segment(
    scope: Scope,
    key: str,
    path: Path,
    into: pb.Expression,
    *,
    unit: str | None = None,
    groups: int = 0,
) -> None:
    """Makes an expression stand for a segment."""
    scope.segments.append(SegmentUse(key, path, into, unit, groups))


def _no_head(written: dict[str, Any]) -> str:
    if not written:
        return "a condition is empty: write `{attribute: NAME, is: VALUE}` or a group"
    name = next(iter(written))
    if name in OPERATORS:
        return f"`{name}` has no `attribute`: write `{{attribute: NAME, {name}: ...}}`"
    if name in variant_uses.OPERATORS:
        return f"`{name}` has no item: write `{{flag: KEY, {name}: ...}}`"
    return "a condition needs an `attribute` with an operator, a `segment`, or a group"


def _too_many(heads: list[str]) -> str:
    listed = " and ".join(f"`{name}`" for name in heads)
    return f"{listed} stand in one condition: put each into its own, below `all` or `any`"


def _compile_group(
    scope: Scope,
    written: Any,  # noqa: ANN401 - a condition, or a list of them
    path: Path,
    into: pb.Expression,
    groups: int,
) -> None:
    head = path[-1]
    if groups > MAX_GROUPS:
        scope.refuse(path, f"groups are nested more than {MAX_GROUPS} deep: make it flatter")
        return
    if head == "not":
        negated = getattr(into, "not")  # the field has the name of a keyword
        negated.SetInParent()
        _compile(scope, written, path, negated, groups)
        return
    if not written:
        scope.refuse(path, f"`{head}` is empty: give it at least one condition, or remove it")
        return
    group = into.all if head == "all" else into.any
    for at, inner in enumerate(written):
        _compile(scope, inner, (*path, at), group.expressions.add(), groups)
