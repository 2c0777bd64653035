"""Random flags."""

from generators.conditions import condition, variant
from generators.experiments import VARIANTS, history, overrides, weights
from generators.words import KINDS, chance

STATUSES = ["enabled"] * 15 + ["disabled", "draft", "archived"]


def flag(rng, known):
    """A flag that looks only at what is known so far."""
    written = {
        "status": rng.choice(STATUSES),
        "unit": rng.choice([KINDS[0], *KINDS]),
        "variants": {name: name.upper() for name in VARIANTS},
        "default": rng.choice(VARIANTS),
        "rules": [rule(rng, known) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))],
    }
    if chance(rng, 3):
        written["overrides"] = overrides(rng)
    if known.items and chance(rng, 5):
        written["prerequisites"] = [variant(rng, known) for _ in range(rng.randint(1, 2))]
    return written


def rule(rng, known):
    """A condition and what follows from it."""
    written = {}
    if not chance(rng, 5):
        written["when"] = condition(rng, known)
    experiments = [key for kind, key, _ in known.items if kind == "experiment"]
    outcome = rng.choice(["serve", "split", "experiment", "experiment"])
    if outcome == "experiment" and experiments:
        written["experiment"] = rng.choice(experiments)
    elif outcome == "split":
        written["split"] = weights(rng, ["b", "a"], whole=True)
        if chance(rng, 4):
            written["ranges"] = history(rng, ["a", "b"])
    else:
        written["serve"] = rng.choice(VARIANTS)
    if "when" in written and chance(rng, 2):
        written["on_unknown"] = rng.choice(["no_match", "match", "stop", "error"])
    return written
