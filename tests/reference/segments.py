"""Segments: section 5."""

from reference import conditions
from reference.logic import FALSE, TRUE, both, either, known, negated, unknown


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
    if "members" in written:
        return member(written["members"], written.get("unit", "user"), asked)
    return conditions.answer(written["match"], asked, written.get("salt", key))


def member(ids, kind, asked):
    """Whether the unit is one of the ids; without a unit it is none, or it is not known."""
    if not ids:
        return FALSE
    unit_id, names = asked.unit(kind)
    if unit_id is None:
        return unknown(*names) if names else FALSE
    return known(unit_id in ids)
