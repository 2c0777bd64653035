"""The re-weighting of section 7, by the model."""

import itertools
import random

from reference import bucketing
from reference.bucketing import SLOTS, contiguous, owner, reweighted


def shares(*percents):
    return {name: percent * SLOTS // 100 for name, percent in zip("abcdef", percents, strict=False)}


def sizes(ranges):
    return {name: sum(end - start for start, end in owned) for name, owned in ranges.items()}


def moved(before, after):
    """Slots that another variant owns afterwards."""
    cuts = sorted({cut for r in (before, after) for owned in r.values() for p in owned for cut in p}
                  | {0, SLOTS})  # fmt: skip
    return sum(
        end - start
        for start, end in itertools.pairwise(cuts)
        if owner(before, start) != owner(after, start)
    )


def test_the_published_example_moves_17_percent():
    before = contiguous({"a": "33%", "b": "33%", "c": "34%"})
    after = reweighted(before, shares(50, 25, 25))
    assert sizes(after) == shares(50, 25, 25)
    assert moved(before, after) == 17 * SLOTS // 100


def test_a_removed_variant_frees_its_slots_first():
    before = contiguous({"a": "50%", "b": "25%", "c": "25%"})
    after = reweighted(before, {"a": 500_000, "c": 500_000})
    assert after == {"a": [(0, 500_000)], "c": [(500_000, 1_000_000)]}


def test_any_change_moves_the_least(monkeypatch):
    monkeypatch.setattr(bucketing, "SLOTS", 1000)
    chance = random.Random(7)
    for _ in range(200):
        ranges = {}
        for _ in range(4):
            targets = {name: chance.randrange(300) for name in chance.sample("abcde", 3)}
            after = reweighted(ranges, targets)
            assert sizes(after) == targets
            least = sum(max(0, targets[n] - sizes(ranges).get(n, 0)) for n in targets)
            least += sum(max(0, size - targets.get(n, 0)) for n, size in sizes(ranges).items())
            freed = slots(ranges, 1000) - slots(after, 1000)
            taken = slots(after, 1000) - slots(ranges, 1000)
            assert len(freed) + len(taken) == least
            ranges = after


def slots(ranges, count):
    return {(at, owner(ranges, at)) for at in range(count) if owner(ranges, at) is not None}
