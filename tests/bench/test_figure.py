"""How rounds become a number, and when a target is reached."""

import pytest
from bench.figure import Number, interleave, ratios, spread


@pytest.mark.parametrize(
    ("value", "target", "reached"),
    [
        (1.35, "<= 1.35", True),
        (1.36, "<= 1.35", False),
        (12, ">= 12", True),
        (11.9, ">= 12", False),
        (1, None, None),
    ],
)
def test_a_target_is_an_end_that_counts_as_reached(value, target, reached):
    assert Number("n", value, target, "ratio", "").reached is reached


def test_a_ratio_is_taken_round_by_round():
    seen = ratios([2, 20, 300], [1, 10, 100])
    assert (seen.median, seen.low, seen.high, seen.rounds) == (2, 2, 3, 3)
    with pytest.raises(ValueError, match="shorter"):
        ratios([1, 2], [1])


def test_a_spread_names_its_ends():
    assert str(spread([3, 1, 2000])) == "median of 3 interleaved rounds, 1-2,000"


def test_measures_take_turns_after_a_round_that_does_not_count():
    called = []
    measures = {name: lambda name=name: called.append(name) or len(called) for name in "ab"}
    taken = interleave(3, measures)
    assert called == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert taken == {"a": [3, 6, 7], "b": [4, 5, 8]}
