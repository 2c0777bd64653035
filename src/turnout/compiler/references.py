"""What items say about each other: references, cycles, hand-overs, salts and shared keys."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from turnout.compiler.candidates import Candidate
from turnout.compiler.continuity import forbidden_changes
from turnout.compiler.dependencies import entangled
from turnout.compiler.history import Identity
from turnout.compiler.query_uses import changed_query, query_faults
from turnout.compiler.scope import CompiledItem, VariantUse
from turnout.compiler.sharing import find_disagreements
from turnout.documents import Fault
from turnout.documents.names import nearest, nearest_key
from turnout.documents.problem import Path, clip
from turnout.snapshot.v1 import snapshot_pb2 as pb

Candidates = dict[Identity, Candidate]
Refusals = dict[Identity, list[Fault]]
"""What is wrong, by the item that has to give way."""


def find_refusals(candidates: Candidates, bucket_salt: str) -> Refusals:
    """Finds every item whose served version does not fit the others.

    Args:
        candidates: All items, each with the version that it would serve.
        bucket_salt: The salt of `bucket_between`, which no item may have.
    """
    refusals: Refusals = {}

    def refuse(found: Iterable[tuple[Identity, Fault]]) -> None:
        for identity, fault in found:
            refusals.setdefault(identity, []).append(fault)

    for candidate in candidates.values():
        refuse(_misfits(candidate, candidates))
    refuse(entangled(candidates))
    refuse(_salts(candidates, bucket_salt))
    refuse(list(find_disagreements(candidates, refusals)))
    return refusals


def _misfits(candidate: Candidate, candidates: Candidates) -> Iterator[tuple[Identity, Fault]]:
    """Yields why a version does not fit those that it refers to, with who gives way."""
    compiled = candidate.compiled
    if compiled is None:
        return
    if changed := list(_changed_under(candidate, compiled, candidates)):
        # It is looked at again when they have given way.
        yield from changed
        return
    faults = forbidden_changes(candidate, candidates)
    faults += [*missing(compiled, candidates), *_hand_overs(compiled, candidates)]
    faults += missing_layer(compiled, candidates)
    if candidate.is_written:
        faults += missing_experiments(compiled, candidates)
    yield from ((candidate.identity, fault) for fault in faults)


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


def _changed_under(
    candidate: Candidate, compiled: CompiledItem, candidates: Candidates
) -> Iterator[tuple[Identity, Fault]]:
    """Yields each changed item that no longer has what an unchanged one needs of it.

    The change gives way, and its last good version goes on: an item that nobody touched is not
    taken out of service by one that it refers to.
    """
    # Most refer to none of these, and need not be held against what was.
    uses = compiled.variants or compiled.experiments or compiled.query
    if not uses or not candidate.is_established:
        return
    yield from changed_query(candidate, compiled, candidates)
    needs = f"{candidate.kind} `{candidate.key}`"
    for use in compiled.variants:
        target = candidates.get((use.kind, use.key))
        if target is not None and target.may_fall_back:
            for name, _, _ in _absent_variants(use, target, candidates):
                message = f"{needs} asks for variant `{clip(name)}`: keep it, or change that first"
                yield target.identity, Fault(("variants",), message)
    for clash in _type_clashes(compiled, candidates):
        if clash.target.may_fall_back:
            types = f"values of type `{clash.own}`, not `{clash.other}`"
            message = f"{needs} hands over to it and has {types}"
            yield clash.target.identity, Fault(("variants",), message)


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
    for wanted in compiled.variants:
        yield from _variant_faults(wanted, candidates)
    yield from _missing_query(compiled, candidates)


def _missing_query(compiled: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    use = compiled.query
    if use is not None and ("query", use.key) not in candidates:
        yield _unknown("query", use.key, use.path, candidates)
    elif use is not None:
        yield from query_faults(use, candidates)


def _variant_faults(use: VariantUse, candidates: Candidates) -> Iterator[Fault]:
    target = candidates.get((use.kind, use.key))
    if target is None:
        other = "experiment" if use.kind == "flag" else "flag"
        if (other, use.key) in candidates:
            message = f"`{use.key}` is no {use.kind}: write `{other}: {use.key}`"
            yield Fault(use.path, message)
        else:
            yield _unknown(use.kind, use.key, use.path, candidates)
    elif target.dropped:
        yield Fault(use.path, f"{use.kind} `{use.key}` is left out: another item has its key")
    else:
        for name, path, names in _absent_variants(use, target, candidates):
            listed = ", ".join(f"`{known}`" for known in names[:10])
            hint = nearest(name, names) or f": there are {listed}"
            message = f"{use.kind} `{use.key}` has no variant `{clip(name)}`{hint}"
            yield Fault(path, message)


def _absent_variants(
    use: VariantUse, target: Candidate, candidates: Candidates
) -> Iterator[tuple[str, Path, list[str]]]:
    """Yields each variant asked for that an item does not have, its place, and those it has."""
    names = _outcomes(target, candidates)
    if names is not None:
        for name, path in use.variants.items():
            if name not in names:
                yield name, path, names


def _outcomes(target: Candidate, candidates: Candidates) -> list[str] | None:
    """The variants that an item may come out as; None where they are not known."""
    sources = [target.compiled]
    if target.compiled is not None:
        for _, key, _ in target.compiled.experiments:
            other = candidates.get(("experiment", key))
            sources.append(other.compiled if other else None)
    names: list[str] = []
    for source in sources:
        if source is None or not isinstance(source.message, pb.Flag | pb.Experiment):
            return None
        names += [variant.name for variant in source.message.variants]
    return names


def missing_layer(compiled: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    """Yields a fault when nothing defines the layer of an experiment."""
    use = compiled.layer
    if use is not None and ("layer", use.key) not in candidates:
        yield _unknown("layer", use.key, use.path, candidates)


def missing_experiments(compiled: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    """Yields a fault for each experiment that a layer or a holdout names and nothing defines.

    Their last good version goes on without it: one experiment that is deleted is no reason to end
    a layer or a holdout for all the others.
    """
    for key, path in compiled.named:
        if ("experiment", key) not in candidates:
            yield _unknown("experiment", key, path, candidates)


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
    for target, path, own, other in _type_clashes(compiled, candidates):
        numbers = {own, other} == {"integer", "double"}
        remedy = "write `type: double` in both" if numbers else "they must be of one type"
        yield Fault(
            path,
            f"the flag's values are of type `{own}`, those of experiment `{target.key}` of type "
            f"`{other}`: {remedy}",
        )


class _TypeClash(NamedTuple):
    """A flag hands over to an experiment whose values are of another type."""

    target: Candidate
    path: Path
    own: str
    other: str


def _type_clashes(compiled: CompiledItem, candidates: Candidates) -> Iterator[_TypeClash]:
    for _, key, path in compiled.experiments:
        target = candidates.get(("experiment", key))
        if target is None or target.compiled is None:
            continue
        own, other = compiled.value_type, target.compiled.value_type
        if own != other:
            yield _TypeClash(target, path, own, other)


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
    if path[-1:] == ("salt",):
        return path
    if path[:1] == ("rules",) and path[2] == "split" and "salt" in raw["rules"][path[1]]:
        return (*path[:2], "salt")
    return ("salt",) if "salt" in raw else path
