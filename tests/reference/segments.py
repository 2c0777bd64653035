"""Segments: section 5."""

import re

from reference import conditions
from reference.logic import FALSE, TRUE, both, either, known, negated, unknown
from reference.member_sets import MemberSet
from reference.question import NANOS

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


def answer(key, asked):
    """NOT(excluded) AND (included OR match)."""
    written = written_out(asked.section("segments")[key], asked)
    match written.get("status", "active"):
        case "draft":
            return unknown(key)
        case "archived":
            return unknown(key, note="SEGMENT_ARCHIVED")
    kind = written.get("unit", "user")

    def listed(ids, others):
        yield member(written.get(ids, []), kind, asked)
        yield from (answer(other, asked) for other in sorted(written.get(others, [])))

    def included():
        yield from listed("include_units", "include")
        yield defined(key, written, asked)

    def parts():
        yield negated(either(listed("exclude_units", "exclude")))
        yield either(included())

    return both(parts())


def written_out(written, asked):
    """A copy as if the conditions of the other segment were written into it."""
    if "copy_of" not in written:
        return written
    other = asked.section("segments")[written["copy_of"]]
    lists = ("include", "exclude", "include_units", "exclude_units")
    both = {name: [*other.get(name, []), *written.get(name, [])] for name in lists}
    return written | both | {"match": other["match"]}


def defined(key, written, asked):
    """What the kind of the segment says."""
    if written.get("kind") == "everyone":
        return TRUE
    if written.get("kind") == "dynamic":
        return evaluated(key, written, asked)
    if "members" in written:
        return member(written["members"], written.get("unit", "user"), asked)
    return conditions.answer(written["match"], asked, written.get("salt", key))


def evaluated(key, written, asked):
    """Who is in it by its query; who has no id is not, whoever is."""
    unit_id, names = asked.unit(written.get("unit", "user"))
    if unit_id is None and not names:
        return FALSE
    given = asked.members.get(key)
    if given is None or given.artifact is None or is_too_old(key, written, asked):
        return unknown(key)
    if unit_id is None:
        return unknown(*names)
    return known(unit_id in MemberSet(given.artifact))


def is_too_old(key, written, asked):
    """Whether its members are older than it allows."""
    age = age_of(key, asked)
    if age is None or "max_age" not in written:
        return False
    count, unit = re.fullmatch(r"(\d+) (\w+?)s?", written["max_age"]).groups()
    return age > int(count) * SECONDS[unit] * NANOS


def age_of(key, asked):
    """Nanoseconds since its query was begun; None: it was not."""
    given = asked.members.get(key)
    if given is None or given.evaluated_at is None:
        return None
    return max(0, asked.ctx.now - given.evaluated_at)


def member_age(key, asked):
    """Whole seconds since its query was begun, of a segment that has members."""
    status = asked.section("segments")[key].get("status", "active")
    age = age_of(key, asked)
    return None if age is None or status in ("draft", "archived") else age // NANOS


def member(ids, kind, asked):
    """Whether the unit is one of the ids; without a unit it is none, or it is not known."""
    if not ids:
        return FALSE
    unit_id, names = asked.unit(kind)
    if unit_id is None:
        return unknown(*names) if names else FALSE
    return known(unit_id in ids)
