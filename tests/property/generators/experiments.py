"""Random experiments, layers and holdouts."""

import itertools

from generators import dates
from generators.conditions import audience, variant
from generators.words import KINDS, PERCENTS, UNITS, a_few, chance, percent

VARIANTS = ["a", "b", "c"]
STATUSES = ["running"] * 10 + [
    "draft", "enrolment_stopped", "enrolment_stopped", "paused", "concluded", "concluded",
    "archived",
]  # fmt: skip
TTLS = ["1 hour", "30 days", "P1D", "2 weeks"]


def overrides(rng):
    """Variants forced for one or two units."""
    return {unit: rng.choice(["a", "b"]) for unit in a_few(rng, UNITS)}


def weights(rng, variants, *, whole):
    """A share for each variant: together all, or perhaps less."""
    total = 1_000_000 if whole or chance(rng, 2) else rng.randint(500_000, 1_000_000)
    cuts = sorted(rng.randint(0, total) for _ in variants[1:])
    edges = [0, *cuts, total]
    sizes = [end - start for start, end in itertools.pairwise(edges)]
    return {name: percent(size) for name, size in zip(variants, sizes, strict=True)}


def history(rng, variants):
    """Ranges of slots that some variants owned, also one that is gone."""
    cuts = sorted(rng.sample(range(1, 1_000_000), rng.randint(1, 4)))
    owned = {}
    for start, end in itertools.pairwise([0, *cuts, 1_000_000]):
        owner = rng.choice([*variants, "gone", None])
        if owner is not None:
            owned.setdefault(owner, []).append(f"{percent(start)}-{percent(end)}")
    return owned


def experiment(rng, known):
    """An experiment that looks only at what is known so far."""
    shares = weights(rng, VARIANTS, whole=False)
    written = {
        "status": rng.choice(STATUSES),
        "killed": chance(rng, 15),
        "unit": rng.choice([KINDS[0], *KINDS]),
        "control": rng.choice(VARIANTS),
        "traffic": percent(rng.choice([*PERCENTS, 1_000_000, 1_000_000, 1_000_000])),
        "variants": {name: {"weight": share, "value": name} for name, share in shares.items()},
        "audience_sticky": chance(rng, 2),
        "variant_sticky": chance(rng, 2),
        "tags": a_few(rng, ["x", "y"]) if chance(rng, 2) else [],
    }
    if chance(rng, 4):
        written["overrides"] = overrides(rng)
    if chance(rng, 2):
        written["audience"] = audience(rng, known)
    if known.items and chance(rng, 6):
        written["prerequisites"] = [variant(rng, known) for _ in range(rng.randint(1, 2))]
    if chance(rng, 3):
        written["epoch"] = rng.randint(0, 3)
        written["min_epoch"] = rng.randint(0, written["epoch"])
    if chance(rng, 3):
        written["ttl"] = rng.choice(TTLS)
    if chance(rng, 4):
        written["ranges"] = history(rng, VARIANTS)
    if chance(rng, 3):
        written["fallback_unit"] = KINDS[1 - KINDS.index(written["unit"])]
    if written["status"] in ("concluded", "archived") and not chance(rng, 4):
        written["winner"] = rng.choice(VARIANTS)
        written["winner_for"] = rng.choice(["audience", "everyone"])
    return written | span(rng, known.zone)


def layer(rng, experiments):
    """A layer in which some experiments of one unit kind have slots."""
    unit = rng.choice(KINDS)
    members = [key for key, written in experiments.items() if written["unit"] == unit]
    cuts = sorted(rng.sample(range(1, 1_000_000), 3))
    allocations = {}
    for start, end in zip([0, *cuts], [*cuts, 1_000_000], strict=True):
        if members and not chance(rng, 3):
            part = f"{percent(start)}-{percent(end)}"
            allocations.setdefault(rng.choice(members), []).append(part)
    return {"unit": unit, "allocations": allocations}


def holdout(rng, known):
    """A holdout without its scope: it stands before all experiments, and so there is no cycle."""
    written = {
        "status": rng.choice(["running"] * 6 + ["draft", "ended"]),
        "unit": rng.choice(KINDS),
        "share": percent(rng.choice([0, 50_000, 300_000, 1_000_000])),
    }
    if chance(rng, 2):
        written["audience"] = audience(rng, known)
    return written | span(rng, known.zone)


def scope(rng, experiments):
    """All experiments, or some."""
    scopes = ["all", {"tags": ["x"]}]
    if experiments:
        scopes.append({"experiments": a_few(rng, experiments)})
    return rng.choice(scopes)


def span(rng, zone):
    """When something begins and ends; in order."""
    first, second = sorted([dates.civil_day(rng, zone), dates.civil_day(rng, zone)])
    written = {}
    if chance(rng, 8):
        written["starts_at"] = f"{first}T{rng.choice(['00:00:00', '02:30:00Z'])}"
    if chance(rng, 8) and first != second:
        written["ends_at"] = f"{second}T12:00:00-03:00"
    return written
