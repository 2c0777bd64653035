"""The engine and the slow model answer alike, whatever the documents and the context."""

import strategies
from comparing import compare
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(documents=strategies.catalogues(), asked=st.lists(strategies.contexts(), min_size=1))
def test_the_engine_answers_as_the_model(documents, asked):
    compare(documents, asked)
