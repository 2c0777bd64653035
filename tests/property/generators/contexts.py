"""Random contexts that know little, or something near the edges of what a document asks."""

import math
from datetime import UTC, datetime, timedelta

from generators import dates
from generators.dates import STEPS
from generators.words import (
    ADDRESSES,
    ATTRIBUTES,
    KINDS,
    LOOSE,
    NAMES,
    NO_ADDRESSES,
    NO_PLACES,
    NO_VERSIONS,
    NO_ZONES,
    NUMBERS,
    PLACES,
    UNITS,
    VERSIONS,
    WORDS,
    ZONES,
    a_few,
    chance,
    scalar,
)  # fmt: skip
from reference import dates as literals
from reference import facts
from reference.conditions import OPTIONS
from reference.operators import flat
from reference.question import NANOS, Ctx, Question, Record

VALUES = {
    "string": [*WORDS, *LOOSE],
    "number": [*NUMBERS, *LOOSE],
    "boolean": [True, False, 1, "true", None],
    "datetime": [
        "2016-06-23", "06/23/2016", "1466578800", "not a date", True, 10**11, -5, 0.5,
        "2016-03-13 02:30:00", "2016-11-06T01:30:00", "2016-02-30", "2016-06-23T25:00:00",
        "2016-06-23T12:00:00,5+02", "2016-12-31T23:59:60Z", "2016-W25-4", "2016-06-23T24:00",
        "2016-06-23T12:00:00.1234567890Z",
    ],
    "version": [*VERSIONS, *NO_VERSIONS, 6, 6.0, 5.5, True],
    "ip": [*ADDRESSES, *NO_ADDRESSES],
    "geo": [
        *[f"{lat},{lon}" for lat, lon in PLACES],
        *[list(place) for place in PLACES],
        *[{"lat": lat, "lon": lon} for lat, lon in PLACES],
        *NO_PLACES,
    ],
}  # fmt: skip
KIND_OF = {name: kind for kind, names in ATTRIBUTES.items() for name in names if kind}


def context(rng, documents):
    """What a request knows that asks these documents."""
    now = dates.moment(rng, documents["workspace"]["timezone"])
    near = edges(documents, now)
    names = rng.sample(NAMES, rng.randint(0, len(NAMES)))
    attributes = {name: value_of(rng, name, near.get(name)) for name in names}
    add_zone(rng, attributes)
    for name in near:
        if name.startswith("event.") and chance(rng, 2):
            attributes[name] = rng.choice([*near[name], None, "x"])
    units = {kind: rng.choice(UNITS) for kind in KINDS if not chance(rng, 4)}
    absent = [name for name in [*NAMES, *KINDS, *near] if name not in attributes | units]
    return Ctx(
        units=units,
        attributes=attributes,
        unknown=frozenset(a_few(rng, absent) if absent and chance(rng, 2) else []),
        partial=chance(rng, 4),
        now=now,
        events_reached=chance(rng, 2),
        records=records(rng, documents["experiments"], units, now),
    )


def value_of(rng, name, near):
    """A value of an attribute: mostly near an edge, or of its kind, or of any kind."""
    if near and not chance(rng, 3):
        return rng.choice(near)
    if chance(rng, 8):
        return scalar(rng)
    kind = KIND_OF[name]
    if kind in VALUES:
        return rng.choice(VALUES[kind])
    return [scalar(rng) for _ in range(rng.randint(0, 3))]


def add_zone(rng, attributes):
    """The zone of the unit, by a name, by an offset, or in vain."""
    if chance(rng, 2):
        attributes["user.timezone"] = rng.choice([*ZONES, *NO_ZONES])
    if chance(rng, 3):
        offsets = [-25_200, 19_800, "3600", 0.5, 10**9, "x", None]
        attributes["user.timezone_offset_seconds"] = rng.choice(offsets)


def records(rng, experiments, units, now):
    """Assignments of the units that ask: of now and before, valid and not."""
    kept = {}
    for key, written in experiments.items():
        for kind, unit_id in units.items():
            if chance(rng, 2):
                epoch = rng.choice([written.get("epoch", 1)] * 4 + [0, 1, 2])
                age = rng.choice([0, 3600, 86_400, 30 * 86_400]) * NANOS
                at = now - age + rng.choice(STEPS)
                variant = rng.choice(["a", "b", "c", "c", "gone"])
                kept[key, epoch, kind, unit_id] = Record(variant, at)
    return kept


def edges(documents, now):
    """Values at the edges of the operands, by the attribute that they are compared with."""
    found = {}
    asked = Question(documents, Ctx(now=now))
    for written in comparisons_in(documents):
        (operator,) = set(written) - OPTIONS
        if "event" in written:
            (measure,) = set(written["event"]) & set(facts.AGGREGATES)
            name = facts.canonical_name(measure, written["event"])
        else:
            name = written["attribute"]
        values = found.setdefault(name, [])
        for operand in flat(written[operator]):
            values += edges_of(operand, written, asked)
    return {name: values for name, values in found.items() if values}


def comparisons_in(written):
    """Every comparison of a document, wherever it stands."""
    if isinstance(written, dict):
        if "attribute" in written or "event" in written:
            yield written
        else:
            for part in written.values():
                yield from comparisons_in(part)
    elif isinstance(written, list):
        for part in written:
            yield from comparisons_in(part)


def edges_of(operand, written, asked):
    """The operand, and what is just beside it."""
    if isinstance(operand, bool | dict):
        return []
    if isinstance(operand, int | float):
        around = [
            operand,
            operand + 1,
            operand - 1,
            math.nextafter(operand, math.inf),
            str(operand),
        ]
        return [n for n in around if isinstance(n, float | str) or -(2**63) <= n < 2**63]
    if literals.is_literal(operand):
        return edges_of_moment(operand, written, asked)
    return [operand, f"{operand} ", operand.upper()]


def edges_of_moment(literal, written, asked):
    """The instant, what is just beside it, and the ways to say it."""
    zone = literals.zone_of(written, asked) or literals.zone_of({}, asked)
    at = literals.moment(literal, asked.ctx.now, zone, rolling=written.get("rolling", False))
    found = []
    for step in (0, -1, 1, -NANOS, NANOS):
        seconds, nanos = divmod(at + step, NANOS)
        whole = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        if not 1900 < whole.year < 2100:
            continue
        found.append(f"{whole:%Y-%m-%dT%H:%M:%S}.{nanos:09}Z")
        local = whole.astimezone(zone)
        found.append(f"{local:%Y-%m-%d %H:%M:%S}.{nanos:09}")
        if nanos % 1000 == 0:
            found.append(whole + timedelta(microseconds=nanos // 1000))
        if nanos == 0:
            found += [seconds, seconds * 1000, f"{local:%Y-%m-%d}"]
    return found
