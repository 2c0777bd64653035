"""Random segments of every kind."""

from generators.conditions import condition
from generators.words import KINDS, UNITS, a_few, chance

STATUSES = ["active"] * 9 + ["paused", "draft", "archived"]


def segment(rng, known):
    """A segment that looks only at what is known so far."""
    written = {"unit": rng.choice(KINDS), "status": rng.choice(STATUSES)}
    rules = [key for key, one in known.segments.items() if "match" in one]
    kind = rng.choice(["rule"] * 5 + ["static", "everyone", "copy"])
    if kind == "static":
        written["members"] = a_few(rng, UNITS, 6)
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
