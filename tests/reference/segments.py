"""Segments: section 5."""

from reference import conditions
from reference.logic import FALSE, TRUE, both, either, known, negated, unknown


def answer(key, asked):
    """NOT(excluded) AND (included OR match)."""
    written = asked.section("segments")[key]
    match written.get("status", "active"):
        case "draft":
            return unknown(key)
        case "archived":
            return unknown(key, note="SEGMENT_ARCHIVED")
    kind = written.get("unit", "user")

    def listed(ids, others):
        yield member(written.get(ids, []), kind, asked)
        yield from (answer(other, asked) for other in written.get(others, []))

    excluded = either(listed("exclude_units", "exclude"))
    included = either([*listed("include_units", "include"), defined(key, written, asked)])
    return both([negated(excluded), included])


def defined(key, written, asked):
    """What the kind of the segment says."""
    if written.get("kind") == "everyone":
        return TRUE
    if "members" in written:
        return member(written["members"], written.get("unit", "user"), asked)
    if "copy_of" in written:
        copied = asked.section("segments")[written["copy_of"]]
        return defined(key, copied | {"salt": written.get("salt", key)}, asked)
    return conditions.answer(written["match"], asked, written.get("salt", key))


def member(ids, kind, asked):
    """Whether the unit is one of the ids; without a unit it is none, or it is not known."""
    if not ids:
        return FALSE
    unit_id, names = asked.unit(kind)
    if unit_id is None:
        return unknown(*names) if names else FALSE
    return known(unit_id in ids)
