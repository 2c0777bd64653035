"""The two promises about change, over compiled documents and the engine.

Ramp: who is in stays in, and keeps the variant. Re-weight: no slot changes hands that need not.
Slots are computed from hashlib here, and who owns them from the ranges that are written back.
"""

import random
from itertools import pairwise

from reference import bucketing
from reference.bucketing import owner, read_range, slot
from turnout import Context, Engine
from turnout.compiler import allocation, compile_documents
from turnout.compiler.write_back import ranges_to_write
from turnout.documents import read_mapping

SEQUENCES = 1000
CHANGES = 4
WHOLE = 1_000_000
IDS = [f"unit-{number}" for number in range(60)]
SLOTS = {
    kind: {unit_id: slot(salt, unit_id) for unit_id in IDS}
    for kind, salt in {"experiments": "e.variant.1", "flags": "f.split"}.items()
}


def weights_of(chance, *, whole):
    """Two to five variants, in any order; in ppm."""
    names = chance.sample("abcdef", chance.randint(2, 5))
    total = WHOLE if whole or chance.random() < 0.5 else chance.randint(0, WHOLE)
    cuts = sorted(chance.choice([0, chance.randint(0, total), total // 4]) for _ in names[1:])
    return {
        name: high - low for name, low, high in zip(names, [0, *cuts], [*cuts, total], strict=True)
    }


def share(ppm):
    return f"{ppm // 10_000}.{ppm % 10_000:04}%"


def documents(kind, weights, history):
    kept = {} if history is None else {"ranges": history}
    if kind == "flags":
        split = {name: share(ppm) for name, ppm in weights.items()}
        variants = {name: name for name in (*weights, "none")}
        rule = {"split": split, **kept}
        return {"flags": {"f": {"variants": variants, "default": "none", "rules": [rule]}}}
    variants = {name: {"weight": share(ppm), "value": name} for name, ppm in weights.items()}
    control = next(iter(weights))
    written = {"status": "running", "control": control, "variants": variants, **kept}
    return {"experiments": {"e": written}}


def written_back(documents_now, history):
    """The ranges that `turnout check --write-ranges` puts into the file."""
    catalogue = read_mapping(documents_now)
    changes = ranges_to_write(catalogue, compile_documents(catalogue))
    return changes[0].changes[0].value if changes else history or {}


def owned(ranges):
    return {name: [read_range(text) for text in texts] for name, texts in ranges.items()}


def size(several):
    return sum(end - start for start, end in several)


def kept_slots(before, after):
    """Slots that the same variant owns before and after."""
    return sum(
        max(0, min(end, high) - max(start, low))
        for name, several in after.items()
        for start, end in several
        for low, high in before.get(name, [])
    )


def check(kind, weights, before, after, unit_variants):
    """Sizes are the weights, no slot has two owners, and the moved share is the smallest."""
    assert {name: size(several) for name, several in after.items()} == {
        name: ppm for name, ppm in weights.items() if ppm
    }
    flat = sorted(pair for several in after.values() for pair in several)
    assert all(one[1] <= other[0] for one, other in pairwise(flat))
    if before is not None:
        least = sum(max(0, ppm - size(before.get(name, []))) for name, ppm in weights.items())
        moved = sum(weights.values()) - kept_slots(before, after)
        assert moved == least
    for unit_id, variant in unit_variants.items():
        assert variant == owner(after, SLOTS[kind][unit_id]), unit_id


def decide(kind, documents_now):
    """The variant of each unit, None for nobody's."""
    engine = Engine.from_documents(documents_now)
    found = {}
    for unit_id in IDS:
        decision = engine.decide("f" if kind == "flags" else "e", Context(unit_id))
        given = decision.reason in ("SPLIT", "ASSIGNED")
        found[unit_id] = decision.variant if given else None
    return found


def test_a_change_of_weights_moves_the_least():
    chance = random.Random(20)
    for number in range(SEQUENCES):
        kind = ("experiments", "flags")[number % 2]
        history, before = None, None
        for _ in range(CHANGES):
            weights = weights_of(chance, whole=kind == "flags")
            now = documents(kind, weights, history)
            history = written_back(now, history)
            after = owned(history)
            check(kind, weights, before, after, decide(kind, now))
            again = documents(kind, weights, history)
            assert written_back(again, history) == history
            before = after or None


def test_the_compiler_moves_the_slots_that_the_slow_model_moves(monkeypatch):
    monkeypatch.setattr(bucketing, "SLOTS", 1000)
    monkeypatch.setattr(allocation, "WHOLE", 1000)
    chance = random.Random(23)
    for _ in range(SEQUENCES):
        ranges = {}
        for _ in range(CHANGES):
            targets = {name: chance.randrange(250) for name in chance.sample("abcdef", 4)}
            expected = bucketing.reweighted(ranges, targets)
            assert allocation.reallocate(ranges, targets) == expected
            ranges = expected


def test_a_ramp_keeps_everyone_and_every_variant():
    chance = random.Random(21)
    for _ in range(SEQUENCES):
        weights = weights_of(chance, whole=False)
        steps = sorted(chance.randint(0, WHOLE) for _ in range(CHANGES))
        inside = {}
        for traffic in steps:
            now = documents("experiments", weights, None)
            now["experiments"]["e"]["traffic"] = share(traffic)
            found = {u: v for u, v in decide("experiments", now).items() if v is not None}
            assert inside.items() <= found.items()
            inside = found


def test_a_split_that_widens_keeps_who_has_it():
    chance = random.Random(22)
    for _ in range(SEQUENCES):
        history, inside = None, set()
        for step in sorted(chance.randint(0, WHOLE) for _ in range(CHANGES)):
            weights = {"on": step, "off": WHOLE - step}
            now = documents("flags", weights, history)
            history = written_back(now, history) if chance.random() < 0.5 else history
            found = {u for u, variant in decide("flags", now).items() if variant == "on"}
            assert inside <= found
            inside = found
