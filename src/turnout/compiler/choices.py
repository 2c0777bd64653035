"""How a split or an experiment picks a variant: weights, slot ranges, foreign buckets."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from turnout.compiler.allocation import Owned, contiguous, reallocate
from turnout.compiler.bucketing import Use, compile_bucketing
from turnout.compiler.ranges import MOST_RANGES, read_ranges
from turnout.compiler.scope import Scope
from turnout.compiler.shares import WHOLE, percent, read_share
from turnout.documents.models import ExperimentDocument, RuleDocument
from turnout.documents.names import nearest, nearest_key
from turnout.documents.problem import Fault, Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

Names = Mapping[str, int]
"""The index of each variant of an item."""


def compile_split(
    scope: Scope, key: str, rule: RuleDocument, path: Path, into: pb.Split, names: Names
) -> None:
    """Compiles a rule's split, all but the salt."""
    at = (*path, "split")
    weights, total, sound = _weights(scope, rule.split or {}, lambda name: (*at, name), names)
    if rule.bucketing is None:
        if total != WHOLE and (sound or total > WHOLE):
            scope.refuse(at, f"the weights add up to {percent(total)}, not to 100 %")
        elif sound:
            remedy = "write another `salt`, and no `ranges`"
            _add_slots(scope, rule.ranges, path, remedy, weights, names, into)
        return
    if total > WHOLE:
        scope.refuse(at, f"the weights add up to {percent(total)}, over 100 %")
    if rule.salt is not None:
        text = "`salt` has no place beside `bucketing`, whose parameters say what is hashed"
        scope.refuse((*path, "salt"), text, at_key=True)
    _refuse_ranges(scope, rule.ranges, path)
    if sound:
        use = Use(key, weights, names, at, in_split=True)
        compile_bucketing(scope, rule.bucketing, (*path, "bucketing"), use, into.bucketing)


def compile_weights(
    scope: Scope, key: str, document: ExperimentDocument, into: pb.Experiment
) -> None:
    """Compiles the weights of an experiment's variants."""
    names = {name: index for index, name in enumerate(document.variants)}
    written = {name: variant.weight for name, variant in document.variants.items()}
    weights, total, sound = _weights(
        scope, written, lambda name: ("variants", name, "weight"), names
    )
    if total > WHOLE:
        scope.refuse(("variants",), f"the weights add up to {percent(total)}, over 100 %")
        return
    if document.bucketing is not None:
        _refuse_ranges(scope, document.ranges, ())
        if sound:
            use = Use(key, weights, names, ("variants",), in_split=False)
            compile_bucketing(scope, document.bucketing, ("bucketing",), use, into.bucketing)
    elif sound:
        remedy = "raise `epoch`, and remove `ranges`"
        _add_slots(scope, document.ranges, (), remedy, weights, names, into)


def _weights(
    scope: Scope, written: Mapping[str, Any], place: Callable[[str], Path], names: Names
) -> tuple[dict[str, int], int, bool]:
    """Weights by variant, their sum, and whether they are sound."""
    weights: dict[str, int] = {}
    sound = True
    for name, share in written.items():
        if name not in names:
            scope.refuse(place(name), _unknown(name, names))
            sound = False
        try:
            weights[name] = read_share(share)
        except ValueError as error:
            scope.refuse(place(name), str(error))
            sound = False
    return weights, sum(weights.values()), sound


def _unknown(name: str, names: Names) -> str:
    listed = ", ".join(f"`{known}`" for known in list(names)[:10])
    return f"unknown variant `{clip(name)}`" + (nearest(name, names) or f": there are {listed}")


def _add_slots(
    scope: Scope,
    written: Mapping[str, Any] | None,
    path: Path,
    remedy: str,
    weights: dict[str, int],
    names: Names,
    into: pb.Split | pb.Experiment,
) -> None:
    owned = _owned(scope, written, (*path, "ranges"), weights, names) if written else None
    owned = contiguous(weights) if owned is None else owned
    slots = [(start, end, names[name]) for name, several in owned.items() for start, end in several]
    for start, end, variant in sorted(slots):
        into.ranges.add(start=start, end=end, variant=variant)
    for name, several in owned.items():
        if len(several) > MOST_RANGES:
            text = f"`{clip(name)}` would own {len(several)} ranges, more than {MOST_RANGES}"
            scope.refuse((*path, "ranges"), f"{text}: {remedy}")


def _owned(
    scope: Scope, written: Mapping[str, Any], path: Path, weights: dict[str, int], names: Names
) -> Owned:
    def refuse(message: str, *at: str | int) -> None:
        scope.refuse((*path, *at), message)

    before: dict[str, list[tuple[int, int]]] = {}
    for start, end, name in read_ranges(refuse, written, ()):
        before.setdefault(name, []).append((start, end))
    for name in _gone(written, names):
        if hint := nearest_key(name, names):
            text = f"`{clip(name)}` is no variant{hint} As it stands its slots are free"
            scope.warnings.append(Fault((*path, name), text, at_key=True))
    return reallocate(before, weights)


def _gone(written: Mapping[str, Any], names: Names) -> Iterable[str]:
    return (name for name in written if name not in names)


def _refuse_ranges(scope: Scope, written: object, path: Path) -> None:
    if written is not None:
        text = "`ranges` has no place beside `bucketing`: they are slots, which it does not look at"
        scope.refuse((*path, "ranges"), text, at_key=True)
