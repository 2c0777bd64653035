"""Random segments of every kind."""

from generators.conditions import condition
from generators.words import KINDS, UNITS, a_few, chance

STATUSES = ["active"] * 9 + ["paused", "draft", "archived"]


def segment(rng, known):
    """A segment that looks only at what is known so far."""
    written = {"unit": rng.choice(KINDS), "status": rng.choice(STATUSES)}
    rules = [key for key, one in known.segments.items() if "match" in one]
    kind = rng.choice(["rule"] * 5 + ["static", "dynamic", "everyone", "copy"])
    if kind == "static":
        written["members"] = a_few(rng, UNITS, 6)
    elif kind == "dynamic":
        written |= {"kind": "dynamic", "query": "q", "exact_ids": chance(rng, 2)}
        if chance(rng, 2):
            written["max_age"] = rng.choice(["1 day", "60 minutes", "4 weeks"])
    elif kind == "everyone":
        written["kind"] = "everyone"
    elif kind == "copy" and rules:
        written["copy_of"] = rng.choice(rules)
        written["unit"] = known.segments[written["copy_of"]]["unit"]
    else:
        written["match"] = condition(rng, known)
    for name in ("include_units", "exclude_units"):
        if chance(rng, 6):
            written[name] = a_few(rng, UNITS, 4)
    for name in ("include", "exclude"):
        if known.segments and chance(rng, 6):
            written[name] = a_few(rng, list(known.segments))
    return written
