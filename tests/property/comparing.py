"""Holds the engine to the model, for any documents and contexts."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import NamedTuple

from membership import memberships, write

from reference.model import Model
from turnout import Context, Engine, StickyAssignment
from turnout.compiler import compile_documents
from turnout.documents import read_mapping


class Difference(NamedTuple):
    """A question that the model and the engine answer differently."""

    key: str
    ctx: object
    expected: dict
    """What the model says."""
    given: dict
    """What the engine says."""

    def __str__(self):
        """Only what differs, and everything that was asked."""
        parts = [f"`{self.key}` for {self.ctx}"]
        parts += [
            f"  {name}: the model says {self.expected[name]!r}, the engine {self.given[name]!r}"
            for name in self.expected
            if self.expected[name] != self.given[name]
        ]
        return "\n".join(parts)


def differences(documents, asked, seen=None):
    """The questions that are answered differently: all items for all of the contexts.

    Args:
        documents: Those that both compile or read.
        asked: Contexts.
        seen: Counts the reasons of the model, when given.
    """
    seen = Counter() if seen is None else seen
    given = memberships(documents, asked[0].now, moment)
    engine = engine_of(documents, given)
    model = Model(documents, {key: one.read for key, one in given.items()})
    found = []
    for ctx in asked:
        context, now = context_of(ctx), moment(ctx.now)
        for key in documents["segments"]:
            expected = model.check(key, ctx)
            seen[expected["state"]] += 1
            given = answered(engine.check_segment(key, context, now=now), expected)
            if given != expected:
                found.append(Difference(key, ctx, expected, given))
        alone = {}
        for key in [*documents["flags"], *documents["experiments"]]:
            expected = model.decide(key, ctx)
            seen.update([expected["reason"], *expected["notes"]])
            told = expected["assignments_to_persist"]
            expected["assignments_to_persist"] = sorted(sticky(one.key, one.record) for one in told)
            alone[key] = engine.decide(key, context, now=now)
            given = answered(alone[key], expected)
            given["assignments_to_persist"] = sorted(
                one._replace(snapshot_id="") for one in given["assignments_to_persist"]
            )
            if given != expected:
                found.append(Difference(key, ctx, expected, given))
        for together in engine.decide_many(alone, context, now=now):
            if together != alone[together.key]:
                one, other = {"alone": alone[together.key]}, {"alone": together}
                found.append(Difference(together.key, ctx, one, other))
    return found


def engine_of(documents, given):
    """The engine of documents and of the member sets of their segments."""
    catalogue = read_mapping(documents)
    sealed = compile_documents(catalogue, memberships=given).seal(published_by="test")
    with TemporaryDirectory() as folder:
        write(folder, given)
        return Engine.from_snapshot(sealed, members=folder)


def context_of(ctx):
    """What is asked, as turnout takes it."""
    return Context(
        units=ctx.units,
        attributes=ctx.attributes,
        unknown=ctx.unknown,
        partial=ctx.partial,
        sticky_assignments=[sticky(key, record) for key, record in ctx.records.items()],
        events_reached=ctx.events_reached,
    )


def sticky(key, record):
    """A stored assignment, as turnout takes and tells it."""
    return StickyAssignment(*key, record.variant, moment(record.assigned_at))


def answered(result, expected):
    """What a result says, in the shape of the model's answer."""
    found = {name: getattr(result, name) for name in expected}
    if found.get("member_age") is not None:
        found["member_age"] //= timedelta(seconds=1)
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def moment(nanoseconds):
    """Nanoseconds of the epoch as a datetime."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)
