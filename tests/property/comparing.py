"""Holds the engine to the model, for any documents and contexts."""

from datetime import UTC, datetime, timedelta

from reference.model import Model
from turnout import Context, Engine


def compare(documents, asked):
    """Asserts that all flags, experiments and segments answer alike for all of the contexts."""
    engine, model = Engine.from_documents(documents), Model(documents)
    for ctx in asked:
        context, now = context_of(ctx), moment(ctx.now)
        for key in documents["segments"]:
            given, expected = engine.check_segment(key, context, now=now), model.check(key, ctx)
            assert answered(given, expected) == expected, key
        for key in [*documents["flags"], *documents["experiments"]]:
            given, expected = engine.decide(key, context, now=now), model.decide(key, ctx)
            del expected["assignments_to_persist"]
            assert answered(given, expected) == expected, key


def context_of(ctx):
    """What is asked, as turnout takes it."""
    return Context(
        units=ctx.units, attributes=ctx.attributes, unknown=ctx.unknown, partial=ctx.partial
    )


def answered(given, expected):
    """What a result says, in the shape of the model's answer."""
    found = {name: getattr(given, name) for name in expected}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def moment(nanoseconds):
    """Nanoseconds of the epoch as a datetime."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)
