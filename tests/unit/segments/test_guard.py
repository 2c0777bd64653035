"""Sets that would shrink by more than somebody thought possible."""

import pytest

from turnout.segments.guard import Guard


@pytest.mark.parametrize(
    ("ppm", "former", "now"),
    [
        (500_000, 100, 50),
        (500_000, 100, 200),
        (500_000, 0, 0),
        (0, 100, 100),
        (1_000_000, 100, 0),
        (333_333, 3_000_000, 2_000_001),
    ],
)
def test_what_stays_within_the_share_is_fine(ppm, former, now):
    assert Guard(ppm).refusal(former, now) == ""


@pytest.mark.parametrize(
    ("ppm", "former", "now", "told"),
    [
        (500_000, 100, 49, "by 51%, from 100 to 49 members, and may by 50% at most"),
        (500_000, 1_000_000, 499_999, "by 50.1%, from 1,000,000 to 499,999 members"),
        (0, 10_000, 9_999, "by 0.01%, from 10,000 to 9,999 members, and may by 0% at most"),
        (999_999, 5, 0, "by 100%, from 5 to 0 members"),
        (500_000, 1_000_000, 1, "by 99.9999%, from 1,000,000 to 1 members"),
        (500_000, 14_941, 498, "by 96.7%, from 14,941 to 498 members, and may by 50% at most"),
        (333_333, 3_000_000, 2_000_000, "by 33.4%, from 3,000,000 to 2,000,000"),
    ],
)
def test_what_shrinks_further_is_refused_with_its_numbers(ppm, former, now, told):
    assert told in Guard(ppm).refusal(former, now)
