"""References to what is not in use: refused when they are new, told about when they are not."""

from collections.abc import Iterator, Mapping

from turnout.compiler.candidates import Candidate
from turnout.compiler.history import Identity
from turnout.compiler.scope import CompiledItem
from turnout.documents import Fault
from turnout.snapshot.v1 import snapshot_pb2 as pb

Candidates = Mapping[Identity, Candidate]

_SEGMENTS = {
    pb.SEGMENT_STATUS_DRAFT: "draft",
    pb.SEGMENT_STATUS_PAUSED: "paused",
    pb.SEGMENT_STATUS_ARCHIVED: "archived",
}
_CONSUMERS = frozenset({"flag", "experiment", "holdout"})


def new_references(candidate: Candidate, candidates: Candidates) -> list[Fault]:
    """Finds references of a changed item to segments that are not active, and that it had not.

    Only for a compilation that has a history: without one nobody knows what is new.
    """
    compiled = candidate.compiled
    if compiled is None or candidate.kind not in _CONSUMERS:
        return []
    if not candidate.is_written or candidate.is_established:
        return []
    aside = [(use, status) for use in compiled.segments if (status := _aside(use.key, candidates))]
    before = candidate.compile_last_good() if aside else None
    known = {use.key for use in before.segments} if before else set()
    return [
        Fault(
            use.path,
            f"segment `{use.key}` is {status}: a new reference needs an active segment",
        )
        for use, status in aside
        if use.key not in known
    ]


def unused_references(candidate: Candidate, candidates: Candidates) -> Iterator[Fault]:
    """Yields a warning for each reference that cannot come to anything."""
    compiled = candidate.compiled
    if compiled is None or _is_archived(compiled):
        return
    for use in compiled.segments:
        status = _aside(use.key, candidates)
        if status in {"draft", "archived"}:
            text = f"segment `{use.key}` is {status}: it is UNKNOWN to all who refer to it"
            yield Fault(use.path, text)
    for _, key, path in compiled.experiments:
        if _is_archived_item(candidates.get(("experiment", key))):
            text = f"experiment `{key}` is archived: this rule always goes on to the next"
            yield Fault(path, text)
    for wanted in compiled.variants:
        if _is_archived_item(candidates.get((wanted.kind, wanted.key))):
            text = f"{wanted.kind} `{wanted.key}` is archived: it comes out as no variant"
            yield Fault(wanted.path, text)
    yield from _empty_scope(compiled, candidates)


def _empty_scope(compiled: CompiledItem, candidates: Candidates) -> Iterator[Fault]:
    held = compiled.held
    if held is None or held.tags is None:
        return
    experiments = (one.compiled for (kind, _), one in candidates.items() if kind == "experiment")
    if not any(
        isinstance(one.message, pb.Experiment) and held.has(one.message)
        for one in experiments
        if one is not None
    ):
        yield Fault(("scope", "tags"), "no experiment has one of these tags: nobody is held out")


def _aside(key: str, candidates: Candidates) -> str | None:
    """The status of a segment that is not active."""
    target = candidates.get(("segment", key))
    if target is None or target.compiled is None:
        return None
    message = target.compiled.message
    return _SEGMENTS.get(message.status) if isinstance(message, pb.Segment) else None


def _is_archived_item(candidate: Candidate | None) -> bool:
    return (
        candidate is not None
        and candidate.compiled is not None
        and _is_archived(candidate.compiled)
    )


def _is_archived(compiled: CompiledItem) -> bool:
    message = compiled.message
    match message:
        case pb.Flag():
            return message.status == pb.FLAG_STATUS_ARCHIVED
        case pb.Experiment():
            return message.status == pb.EXPERIMENT_STATUS_ARCHIVED
        case pb.Segment():
            return message.status == pb.SEGMENT_STATUS_ARCHIVED
    return False
