"""A short run of what `make faults` does at length."""

import random

import pytest

from faults.member_run import STORES, run_member_rounds
from faults.run import run_rounds
from servers.postgres import skip_without

ROUNDS = 10
MEMBER_ROUNDS = 6


@pytest.mark.timeout(300)
def test_nothing_that_was_promised_is_lost_whatever_is_killed(tmp_path):
    skip_without()
    seed = random.SystemRandom().randrange(10**6)
    assert run_rounds(ROUNDS, seed, tmp_path) == [], f"seed {seed}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("store", STORES)
def test_no_member_is_lost_or_invented_whatever_is_killed(tmp_path, store):
    if store == "postgresql":
        skip_without()
    seed = random.SystemRandom().randrange(10**6)
    assert run_member_rounds(MEMBER_ROUNDS, seed, tmp_path, store) == [], f"seed {seed}"
