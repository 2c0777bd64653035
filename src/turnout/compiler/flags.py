"""From a flag as written to its message."""

from turnout.compiler.choices import compile_split
from turnout.compiler.conditions import compile_condition
from turnout.compiler.scope import CompiledItem, Scope
from turnout.compiler.values import TYPES, compile_variants
from turnout.compiler.variant_uses import refer_to_variant
from turnout.documents.models import FlagDocument, PrerequisiteDocument, RuleDocument
from turnout.documents.names import nearest
from turnout.documents.problem import Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

_STATUS = {
    "draft": pb.FLAG_STATUS_DRAFT,
    "enabled": pb.FLAG_STATUS_ENABLED,
    "disabled": pb.FLAG_STATUS_DISABLED,
    "archived": pb.FLAG_STATUS_ARCHIVED,
}
_ON_UNKNOWN = {
    "no_match": pb.ON_UNKNOWN_NO_MATCH,
    "match": pb.ON_UNKNOWN_MATCH,
    "stop": pb.ON_UNKNOWN_STOP,
    "error": pb.ON_UNKNOWN_ERROR,
}
_OUTCOMES = ("serve", "split", "experiment")
_OF_A_SPLIT = ("salt", "bucketing", "ranges")


def compile_flag(scope: Scope, key: str, document: FlagDocument) -> CompiledItem:
    """Compiles one flag; what is wrong goes to the scope."""
    scope.salt = document.salt or key
    message = pb.Flag(key=key, tags=sorted(set(document.tags)), status=_STATUS[document.status])
    scope.units.append((message, document.unit))
    paths: dict[str, Path] = {name: ("variants", name) for name in document.variants}
    if compiled := compile_variants(scope, document.variants, paths, document.type):
        scope.value_type = compiled[0]
        message.type = TYPES[compiled[0]]
        message.variants.extend(compiled[1])
    names = {name: index for index, name in enumerate(document.variants)}
    message.default_variant = variant_index(scope, names, document.default, ("default",))
    add_overrides(scope, message, names, document.overrides)
    add_prerequisites(scope, message, document.prerequisites)
    for at, rule in enumerate(document.rules):
        into = message.rules.add(name=rule.name or f"rules[{at}]")
        _compile_rule(scope, key, rule, ("rules", at), into, names, document.default)
        if rule.split is not None and rule.bucketing is None:
            salt = f"{rule.salt or scope.salt}.split"
            scope.salts.setdefault(salt, ("rules", at, "split"))
            into.split.salt = salt
    return CompiledItem(message, scope)


def variant_index(scope: Scope, names: dict[str, int], name: str, path: Path) -> int:
    """The index of a variant; an unknown one goes to the scope and gives 0."""
    if name not in names:
        listed = ", ".join(f"`{known}`" for known in list(names)[:10])
        hint = nearest(name, names) or f": there are {listed}"
        scope.refuse(path, f"unknown variant `{clip(name)}`{hint}")
    return names.get(name, 0)


def add_overrides(
    scope: Scope,
    message: pb.Flag | pb.Experiment,
    names: dict[str, int],
    overrides: dict[str, str],
) -> None:
    """Writes the forced variants, sorted by unit id."""
    for unit_id in sorted(overrides):
        variant = variant_index(scope, names, overrides[unit_id], ("overrides", unit_id))
        message.overrides.add(unit_id=unit_id, variant=variant)


def add_prerequisites(
    scope: Scope, message: pb.Flag | pb.Experiment, written: list[PrerequisiteDocument]
) -> None:
    """Writes what must come out as a variant first, in the order written."""
    for at, one in enumerate(written):
        path: Path = ("prerequisites", at)
        refer_to_variant(
            scope, one.model_dump(exclude_none=True), path, message.prerequisites.add()
        )


def _compile_rule(
    scope: Scope,
    key: str,
    rule: RuleDocument,
    path: Path,
    into: pb.Rule,
    names: dict[str, int],
    default: str,
) -> None:
    outcomes = [name for name in _OUTCOMES if getattr(rule, name) is not None]
    if len(outcomes) != 1:
        listed = " and ".join(f"`{name}`" for name in outcomes)
        both = f"{listed} stand in one rule: keep one of them"
        scope.refuse(path, both if outcomes else "a rule needs `serve`, `split` or `experiment`")
    if rule.when is not None:
        compile_condition(scope, rule.when, (*path, "when"), into.when)
    if rule.serve is not None:
        into.serve = variant_index(scope, names, rule.serve, (*path, "serve"))
    if rule.split is not None:
        compile_split(scope, key, rule, path, into.split, names)
    for name in _OF_A_SPLIT if rule.split is None else ():
        if getattr(rule, name) is not None:
            text = f"`{name}` has no place in a rule without `split`"
            scope.refuse((*path, name), text, at_key=True)
    if rule.experiment is not None:
        scope.experiments.append((into, rule.experiment, (*path, "experiment")))
    guard = rule.serve is not None and rule.serve == default
    into.on_unknown = _ON_UNKNOWN[rule.on_unknown or ("stop" if guard else "no_match")]
