"""What items say about each other: references, cycles, hand-overs, salts and shared keys."""

from collections.abc import Iterator
from typing import Any

from turnout.compiler.candidates import Candidate
from turnout.compiler.cycles import find_cycles, heights
from turnout.compiler.history import Identity
from turnout.compiler.scope import CompiledItem
from turnout.documents import Fault
from turnout.documents.names import nearest_key
from turnout.documents.problem import Path

Candidates = dict[Identity, Candidate]
Refusals = dict[Identity, list[Fault]]
"""What is wrong, by the item that has to give way."""

MAX_SEGMENT_LEVELS = 200
"""Below the engine's limit of 256, so that a flag's own groups fit on top."""


def find_refusals(candidates: Candidates, bucket_salt: str) -> Refusals:
    """Finds every item whose served version does not fit the others.

    Args:
        candidates: All items, each with the version that it would serve.
        bucket_salt: The salt of `bucket_between`, which no item may have.
    """
    refusals: Refusals = {}
    for candidate in candidates.values():
        if (compiled := candidate.compiled) is not None:
            faults = [*missing(compiled, candidates), *_hand_overs(compiled, candidates)]
            if faults:
                refusals[candidate.identity] = faults
    for identity, fault in _cycles(candidates) or _towers(candidates):
        refusals.setdefault(identity, []).append(fault)
    for identity, fault in _salts(candidates, bucket_salt):
        refusals.setdefault(identity, []).append(fault)
    return refusals


def shared_keys(candidates: Candidates) -> Iterator[tuple[Candidate, Candidate]]:
    """Yields each flag and experiment of one key: first the one that gives way."""
    for (kind, key), experiment in candidates.items():
        flag = candidates.get(("flag", key)) if kind == "experiment" else None
        if flag is not None:
            # Who was there first stays.
            if experiment.is_established and not flag.is_established:
                yield flag, experiment
            else:
                yield experiment, flag


def missing(compiled: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    """Yields a fault for each reference of an item that leads nowhere."""
    for use in compiled.segments:
        target = candidates.get(("segment", use.key))
        if target is None:
            yield _unknown("segment", use.key, use.path, candidates)
        elif use.unit is not None and target.compiled is not None:
            own = target.compiled.units[0][1]
            if own != use.unit:
                yield Fault(
                    use.path,
                    f"segment `{use.key}` is of unit `{own}`, not `{use.unit}`: a segment has its "
                    "own unit, remove `unit`",
                )
    for _, key, path in compiled.experiments:
        experiment = candidates.get(("experiment", key))
        if experiment is None:
            yield _unknown("experiment", key, path, candidates)
        elif experiment.dropped:
            yield Fault(path, f"experiment `{key}` is left out: a flag has its key")
    for variants in compiled.variants:
        if (variants.kind, variants.key) not in candidates:
            yield _unknown(variants.kind, variants.key, variants.path, candidates)


def _unknown(kind: str, key: str, path: Path, candidates: Candidates) -> Fault:
    known = _Keys(kind, candidates)
    hint = nearest_key(key, known) or ": no document has it"
    return Fault(path, f"unknown {kind} `{key}`{hint}")


class _Keys:
    """The keys of the items of one kind."""

    def __init__(self, kind: str, candidates: Candidates) -> None:
        self._kind = kind
        self._candidates = candidates

    def __contains__(self, key: object) -> bool:
        return (self._kind, key) in self._candidates


def _hand_overs(compiled: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    for _, key, path in compiled.experiments:
        target = candidates.get(("experiment", key))
        if target is None or target.compiled is None:
            continue
        own, other = compiled.value_type, target.compiled.value_type
        if own != other:
            numbers = {own, other} == {"integer", "double"}
            remedy = "write `type: double` in both" if numbers else "they must be of one type"
            yield Fault(
                path,
                f"the flag's values are of type `{own}`, those of experiment `{key}` of type "
                f"`{other}`: {remedy}",
            )


def _cycles(candidates: Candidates) -> list[tuple[Identity, Fault]]:
    graph: dict[str, dict[str, Path]] = {}
    for (kind, key), candidate in candidates.items():
        if kind == "segment" and candidate.compiled is not None:
            graph[key] = {use.key: use.path for use in reversed(candidate.compiled.segments)}
    found = []
    for cycle in find_cycles(graph):
        # A cycle is the fault of the items that changed; with none, of all.
        fresh = [key for key in cycle if not candidates["segment", key].is_established]
        for key in fresh or cycle:
            at = cycle.index(key)
            turned = [*cycle[at:], *cycle[:at], key]
            shown = turned if len(turned) <= 12 else [*turned[:8], "…", *turned[-2:]]
            message = f"a segment cannot refer to itself: `{'` → `'.join(shown)}`"
            found.append((("segment", key), Fault(graph[key][turned[1]], message)))
    return found


def _towers(candidates: Candidates) -> list[tuple[Identity, Fault]]:
    """Segments that stand on too many others for the engine."""
    graph: dict[str, dict[str, int]] = {}
    for (kind, key), candidate in candidates.items():
        if kind == "segment" and candidate.compiled is not None:
            uses = sorted(candidate.compiled.segments, key=lambda use: use.groups)
            graph[key] = {use.key: use.groups + 2 for use in uses}  # the deepest use stays
    text = f"segments are nested more than {MAX_SEGMENT_LEVELS} levels deep, groups counted in"
    return [
        (("segment", key), Fault((), f"{text}: make it flatter"))
        for key, height in heights(graph, 1).items()
        if height > MAX_SEGMENT_LEVELS
    ]


def _salts(candidates: Candidates, bucket_salt: str) -> Iterator[tuple[Identity, Fault]]:
    users: dict[str, list[Candidate]] = {}
    for candidate in candidates.values():
        for salt in candidate.compiled.salts if candidate.compiled else ():
            users.setdefault(salt, []).append(candidate)
    for salt, sharing in users.items():
        if len(sharing) > 1 or salt == bucket_salt:
            # Who was there first keeps the salt.
            sharing.sort(key=lambda one: (not one.is_established, one.identity))
            owner = "the workspace's buckets"
            if salt != bucket_salt:
                first = sharing.pop(0)
                owner = f"{first.kind} `{first.key}`"
            for candidate in sharing:
                yield candidate.identity, _taken(candidate, salt, owner)


def _taken(candidate: Candidate, salt: str, owner: str) -> Fault:
    message = (
        f"the salt `{salt}` of {candidate.kind} `{candidate.key}` is also that of {owner}: write "
        "another `salt`"
    )
    path = candidate.compiled.salts[salt] if candidate.compiled else ()
    return Fault(_salt_path(candidate.raw, path), message)


def _salt_path(raw: Any, path: Path) -> Path:  # noqa: ANN401 - a flag or experiment as written
    """Where the salt is written, if it is; else what needs it."""
    if path[0] == "rules" and "salt" in raw["rules"][path[1]]:
        return (*path[:2], "salt")
    return ("salt",) if "salt" in raw else path
