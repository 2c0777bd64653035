"""What layers and the experiments in them have to agree on."""

from collections.abc import Container, Iterable, Iterator, Mapping

from turnout.compiler.candidates import Candidate
from turnout.compiler.history import Identity
from turnout.compiler.scope import AllocationUse, CompiledItem
from turnout.compiler.shares import WHOLE, write_range
from turnout.documents import Fault
from turnout.documents.problem import Path
from turnout.snapshot.v1 import snapshot_pb2 as pb

Candidates = Mapping[Identity, Candidate]
Blamed = tuple[Identity, Fault]
"""Who gives way, and why."""
Found = Iterator[Blamed]

_OVER = frozenset({pb.EXPERIMENT_STATUS_CONCLUDED, pb.EXPERIMENT_STATUS_ARCHIVED})
_MOST_FREE_SHOWN = 5


def is_over(candidate: Candidate) -> bool:
    """Whether it is an experiment that is concluded or archived: its slots are free."""
    compiled = candidate.compiled
    return (
        compiled is not None
        and isinstance(compiled.message, pb.Experiment)
        and compiled.message.status in _OVER
    )


def _is_draft(compiled: CompiledItem) -> bool:
    """Whether it needs no slots yet: one of the two has to be written first."""
    message = compiled.message
    return isinstance(message, pb.Experiment) and message.status == pb.EXPERIMENT_STATUS_DRAFT


def find_disagreements(candidates: Candidates, refused: Container[Identity]) -> Found:
    """Yields what is wrong between layers and experiments, by the item that gives way.

    Args:
        candidates: All items, each with the version that it would serve.
        refused: Items that give way already: what follows from them is looked at without them.
    """
    overlapping = set()
    for identity, layer in candidates.items():
        if layer.kind == "layer" and layer.compiled is not None and identity not in refused:
            for fault in _overlaps(layer.compiled, candidates):
                overlapping.add(identity)
                yield identity, fault
    for layer, experiment in _pairs(candidates):
        known = layer.identity in refused or layer.identity in overlapping
        if not known and experiment.identity not in refused:
            yield from _disagreement(layer, experiment)


def _overlaps(layer: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    uses = sorted(_held(layer, candidates), key=lambda use: (use.start, use.end))
    for first, second in _colliding(uses):
        remedy = _free(uses)
        for one, other in ((first, second), (second, first)):
            text = (
                f"`{write_range(one.start, one.end)}` of `{one.experiment}` overlaps "
                f"`{write_range(other.start, other.end)}` of `{other.experiment}`: {remedy}"
            )
            yield Fault(one.path, text)


def _held(layer: CompiledItem, candidates: Candidates) -> Iterator[AllocationUse]:
    """The slots that belong to somebody."""
    for use in layer.allocations:
        experiment = candidates.get(("experiment", use.experiment))
        if experiment is not None and not is_over(experiment):
            yield use


def _colliding(uses: list[AllocationUse]) -> Iterator[tuple[AllocationUse, AllocationUse]]:
    widest: AllocationUse | None = None
    for use in uses:
        if widest is not None and use.start < widest.end:
            yield widest, use
        if widest is None or use.end > widest.end:
            widest = use


def _free(uses: Iterable[AllocationUse]) -> str:
    """Which slots nobody has."""
    free, reached = [], 0
    for use in uses:
        if use.start > reached:
            free.append(f"`{write_range(reached, use.start)}`")
        reached = max(reached, use.end)
    if reached < WHOLE:
        free.append(f"`{write_range(reached, WHOLE)}`")
    if not free:
        return "no slot is free"
    more = ", ..." if len(free) > _MOST_FREE_SHOWN else ""
    return f"free is {', '.join(free[:_MOST_FREE_SHOWN])}{more}"


def _pairs(candidates: Candidates) -> Iterator[tuple[Candidate, Candidate]]:
    """Each layer with each experiment that names it or is named by it."""
    for (kind, _), one in candidates.items():
        compiled = one.compiled
        if compiled is None:
            continue
        if kind == "experiment" and compiled.layer is not None:
            layer = candidates.get(("layer", compiled.layer.key))
            if layer is not None and layer.compiled is not None and not is_over(one):
                yield layer, one
        # A last good version may name what has left it since: that keeps slots free, no more.
        elif kind == "layer" and one.is_written:
            for key, _ in compiled.named:
                experiment = candidates.get(("experiment", key))
                if experiment is not None and _is_elsewhere(experiment, one):
                    yield one, experiment


def _is_elsewhere(experiment: Candidate, layer: Candidate) -> bool:
    compiled = experiment.compiled
    if compiled is None or is_over(experiment):
        return False
    return compiled.layer is None or compiled.layer.key != layer.key


def _disagreement(layer: Candidate, experiment: Candidate) -> Found:
    if layer.compiled is None or experiment.compiled is None:
        return
    # Who was there first stays.
    is_new = experiment.is_established and not layer.is_established

    def blame(in_layer: Path, in_experiment: Path, text: str, *, at_key: bool = False) -> Blamed:
        if is_new:
            return layer.identity, Fault(in_layer, text, at_key=at_key)
        return experiment.identity, Fault(in_experiment, text)

    if _is_elsewhere(experiment, layer):
        own = experiment.compiled.layer
        remedy = f"it is in layer `{own.key}`, and one layer is all it can be in" if own else ""
        text = f"layer `{layer.key}` has slots for `{experiment.key}`, which does not name it: "
        text += remedy or f"write `layer: {layer.key}` in the experiment"
        entry = ("allocations", experiment.key)
        yield blame(entry, ("layer",) if own else (), text, at_key=True)
        return
    named = {key for key, _ in layer.compiled.named}
    if experiment.key not in named and layer.is_written and not _is_draft(experiment.compiled):
        text = (
            f"layer `{layer.key}` has no slots for `{experiment.key}`: write "
            f'`{experiment.key}: ["0%-10%"]` into its `allocations`'
        )
        yield blame(("allocations",), ("layer",), text)
    unit, other = experiment.compiled.units[0][1], layer.compiled.units[0][1]
    if unit != other:
        text = (
            f"experiment `{experiment.key}` is of unit `{unit}`, its layer `{layer.key}` of unit "
            f"`{other}`: all in a layer are of one kind"
        )
        yield blame(("unit",), ("unit",), text)
