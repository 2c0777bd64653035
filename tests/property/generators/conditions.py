"""Random conditions on everything that there is."""

from generators import dates
from generators.words import (
    ATTRIBUTES,
    KINDS,
    NETWORKS,
    NUMBERS,
    PERCENTS,
    PLACES,
    VERSIONS,
    WORDS,
    ZONES,
    a_few,
    chance,
    percent,
    some,
)  # fmt: skip
from reference import operators
from reference.versions import version

STRINGS = [
    "is", "is_not", "contains", "does_not_contain", "starts_with", "does_not_start_with",
    "ends_with", "does_not_end_with",
]  # fmt: skip
ORDERING = ["is_greater_than", "is_less_than", "is_at_least", "is_at_most"]
BETWEEN = ["is_between", "is_not_between"]
DATES = [
    "is_after", "is_before", "is_since", "is_until", "is_not_after", "is_not_before", "is_past",
    "is_prior_to", "is_on_date",
]  # fmt: skip
EMPTY = ["is_empty", "is_not_empty"]
NO_OPERAND = ["is_any", "is_set", "is_not_set", "is_empty", "is_not_empty"]


def table(*rows):
    """Operators that take the same operands, in one mapping."""
    return {name: draw for names, draw in rows for name in names}


def between(options, key=None):
    """Draws one pair in order, or several."""

    def draw(rng):
        pairs = [sorted(rng.choices(options, k=2), key=key) for _ in range(rng.randint(1, 2))]
        return pairs if len(pairs) > 1 or chance(rng, 2) else pairs[0]

    return draw


def several(options):
    """Draws one operand, or a list of them."""
    return lambda rng: some(rng, options)


def one(options):
    """Draws one operand."""
    return lambda rng: rng.choice(options)


def modulo(rng):
    """A remainder that there can be."""
    divisor = rng.randint(1, 9)
    return {"divisor": divisor, "remainder": rng.randrange(divisor)}


def circle(rng):
    """A place and a distance around it."""
    lat, lon = rng.choice(PLACES)
    return {"lat": lat, "lon": lon, "km": rng.choice([0.0, 1, 20.5, 9000.0])}


OPERANDS = {
    "string": table(
        (STRINGS, several(WORDS)),
        (["matches", "does_not_match"], one(["^g", "l", "^4.$", "d$"])),
    ),
    "number": table(
        (["is", "is_not"], several(NUMBERS)),
        (ORDERING, one(NUMBERS)),
        (BETWEEN, between(NUMBERS)),
        (["modulo"], modulo),
    ),
    "boolean": table(
        (["is", "is_not"], several([True, False])),
        (["is_on", "is_off"], one([True])),
    ),
    "list": table(
        (["is", "is_not", "contains_any", "contains_all", "contains_none"],
         lambda rng: rng.choices(WORDS, k=rng.randint(1, 3))),
        (["contains", "does_not_contain"], several(WORDS)),
    ),
    "datetime": table((DATES, dates.literal), (BETWEEN, dates.pair)),
    "version": table(
        (["is", "is_not"], several(VERSIONS)),
        (ORDERING, one(VERSIONS)),
        (BETWEEN, between(VERSIONS, key=version)),
    ),
    "ip": table((["is_in_cidr", "is_not_in_cidr"], several(NETWORKS))),
    "geo": table((["is_within"], circle)),
    None: table((NO_OPERAND, one([True])), (["contains", "does_not_contain"], several(WORDS))),
}  # fmt: skip


def condition(rng, known, depth=2):
    """A condition or a group, on what is known so far."""
    if depth and chance(rng, 3):
        group = rng.choice(["all", "any", "not"])
        if group == "not":
            return {"not": condition(rng, known, depth - 1)}
        return {group: [condition(rng, known, depth - 1) for _ in range(rng.randint(1, 3))]}
    leaves = [comparison] * 4 + [bucket, share, fact]
    leaves += [segment] * 3 if known.segments else []
    leaves += [variant] * 2 if known.items else []
    return rng.choice(leaves)(rng, known)


def comparison(rng, known):
    """An attribute, an operator and an operand, with options."""
    kind = rng.choice([*OPERANDS, "datetime", "datetime"])
    operator = rng.choice(list(OPERANDS[kind]))
    draw = OPERANDS[kind][operator]
    operand = draw if kind == "datetime" else lambda rng, _: draw(rng)
    name = "count" if operator in EMPTY and chance(rng, 3) else rng.choice(ATTRIBUTES[kind])
    written = {"attribute": name, operator: operand(rng, known.zone)}
    implied = operators.type_of(operator, None, known.schema.get(name), written[operator])
    if kind and ((implied or "").partition("(")[0] != kind or chance(rng, 4)):
        written["type"] = kind
    if operator not in ("is_any", "is_set", "is_not_set") and chance(rng, 4):
        written["on_unset"] = rng.choice(["match", "no_match", "unknown"])
    if kind in ("string", "list") and chance(rng, 4):
        written["case_sensitive"] = True
    if kind == "datetime" and chance(rng, 2):
        written["zone"] = rng.choice(["app", "user", "user", *ZONES])
    if operator in ("is_since", "is_before") and chance(rng, 4):
        written |= {operator: dates.rolling(rng), "rolling": True}
    return written


def bucket(rng, _known):
    """Some of the thousand buckets of a user."""
    pair = sorted([rng.randrange(1000), rng.randrange(1000)])
    return {"bucket_between": pair, "unit": rng.choice(KINDS)}


def share(rng, _known):
    """A share of the units."""
    return {"share": percent(rng.choice(PERCENTS)), "unit": rng.choice(KINDS)}


def fact(rng, known):
    """A fact about behaviour."""
    measure = rng.choice(["count", "sum", "min", "avg", "first_at", "last_at"])
    event = {measure: "purchase"}
    if measure in ("sum", "min", "avg"):
        event["property"] = "price"
    if chance(rng, 2):
        event |= {"window": rng.choice(["last 30 days", "last 1 day"]), "rolling": chance(rng, 2)}
    if chance(rng, 4):
        event["where"] = {"plan": "pro", "items": 2}
    if measure in ("first_at", "last_at"):
        return {"event": event, "is_since": dates.literal(rng, known.zone)}
    operator = rng.choice(["is", "is_at_least", "is_not", "is_set", "is_less_than"])
    return {"event": event, operator: True if operator == "is_set" else rng.choice(NUMBERS)}


def segment(rng, known):
    """In a segment, or not."""
    return {rng.choice(["segment", "not_in_segment"]): rng.choice(list(known.segments))}


def variant(rng, known):
    """What another item must come out as."""
    kind, key, variants = rng.choice(known.items)
    names = rng.choice(variants) if chance(rng, 2) else a_few(rng, variants)
    return {kind: key, rng.choice(["variant_is", "variant_is_not"]): names}


def audience(rng, known):
    """A condition, or several segments at once."""
    if not known.segments or chance(rng, 2):
        return condition(rng, known)
    keys = list(known.segments)
    written = {"include": {"mode": rng.choice(["all", "any"]), "segments": a_few(rng, keys)}}
    if chance(rng, 2):
        written["exclude"] = a_few(rng, keys)
    return written
