"""Random documents that always compile."""

from dataclasses import dataclass, field

from generators.experiments import VARIANTS, experiment, holdout, layer, scope
from generators.flags import flag
from generators.segments import segment
from generators.words import ZONES, chance

SCHEMAS = {
    "seen": ["datetime", "datetime(s)", "datetime(ms)"],
    "joined": ["datetime"],
    "count": ["number"],
    "app": ["version"],
    "address": ["ip"],
    "place": ["geo"],
}


@dataclass
class Known:
    """What is written so far, for what comes after it to refer to."""

    schema: dict
    zone: str
    """The workspace's."""
    segments: dict = field(default_factory=dict)
    items: list = field(default_factory=list)
    """(kind, key, variants)"""


def catalogue(rng):
    """A whole document; everything looks only at what stands before it."""
    zone = rng.choice(ZONES)
    schema = {name: rng.choice(types) for name, types in SCHEMAS.items() if chance(rng, 3)}
    known, experiments, flags = Known(schema, zone), {}, {}
    add_segments(rng, known)
    holdouts = {"h": holdout(rng, known)} if chance(rng, 3) else {}
    for _ in range(2):
        add_segments(rng, known)
        for _ in range(rng.randint(0, 2)):
            key = f"e{len(experiments)}"
            experiments[key] = experiment(rng, known)
            known.items.append(("experiment", key, VARIANTS))
        key = f"f{len(flags)}"
        flags[key] = flag(rng, known)
        known.items.append(("flag", key, VARIANTS))
    for drawn in holdouts.values():
        drawn["scope"] = scope(rng, list(experiments))
    layers = {}
    if chance(rng, 2):
        drawn = layer(rng, experiments)
        for key in drawn["allocations"]:
            experiments[key]["layer"] = "l"
            layers["l"] = drawn
    return {
        "workspace": {"timezone": zone},
        "attributes": schema,
        "queries": {"q": {"sql": "select unit_id from t"}},
        "segments": known.segments,
        "experiments": experiments,
        "flags": flags,
        "holdouts": holdouts,
        "layers": layers,
    }


def add_segments(rng, known):
    """None, one or two."""
    for _ in range(rng.randint(0, 2)):
        known.segments[f"s{len(known.segments)}"] = segment(rng, known)
