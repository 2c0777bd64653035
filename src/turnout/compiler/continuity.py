"""What may not change any more: an item as written is held against its last good version."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from turnout.compiler.candidates import Candidate
from turnout.compiler.history import Identity
from turnout.compiler.holding import MEMBERSHIP
from turnout.compiler.scope import AllocationUse
from turnout.compiler.shares import read_share, write_range
from turnout.documents import (
    ExperimentDocument,
    Fault,
    HoldoutDocument,
    Invalid,
    LayerDocument,
    SegmentDocument,
    validate_item,
)
from turnout.documents.problem import Path, clip

Candidates = Mapping[Identity, Candidate]
Fixed = Mapping[str, tuple[object, object]]
"""What a field was and is."""

_LIVE = frozenset({"running", "enrolment_stopped", "paused"})


def forbidden_changes(candidate: Candidate, candidates: Candidates) -> list[Fault]:
    """Finds what the version as written changes and may not.

    Without a last good version nothing is known of before, and everything may be written.
    """
    judge = _JUDGES.get(candidate.kind)
    if judge is None or not candidate.is_written or candidate.is_established:
        return []
    if candidate.last_good is None:
        return []
    try:
        before = validate_item(candidate.kind, candidate.last_good)
        now = validate_item(candidate.kind, candidate.raw)
    except Invalid:
        return []
    return list(judge(candidate, before, now, candidates))


def _experiment(
    candidate: Candidate, before: ExperimentDocument, now: ExperimentDocument, _: Candidates
) -> Iterator[Fault]:
    if "draft" in {before.status, now.status}:
        return
    key = candidate.key
    fixed: Fixed = {
        "unit": (before.unit, now.unit),
        "salt": (before.salt or key, now.salt or key),
        "layer": (before.layer, now.layer),
        "control": (before.control or "control", now.control or "control"),
    }
    for field, old in _changed(fixed):
        was = f"it was {_shown(old)}" if old else "it had none"
        remedy = f"{was}, and a change needs a new experiment"
        yield Fault(_place(candidate, field), f"`{field}` is fixed once started: {remedy}")
    if now.epoch < before.epoch:
        # Units that were dealt anew would get back what they had, and be counted in both.
        text = f"`epoch` only rises once started: it was {_shown(before.epoch)}"
        yield Fault(_place(candidate, "epoch"), f"{text}, write that or a higher one")


def _holdout(
    candidate: Candidate, before: HoldoutDocument, now: HoldoutDocument, _: Candidates
) -> Iterator[Fault]:
    if "draft" in {before.status, now.status}:
        return
    key = candidate.key
    fixed: Fixed = {
        "share": (_ppm(before.share), _ppm(now.share)),
        "unit": (before.unit, now.unit),
        "salt": (before.salt or key, now.salt or key),
    }
    for field, old in _changed(fixed):
        was = _shown(getattr(before, field) or old)
        remedy = f"it was {was}, and a change needs a new holdout"
        yield Fault(_place(candidate, field), f"`{field}` is fixed once running: {remedy}")


def _ppm(share: object) -> int | None:
    try:
        return read_share(share)
    except ValueError:
        return None


def _segment(
    candidate: Candidate, before: SegmentDocument, now: SegmentDocument, _: Candidates
) -> Iterator[Fault]:
    if before.status == now.status == "archived" and _membership(before) != _membership(now):
        text = "an archived segment is not edited: write `status: paused` or `active` first"
        yield Fault(_place(candidate, "status"), text)


def _membership(document: SegmentDocument) -> dict[str, Any]:
    return document.model_dump(include=set(MEMBERSHIP))


def _layer(
    candidate: Candidate, before: LayerDocument, now: LayerDocument, candidates: Candidates
) -> Iterator[Fault]:
    served = candidate.compiled
    last = candidate.compile_last_good()
    if served is None or last is None:
        return
    live = [key for key in before.allocations if _goes_on(candidates.get(("experiment", key)))]
    for key in live:
        lost = _difference(_ranges(last.allocations, key), _ranges(served.allocations, key))
        if lost:
            missing = ", ".join(f"`{write_range(*one)}`" for one in lost)
            text = (
                f"`{key}` is live, and its slots may only grow: give back {missing}, or conclude "
                "it first"
            )
            path: Path = ("allocations", key)
            yield Fault(path if key in now.allocations else ("allocations",), text)
    fixed: Fixed = {
        "unit": (before.unit, now.unit),
        "salt": (before.salt or candidate.key, now.salt or candidate.key),
    }
    for field, old in _changed(fixed) if live else ():
        text = f"`{field}` is fixed while `{live[0]}` is live: it was {_shown(old)}"
        yield Fault(_place(candidate, field), text)


def _goes_on(experiment: Candidate | None) -> bool:
    """Whether an experiment was live, and is."""
    if experiment is None or experiment.compiled is None:
        return False
    versions = (experiment.last_good, experiment.raw)
    return all(isinstance(one, dict) and one.get("status") in _LIVE for one in versions)


def _ranges(uses: list[AllocationUse], key: str) -> list[tuple[int, int]]:
    return sorted((use.start, use.end) for use in uses if use.experiment == key)


def _difference(before: list[tuple[int, int]], now: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The slots of `before` that `now` does not have; both sorted."""
    lost = []
    for start, end in before:
        reached = start
        for other_start, other_end in now:
            if other_end <= reached or other_start >= end:
                continue
            if other_start > reached:
                lost.append((reached, other_start))
            reached = max(reached, other_end)
        if reached < end:
            lost.append((reached, end))
    return lost


def _changed(fixed: Fixed) -> Iterator[tuple[str, object]]:
    """Yields each field that differs, and what it was."""
    return ((field, old) for field, (old, new) in fixed.items() if old != new)


def _place(candidate: Candidate, field: str) -> Path:
    """Where a field is written, or the item that lacks it."""
    return (field,) if isinstance(candidate.raw, dict) and field in candidate.raw else ()


def _shown(value: object) -> str:
    return f"`{clip(str(value))}`"


_JUDGES: dict[str, Callable[[Candidate, Any, Any, Candidates], Iterator[Fault]]] = {
    "segment": _segment,
    "experiment": _experiment,
    "layer": _layer,
    "holdout": _holdout,
}
