"""A short run of what `make faults` does at length."""

import random

import pytest

from faults.run import run_rounds
from servers.postgres import skip_without

ROUNDS = 10


@pytest.mark.timeout(300)
def test_nothing_that_was_promised_is_lost_whatever_is_killed(tmp_path):
    skip_without()
    seed = random.SystemRandom().randrange(10**6)
    assert run_rounds(ROUNDS, seed, tmp_path) == [], f"seed {seed}"
