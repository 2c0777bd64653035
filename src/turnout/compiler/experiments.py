"""From an experiment as written to its message."""

from turnout.compiler.audiences import compile_audience
from turnout.compiler.choices import compile_weights
from turnout.compiler.dates import compile_dates
from turnout.compiler.durations import read_duration
from turnout.compiler.flags import add_overrides, add_prerequisites, variant_index
from turnout.compiler.scope import CompiledItem, LayerUse, Scope
from turnout.compiler.shares import read_share
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
_OVER = ("concluded", "archived")
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
    _compile_epochs(scope, document, message)
    compile_dates(scope, message, document.starts_at, document.ends_at)
    _compile_stickiness(scope, document, message)
    if document.layer is not None:
        scope.layer = LayerUse(document.layer, ("layer",))
    if document.audience is not None:
        compile_audience(scope, document.audience, message.audience)
    try:
        message.traffic = read_share(document.traffic)
    except ValueError as error:
        scope.refuse(("traffic",), str(error))
    names = {name: index for index, name in enumerate(document.variants)}
    _compile_variants(scope, document, message)
    message.control = _control(scope, document, names)
    add_overrides(scope, message, names, document.overrides)
    add_prerequisites(scope, message, document.prerequisites)
    _compile_winner(scope, document, message, names)
    message.priority = _priority(scope, document.priority)
    return CompiledItem(message, scope)


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
    compile_weights(scope, message.key, document, message)


def _control(scope: Scope, document: ExperimentDocument, names: dict[str, int]) -> int:
    if document.control is not None:
        return variant_index(scope, names, document.control, ("control",))
    if "control" not in names:
        scope.refuse(("variants",), "no control: name a variant `control`, or add `control: NAME`")
    return names.get("control", 0)


def _compile_epochs(scope: Scope, document: ExperimentDocument, message: pb.Experiment) -> None:
    for field in ("epoch", "min_epoch"):
        written = getattr(document, field)
        if 0 <= written <= _LAST_EPOCH:
            setattr(message, field, written)
        else:
            text = f"`{field}` is between 0 and {_LAST_EPOCH}, not `{clip(str(written))}`"
            scope.refuse((field,), text)
    if document.min_epoch > document.epoch >= 0:
        text = (
            f"`min_epoch` {clip(str(document.min_epoch))} is after the epoch "
            f"{clip(str(document.epoch))}: nobody could be assigned, raise `epoch` too"
        )
        scope.refuse(("min_epoch",), text)


def _compile_stickiness(scope: Scope, document: ExperimentDocument, message: pb.Experiment) -> None:
    message.audience_sticky = document.audience_sticky
    message.variant_sticky = document.variant_sticky
    if document.ttl is not None:
        try:
            message.ttl_seconds = read_duration(document.ttl)
        except ValueError as error:
            scope.refuse(("ttl",), str(error))
    if document.fallback_unit == document.unit:
        text = f"`fallback_unit` is the unit `{document.unit}` itself: name another kind"
        scope.refuse(("fallback_unit",), text)
    elif document.fallback_unit is not None:
        scope.fallback_unit = document.fallback_unit


def _compile_winner(
    scope: Scope, document: ExperimentDocument, message: pb.Experiment, names: dict[str, int]
) -> None:
    if document.winner is None:
        if document.winner_for is not None:
            text = "`winner_for` has no place without a `winner`"
            scope.refuse(("winner_for",), text, at_key=True)
        return
    if document.status not in _OVER:
        text = (
            f"a winner has no place while the experiment is `{document.status}`: write "
            "`status: concluded`, or remove it"
        )
        scope.refuse(("winner",), text)
    message.winner = variant_index(scope, names, document.winner, ("winner",))
    message.winner_for_everyone = document.winner_for == "everyone"


def _priority(scope: Scope, written: int) -> int:
    if -(2**31) <= written < 2**31:
        return written
    scope.refuse(("priority",), f"`priority` `{clip(str(written))}` does not fit into 32 bits")
    return 0
