"""Writes the chosen items into a `Content`, canonical to the byte."""

from collections.abc import Collection, Iterable
from types import MappingProxyType
from typing import Any

from turnout.compiler.candidates import Candidate
from turnout.compiler.dynamic import Membership, Memberships, take_members
from turnout.compiler.literals import tzdata_version
from turnout.compiler.scope import CompiledItem, HeldExperiments, Message, Tables
from turnout.compiler.sharing import is_over
from turnout.compiler.slots import DEFAULT_UNIT
from turnout.compiler.text import is_text
from turnout.snapshot.v1 import snapshot_pb2 as pb

SEMANTICS_VERSION = 1
COMPILER_VERSION = "0.1.0"
"""That of the package; a test holds them together."""

_NOBODY: Memberships = MappingProxyType({})
_last_tables: Tables | None = None


USER_ZONE = ("user.timezone", "user.timezone_offset_seconds")
"""The attributes that name a unit's own zone, the first by name."""


def emit(
    candidates: Iterable[Candidate],
    workspace_key: str,
    timezone: str,
    sensitive: Collection[str] = (),
    memberships: Memberships = _NOBODY,
) -> bytes:
    """Serialises items; candidates without a good version are written as quarantined.

    Args:
        candidates: All items.
        workspace_key: Of the workspace.
        timezone: Of the workspace.
        sensitive: The attributes that explanations mask.
        memberships: Sets of members, by segment.
    """
    kept = sorted((one for one in candidates if _is_part(one)), key=lambda one: one.key)
    tables = _tables(kept)
    content = pb.Content(
        semantics_version=SEMANTICS_VERSION,
        compiler_version=COMPILER_VERSION,
        tzdata_version=tzdata_version(),
        workspace=pb.Workspace(key=workspace_key, timezone=timezone),
        attributes=list(tables.attributes),
        unit_kinds=list(tables.units),
        sensitive_attributes=[at for name, at in tables.attributes.items() if name in sensitive],
        facts=_facts(kept, tables),
        user_zone=_user_zone(kept, tables),
    )
    lists: dict[str, Any] = {
        "segment": content.segments,
        "flag": content.flags,
        "experiment": content.experiments,
        "layer": content.layers,
        "holdout": content.holdouts,
    }
    for candidate in kept:
        if candidate.compiled is None:
            lists[candidate.kind].append(_quarantined(candidate, tables))
        else:
            candidate.compiled.link(tables)
            _give_members(candidate.compiled, memberships.get(candidate.key))
            lists[candidate.kind].append(candidate.compiled.message)
    return content.SerializeToString(deterministic=True)


def _is_part(candidate: Candidate) -> bool:
    """Whether an item stands in the snapshot: a query decides nothing."""
    return not candidate.dropped and candidate.kind != "query"


def _give_members(compiled: CompiledItem, membership: Membership | None) -> None:
    """Each time anew: what is compiled stays when others are evaluated to be in."""
    message = compiled.message
    if not isinstance(message, pb.Segment):
        return
    if compiled.query is not None or (membership is not None and message.HasField("members")):
        take_members(message, membership, compiled.max_age_s)


def _tables(candidates: list[Candidate]) -> Tables:
    global _last_tables  # noqa: PLW0603 - the same object again spares linking unchanged items
    compiled = [one.compiled for one in candidates if one.compiled is not None]
    attributes = {name for item in compiled for _, name in item.attributes}
    if any(item.user_zone for item in compiled):
        attributes.update(USER_ZONE)
    units = {DEFAULT_UNIT} | {kind for item in compiled for _, kind in item.units}
    units |= {item.fallback_unit for item in compiled if item.fallback_unit is not None}
    tables = Tables(
        _indices(attributes),
        _indices(units),
        _keys(candidates, "segment"),
        _keys(candidates, "flag"),
        _keys(candidates, "experiment"),
        _keys(candidates, "layer"),
        frozenset(one.key for one in candidates if is_over(one)),
        _held(candidates),
    )
    if _last_tables != tables:
        _last_tables = tables
    return _last_tables


def _facts(candidates: list[Candidate], tables: Tables) -> list[pb.Fact]:
    compiled = [one.compiled for one in candidates if one.compiled is not None]
    found = {name: kind for item in compiled for name, kind in item.facts.items()}
    return [
        pb.Fact(attribute=tables.attributes[name], no_events=found[name]) for name in sorted(found)
    ]


def _user_zone(candidates: list[Candidate], tables: Tables) -> pb.UserZone | None:
    if not any(one.compiled is not None and one.compiled.user_zone for one in candidates):
        return None
    name, offset_seconds = (tables.attributes[one] for one in USER_ZONE)
    return pb.UserZone(name=name, offset_seconds=offset_seconds)


def _keys(candidates: list[Candidate], kind: str) -> dict[str, int]:
    return _indices(one.key for one in candidates if one.kind == kind)


def _indices(names: Iterable[str]) -> dict[str, int]:
    # Code points sort as their UTF-8 bytes do.
    return {name: index for index, name in enumerate(sorted(names))}


def _held(candidates: list[Candidate]) -> tuple[tuple[int, HeldExperiments], ...]:
    holdouts = enumerate(one for one in candidates if one.kind == "holdout")
    return tuple(
        (index, one.compiled.held)
        for index, one in holdouts
        if one.compiled is not None and one.compiled.held is not None
    )


_MESSAGES: dict[str, Any] = {
    "flag": pb.Flag,
    "experiment": pb.Experiment,
    "layer": pb.Layer,
    "holdout": pb.Holdout,
}


def _quarantined(candidate: Candidate, tables: Tables) -> Message:
    clean = _clean_tags(candidate.raw)
    if candidate.kind == "segment":
        unit = tables.units[DEFAULT_UNIT]
        return pb.Segment(
            key=candidate.key,
            tags=clean,
            status=pb.SEGMENT_STATUS_ACTIVE,
            unit=unit,
            quarantined=pb.Quarantined(),
        )
    message: Message = _MESSAGES[candidate.kind](key=candidate.key, tags=clean, quarantined=True)
    return message


def _clean_tags(raw: object) -> list[str]:
    """What is sound of the tags of an item that is not."""
    tags = raw.get("tags") if isinstance(raw, dict) else None
    written = tags if isinstance(tags, list) else []
    return sorted({tag for tag in written if isinstance(tag, str) and tag and is_text(tag)})
