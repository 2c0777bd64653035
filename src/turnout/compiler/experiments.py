"""From an experiment as written to its message."""

from typing import Any

from turnout.compiler.conditions import compile_condition, refer_to_segment
from turnout.compiler.flags import add_overrides, add_prerequisites, variant_index
from turnout.compiler.scope import CompiledItem, Scope
from turnout.compiler.shares import WHOLE, percent, read_share
from turnout.compiler.values import TYPES, compile_variants
from turnout.documents.models import ExperimentDocument
from turnout.documents.problem import Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

_STATUS = {
    "draft": pb.EXPERIMENT_STATUS_DRAFT,
    "running": pb.EXPERIMENT_STATUS_RUNNING,
    "enrolment_stopped": pb.EXPERIMENT_STATUS_ENROLMENT_STOPPED,
    "paused": pb.EXPERIMENT_STATUS_PAUSED,
    "concluded": pb.EXPERIMENT_STATUS_CONCLUDED,
    "archived": pb.EXPERIMENT_STATUS_ARCHIVED,
}
_LAST_EPOCH = 2**31 - 1


def compile_experiment(scope: Scope, key: str, document: ExperimentDocument) -> CompiledItem:
    """Compiles one experiment; what is wrong goes to the scope."""
    scope.salt = salt = document.salt or key
    message = pb.Experiment(
        key=key,
        tags=sorted(set(document.tags)),
        status=_STATUS[document.status],
        killed=document.killed,
        traffic_salt=f"{salt}.traffic",
        variant_salt=f"{salt}.variant.{document.epoch}",
    )
    scope.salts |= {message.traffic_salt: ("traffic",), message.variant_salt: ("variants",)}
    scope.units.append((message, document.unit))
    if not 1 <= document.epoch <= _LAST_EPOCH:
        scope.refuse(("epoch",), f"`epoch` counts from 1, not from `{clip(str(document.epoch))}`")
    if document.audience is not None:
        _compile_audience(scope, document.audience, message)
    try:
        message.traffic = read_share(document.traffic)
    except ValueError as error:
        scope.refuse(("traffic",), str(error))
    names = {name: index for index, name in enumerate(document.variants)}
    _compile_variants(scope, document, message)
    message.control = _control(scope, document, names)
    add_overrides(scope, message, names, document.overrides)
    add_prerequisites(scope, message, document.prerequisites)
    return CompiledItem(message, scope)


def _compile_audience(scope: Scope, written: dict[str, Any], message: pb.Experiment) -> None:
    several = [name for name in ("include", "exclude") if name in written]
    if not several:
        message.audience.SetInParent()
        compile_condition(scope, written, ("audience",), message.audience)
        return
    for name in written:
        if name not in several:
            text = f"`{name}` has no place beside `{several[0]}`: put it into a segment"
            scope.refuse(("audience", name), text, at_key=True)
    parts = message.audience.all.expressions
    if "include" in written:
        included = written["include"]
        inner = parts.add()
        group = inner.all if included.mode == "all" else inner.any
        for at, key in enumerate(included.segments):
            path: Path = ("audience", "include", "segments", at)
            refer_to_segment(scope, key, path, group.expressions.add())
    if "exclude" in written:
        excluded = getattr(parts.add(), "not")
        for at, key in enumerate(written["exclude"]):
            path = ("audience", "exclude", at)
            refer_to_segment(scope, key, path, excluded.any.expressions.add())


def _compile_variants(scope: Scope, document: ExperimentDocument, message: pb.Experiment) -> None:
    if not 2 <= len(document.variants) <= 16:
        count = len(document.variants)
        scope.refuse(("variants",), f"an experiment has 2 to 16 variants, not {count}")
        if not count:
            return
    values = {name: variant.value for name, variant in document.variants.items()}
    paths: dict[str, Path] = {name: ("variants", name, "value") for name in values}
    if compiled := compile_variants(scope, values, paths, document.type):
        scope.value_type = compiled[0]
        message.type = TYPES[compiled[0]]
        message.variants.extend(compiled[1])
    start, sound = 0, True
    for index, (name, variant) in enumerate(document.variants.items()):
        try:
            weight = read_share(variant.weight)
        except ValueError as error:
            scope.refuse(("variants", name, "weight"), str(error))
            sound = False
            continue
        if weight and sound and start + weight <= WHOLE:
            message.ranges.add(start=start, end=start + weight, variant=index)
        start += weight
    if start > WHOLE:
        scope.refuse(("variants",), f"the weights add up to {percent(start)}, over 100 %")


def _control(scope: Scope, document: ExperimentDocument, names: dict[str, int]) -> int:
    if document.control is not None:
        return variant_index(scope, names, document.control, ("control",))
    if "control" not in names:
        scope.refuse(("variants",), "no control: name a variant `control`, or add `control: NAME`")
    return names.get("control", 0)
