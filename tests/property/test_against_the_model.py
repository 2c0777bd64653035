"""The engine and the slow model answer alike, whatever the documents and the context."""

import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model import Model

from turnout import Context, Engine

STATES = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(documents=strategies.catalogues(), asked=st.lists(strategies.contexts(), min_size=1))
def test_the_engine_answers_as_the_model(documents, asked):
    engine, model = Engine.from_documents(documents), Model(documents)
    for ctx in asked:
        context = Context(
            units=ctx.units, attributes=ctx.attributes, unknown=ctx.unknown, partial=ctx.partial
        )
        for key in documents["segments"]:
            check = engine.check_segment(key, context)
            truth, names = model.segment(key, ctx)
            assert (check.state, set(check.unknown_attributes)) == (STATES[truth], names), key
        for key in [*documents["flags"], *documents["experiments"]]:
            decision, expected = engine.decide(key, context), model.decide(key, ctx)
            names = expected.pop("unknown")
            assert {name: getattr(decision, name) for name in expected} == expected, key
            assert set(decision.unknown_attributes) == names
            assert decision.degraded == bool(names)
