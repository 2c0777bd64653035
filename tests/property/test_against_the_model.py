"""The engine and the slow model answer alike, whatever the documents and the context."""

import pytest
from comparing import differences
from generators import catalogue, context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seeds import REQUESTS, ask


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_the_engine_answers_as_the_model(rng):
    documents = catalogue(rng)
    found = differences(documents, [context(rng, documents) for _ in range(3)])
    assert not found, f"{documents}\n{found[0]}"


@pytest.mark.parametrize("first", range(0, 30_000, 1000))
def test_a_thousand_requests_are_answered_alike(first):
    for seed in range(first, first + 1000 // REQUESTS):
        _, found, _ = ask(seed)
        assert not found, f"seed {seed}: {found}"
