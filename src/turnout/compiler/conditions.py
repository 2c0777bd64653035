"""From a condition as written to an expression."""

from functools import lru_cache
from typing import Any

from turnout.compiler.letting_in import lets_in
from turnout.compiler.operands import OperandRefused
from turnout.compiler.operators import OPERATORS, TYPES, resolve_type
from turnout.compiler.scope import Scope, SegmentUse
from turnout.documents.names import nearest_key
from turnout.documents.problem import Fault, Path, clip, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

MAX_GROUPS = 32
"""Groups inside each other."""

DEFAULT_UNIT = "user"

_SLOTS_PER_BUCKET = 1_000
_GROUPS = ("all", "any", "not")
_HEADS = ("attribute", "segment", "in_segment", "not_in_segment", "bucket_between", *_GROUPS)
_OPTIONS = {
    "attribute": frozenset({"attribute", "type", "case_sensitive", "on_unset", *OPERATORS}),
    "segment": frozenset({"segment", "unit"}),
    "in_segment": frozenset({"in_segment", "unit"}),
    "not_in_segment": frozenset({"not_in_segment", "unit"}),
    "bucket_between": frozenset({"bucket_between", "unit"}),
}
_ON_UNSET = {
    "match": pb.ON_UNSET_MATCH,
    "no_match": pb.ON_UNSET_NO_MATCH,
    "unknown": pb.ON_UNSET_UNKNOWN,
}
_FOLDABLE = frozenset({"string", "list", None})


def compile_condition(
    scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression
) -> None:
    """Writes a whole condition into an expression; what is wrong goes to the scope."""
    before = len(scope.faults)
    _compile(scope, written, path, into, 0)
    if len(scope.faults) == before:
        scope.warnings += lets_in(written, path)


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
    elif head == "attribute":
        _compile_attribute(scope, written, path, into)
    elif head == "bucket_between":
        _compile_bucket(scope, written, (*path, head), into)
    else:
        target = getattr(into, "not") if head == "not_in_segment" else into
        unit = written.get("unit")
        key_path = (*path, head)
        refer_to_segment(scope, written[head], key_path, target, unit=unit, groups=groups + 1)


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


def _compile_bucket(scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression) -> None:
    pair = written["bucket_between"]
    if len(pair) != 2 or not all(0 <= one <= 999 for one in pair):
        message = "`bucket_between` takes two buckets from 0 to 999: write `[970, 999]` for 3 %"
        scope.refuse(path, message)
        return
    low, high = pair
    if low > high:
        scope.refuse(path, f"the buckets are reversed: write `[{high}, {low}]`")
        return
    into.slot.salt = f"user_bucket.{scope.surroundings.workspace_key}"
    into.slot.start = low * _SLOTS_PER_BUCKET
    into.slot.end = (high + 1) * _SLOTS_PER_BUCKET
    scope.units.append((into.slot, written.get("unit", DEFAULT_UNIT)))


def _compile_attribute(
    scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression
) -> None:
    operators = [name for name in written if name in OPERATORS]
    attribute = written["attribute"]
    declared = _declared_type(scope, attribute)
    _warn_of_slip(scope, attribute, (*path, "attribute"))
    if len(operators) != 1:
        scope.refuse(path, _wrong_count(attribute, operators))
        return
    name = operators[0]
    case_sensitive = written.get("case_sensitive", False)
    try:
        kind = resolve_type(name, written.get("type") or declared, written[name])
        row = OPERATORS[name]
        operands = row.reader(kind)(name, written[name], case_sensitive)
    except OperandRefused as error:
        scope.refuse((*path, name, *error.at), str(error))
        return
    if "case_sensitive" in written and (kind not in _FOLDABLE or not operands):
        scope.refuse(
            (*path, "case_sensitive"), f"`case_sensitive` has no meaning for `{name}` here"
        )
    condition = into.condition
    condition.operator = row.operator
    condition.operands.extend(operands)
    condition.case_sensitive = case_sensitive
    if kind:
        condition.type = TYPES[kind]
    if "on_unset" in written:
        condition.on_unset = _ON_UNSET[written["on_unset"]]
    scope.attributes.append((condition, attribute))


def _declared_type(scope: Scope, attribute: str) -> str | None:
    return scope.surroundings.attributes.get(attribute) or None


def _warn_of_slip(scope: Scope, attribute: str, path: Path) -> None:
    # An attribute that the schema leaves out is allowed: a schema may name some and not all.
    schema = scope.surroundings.attributes
    if schema and attribute not in schema and (hint := _slip(attribute, frozenset(schema))):
        message = f"attribute `{clip(attribute)}` is not in the schema{hint}"
        scope.warnings.append(Fault(path, message))


@lru_cache(1024)
def _slip(attribute: str, schema: frozenset[str]) -> str:
    return nearest_key(attribute, schema)


def _wrong_count(attribute: str, operators: list[str]) -> str:
    if not operators:
        return f"no operator for attribute {describe(attribute)}: write `is: VALUE` beside it"
    listed = " and ".join(f"`{name}`" for name in operators)
    return f"{listed} stand in one condition: put each into its own, below `all` or `any`"
