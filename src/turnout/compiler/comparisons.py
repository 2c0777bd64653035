"""From one comparison as written, of an attribute or of events, to a condition."""

from functools import lru_cache
from typing import Any

from turnout.compiler.facts import read_fact
from turnout.compiler.moments import is_moment
from turnout.compiler.operands import OperandRefused, Options
from turnout.compiler.operators import OPERATORS
from turnout.compiler.scope import Scope
from turnout.compiler.types import BY_DATE, EPOCH_UNITS, TYPES, resolve_type
from turnout.compiler.zones import zone_fault
from turnout.documents.names import nearest_key
from turnout.documents.problem import Fault, Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

OPTIONS = frozenset({"case_sensitive", "on_unset", "zone", "rolling"})
"""What may stand beside any operator."""

_ON_UNSET = {
    "match": pb.ON_UNSET_MATCH,
    "no_match": pb.ON_UNSET_NO_MATCH,
    "unknown": pb.ON_UNSET_UNKNOWN,
}
_OF_PRESENCE = frozenset({"is_any", "is_set", "is_not_set"})
"""They say themselves what an unset attribute gives."""
_FOLDABLE = frozenset({"string", "list", None})


def compile_attribute(
    scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression
) -> None:
    """Writes `{attribute: NAME, OPERATOR: OPERAND}`."""
    attribute = written["attribute"]
    declared = scope.surroundings.attributes.get(attribute) or None
    _warn_of_slip(scope, attribute, (*path, "attribute"))
    _compare(scope, attribute, written.get("type") or declared, written, path, into)


def compile_event(scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression) -> None:
    """Writes `{event: {count: NAME}, OPERATOR: OPERAND}`."""
    try:
        fact = read_fact(written["event"])
    except OperandRefused as error:
        scope.refuse((*path, "event", *error.at), str(error))
        return
    scope.facts[fact.name] = fact.no_events
    _compare(scope, fact.name, fact.kind, written, path, into)


def _compare(
    scope: Scope,
    attribute: str,
    declared: str | None,
    written: dict[str, Any],
    path: Path,
    into: pb.Expression,
) -> None:
    operators = [name for name in written if name in OPERATORS]
    if len(operators) != 1:
        scope.refuse(path, _wrong_count(attribute, operators))
        return
    name = operators[0]
    condition = into.condition
    zone = _zone(scope, written, path, condition)
    options = Options(written.get("case_sensitive", False), zone, written.get("rolling", False))
    row = OPERATORS[name]
    try:
        kind = resolve_type(name, declared, written[name])
        operands = row.reader(kind)(name, written[name], options)
    except OperandRefused as error:
        scope.refuse((*path, name, *error.at), str(error))
        return
    if kind == "version" and declared is None and (text := _date_in(written[name])):
        remedy = f"write `{BY_DATE[name]}` for a date"
        message = f"`{text}` is compared as a version here: {remedy}, or `type: version` beside it"
        scope.warnings.append(Fault((*path, name), message))
    _refuse_idle(scope, written, name, path, _idle(name, kind, bool(operands)))
    condition.operator = row.operator
    condition.operands.extend(operands)
    condition.case_sensitive = options.case_sensitive
    if kind:
        condition.type = TYPES[kind]
    if kind == "datetime" and declared in EPOCH_UNITS:
        condition.epoch_unit = EPOCH_UNITS[declared]
    if "on_unset" in written:
        condition.on_unset = _ON_UNSET[written["on_unset"]]
    scope.attributes.append((condition, attribute))


def _date_in(operand: object) -> str | None:
    """A text that is a date too, such as `2026-01-31`."""
    is_date = isinstance(operand, str) and is_moment(operand)
    return clip(str(operand)) if is_date else None


def _zone(scope: Scope, written: dict[str, Any], path: Path, condition: pb.Condition) -> str | None:
    """The zone of a condition, which is noted in it; None for the unit's own."""
    name = written.get("zone", "app")
    if name == "app":
        return scope.surroundings.timezone
    if name == "user":
        condition.zone.unit.SetInParent()
        scope.user_zone = True
        return None
    if fault := zone_fault(name):
        scope.refuse((*path, "zone"), fault)
        return None
    condition.zone.name = name
    return str(name)


def _idle(name: str, kind: str | None, has_operands: bool) -> frozenset[str]:
    """The options that have no meaning beside an operator."""
    idle = set()
    if name in _OF_PRESENCE:
        idle.add("on_unset")
    if kind not in _FOLDABLE or not has_operands:
        idle.add("case_sensitive")
    if kind != "datetime":
        idle |= {"zone", "rolling"}
    return frozenset(idle)


def _refuse_idle(
    scope: Scope, written: dict[str, Any], name: str, path: Path, idle: frozenset[str]
) -> None:
    for option in sorted(idle & written.keys()):
        scope.refuse((*path, option), f"`{option}` has no meaning for `{name}` here")


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
        return f"no operator for attribute `{clip(attribute)}`: write `is: VALUE` beside it"
    listed = " and ".join(f"`{name}`" for name in operators)
    return f"{listed} stand in one condition: put each into its own, below `all` or `any`"
