"""Which item stands on which, and that none stands on itself or on too many."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from turnout.compiler.candidates import Candidate
from turnout.compiler.cycles import find_cycles, heights
from turnout.compiler.history import Identity
from turnout.compiler.scope import CompiledItem
from turnout.documents import Fault
from turnout.documents.names import with_article
from turnout.documents.problem import Path
from turnout.snapshot.v1 import snapshot_pb2 as pb

Candidates = Mapping[Identity, Candidate]

MAX_SEGMENT_LEVELS = 200
"""Below the engine's limit of 256, so that a flag's own groups fit on top."""

MAX_PREREQUISITE_LEVELS = 16
"""Prerequisites of prerequisites; conditions on variants count as them."""

_MOST_SHOWN = 12


class Reference(NamedTuple):
    """One item needs another."""

    target: Identity
    path: Path
    """Where it says so."""
    groups: int = 0
    """Groups and negations around it."""
    is_prerequisite: bool = False
    """What is needed is the variant of the other."""


def references(compiled: CompiledItem) -> Iterator[Reference]:
    """Yields what an item must know of others before it can be decided."""
    for segment in compiled.segments:
        yield Reference(("segment", segment.key), segment.path, segment.groups)
    for _, key, path in compiled.experiments:
        yield Reference(("experiment", key), path)
    for use in compiled.variants:
        yield Reference((use.kind, use.key), use.path, is_prerequisite=True)


def all_references(compiled: CompiledItem) -> Iterator[Reference]:
    """Yields everything that an item names."""
    yield from references(compiled)
    if compiled.layer is not None:
        yield Reference(("layer", compiled.layer.key), compiled.layer.path)
    if compiled.query is not None:
        yield Reference(("query", compiled.query.key), compiled.query.path)
    for key, path in compiled.named:
        yield Reference(("experiment", key), path)


def entangled(candidates: Candidates) -> list[tuple[Identity, Fault]]:
    """Finds the items that refer to themselves; without any, those that stand on too many."""
    graph = _graph(candidates)
    return _cycles(candidates, graph) or [
        *_towers(graph),
        *_long_chains(candidates, graph),
    ]


_Graph = dict[Identity, list[Reference]]


def _graph(candidates: Candidates) -> _Graph:
    compiled = [(one.identity, one.compiled) for one in candidates.values() if one.compiled]
    # Without a condition on a variant nothing can lead from a segment back to a flag.
    if not any(item.variants for _, item in compiled):
        compiled = [(identity, item) for identity, item in compiled if identity[0] == "segment"]
    graph = {identity: list(references(item)) for identity, item in compiled}
    for holdout, item in compiled:
        # Whom a holdout holds has to be known before an experiment is decided.
        if item.held is not None and graph[holdout]:
            for identity, other in compiled:
                if isinstance(other.message, pb.Experiment) and item.held.has(other.message):
                    graph[identity].append(Reference(holdout, ()))
    return graph


def _cycles(candidates: Candidates, graph: _Graph) -> list[tuple[Identity, Fault]]:
    found = []
    plain = {node: [one.target for one in uses] for node, uses in graph.items()}
    for cycle in find_cycles(plain):
        # A cycle is the fault of the items that changed; with none, of all.
        fresh = [node for node in cycle if not candidates[node].is_established]
        for node in fresh or cycle:
            at = cycle.index(node)
            turned = [*cycle[at:], *cycle[:at], node]
            path = next(one.path for one in graph[node] if one.target == turned[1])
            found.append((node, Fault(path, _itself(turned))))
    return found


def _itself(cycle: list[Identity]) -> str:
    kind = cycle[0][0]
    if all(node[0] == "segment" for node in cycle):
        return f"a segment cannot refer to itself: {_chain(cycle, kinds=False)}"
    return f"{with_article(kind)} cannot depend on itself: {_chain(cycle)}"


def _chain(nodes: list[Identity], *, kinds: bool = True) -> str:
    named = [f"{kind} `{key}`" if kinds else f"`{key}`" for kind, key in nodes]
    return " → ".join(named if len(named) <= _MOST_SHOWN else [*named[:8], "…", *named[-2:]])


def _towers(graph: _Graph) -> list[tuple[Identity, Fault]]:
    """Segments that stand on too many others for the engine."""
    levels: dict[Identity, dict[Identity, int]] = {}
    for node, uses in graph.items():
        if node[0] == "segment":
            below = sorted(uses, key=lambda one: one.groups)
            levels[node] = {one.target: one.groups + 2 for one in below}  # the deepest use stays
    text = f"segments are nested more than {MAX_SEGMENT_LEVELS} levels deep, groups counted in"
    return [
        (node, Fault((), f"{text}: make it flatter"))
        for node, height in heights(levels, 1).items()
        if height > MAX_SEGMENT_LEVELS
    ]


def _long_chains(candidates: Candidates, graph: _Graph) -> Iterator[tuple[Identity, Fault]]:
    """Items that stand on too many prerequisites."""
    steps: dict[Identity, dict[Identity, int]] = {}
    for node, uses in graph.items():
        below = sorted(uses, key=lambda one: one.is_prerequisite)
        steps[node] = {one.target: int(one.is_prerequisite) for one in below}
    found = heights(steps, 0)
    text = f"prerequisites are more than {MAX_PREREQUISITE_LEVELS} levels deep"
    for node, height in found.items():
        if height > MAX_PREREQUISITE_LEVELS:
            chain = _highest(node, steps, found)
            for at in _to_blame(candidates, chain):
                path = next(one.path for one in graph[chain[at]] if one.target == chain[at + 1])
                yield chain[at], Fault(path, f"{text}, make it flatter: {_chain(chain)}")


def _to_blame(candidates: Candidates, chain: list[Identity]) -> list[int]:
    """The places in a chain of those that changed; with none, its start."""
    fresh = [at for at, node in enumerate(chain[:-1]) if not candidates[node].is_established]
    return fresh if fresh and fresh[0] else [0]


def _highest(
    node: Identity, steps: Mapping[Identity, Mapping[Identity, int]], found: dict[Identity, int]
) -> list[Identity]:
    chain = [node]
    while below := [one for one in steps.get(chain[-1], ()) if one in found]:
        last = chain[-1]
        chain.append(max(below, key=lambda one: found[one] + steps[last][one]))
    return chain
