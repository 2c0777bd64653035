"""What a condition, a group of them, or an audience answers: sections 2 and 3."""

from reference import dates, facts, flags, operators, segments
from reference.bucketing import ppm, slot
from reference.logic import FALSE, TRUE, Answer, both, either, known, negated, unknown
from reference.values import Unusable, as_list

OPTIONS = {"attribute", "event", "type", "case_sensitive", "on_unset", "zone", "rolling"}


def answer(written, asked, salt):
    """The answer of a condition or a group; `salt` is the stored salt of the item around it."""
    if "all" in written:
        return both(answer(inner, asked, salt) for inner in written["all"])
    if "any" in written:
        return either(answer(inner, asked, salt) for inner in written["any"])
    if "not" in written:
        return negated(answer(written["not"], asked, salt))
    for name in ("segment", "in_segment"):
        if name in written:
            return either(segments.answer(key, asked) for key in as_list(written[name]))
    if "not_in_segment" in written:
        keys = as_list(written["not_in_segment"])
        return negated(either(segments.answer(key, asked) for key in keys))
    if "bucket_between" in written:
        return bucket_between(written, asked)
    if "share" in written:
        return share(written, asked, salt)
    if "variant_is" in written or "variant_is_not" in written:
        return variant(written, asked)
    return comparison(written, asked)


def audience(written, asked, salt):
    """A condition, or several segments at once: section 5."""
    if written is None:
        return TRUE
    if "include" not in written and "exclude" not in written:
        return answer(written, asked, salt)

    def parts():
        if "include" in written:
            found = (segments.answer(key, asked) for key in written["include"]["segments"])
            yield both(found) if written["include"]["mode"] == "all" else either(found)
        if "exclude" in written:
            yield negated(either(segments.answer(key, asked) for key in written["exclude"]))

    return both(parts())


def comparison(written, asked):
    """The answer of a comparison of an attribute or a fact."""
    (operator,) = set(written) - OPTIONS
    ctx, name = asked.ctx, written.get("attribute")
    declared = asked.section("attributes").get(name)
    if isinstance(declared, dict):
        declared = declared["type"]
    if operator == "is_any":
        return TRUE
    if "event" in written:
        name, declared, value = facts.fact(written["event"], ctx)
        if value is facts.NOT_KNOWN:
            return unknown(name)
    else:
        value = ctx.attributes.get(name)
        if ctx.is_unknown(name, ctx.attributes):
            return unknown(name)
    if value is None:
        return unset(operator, written, name)
    kind = operators.type_of(operator, written.get("type"), declared, written[operator])
    try:
        return known(operators.holds(operator, kind, written, value, asked))
    except Unusable:
        return unknown(name)
    except dates.ZoneNotKnown as outcome:
        return unknown(outcome.name)


def unset(operator, written, name):
    """The answer when the attribute is known to have no value: section 2."""
    match written.get("on_unset"):
        case "match":
            return TRUE
        case "no_match":
            return FALSE
        case "unknown":
            return unknown(name)
    return known(operator in operators.NEGATIVE or operator == "is_not_set")


def bucket_between(written, asked):
    """Leanplum's user bucket."""
    low, high = written["bucket_between"]
    salt = f"user_bucket.{asked.workspace.get('key', 'default')}"
    return _slot(written, asked, salt, lambda at: low <= at // 1000 <= high)


def share(written, asked, salt):
    """A share of the units, by the salt of the item around it or its own."""
    salt = f"{written.get('salt', salt)}.share"
    return _slot(written, asked, salt, lambda at: at < ppm(written["share"]))


def _slot(written, asked, salt, meets):
    unit_id, names = asked.unit(written.get("unit", "user"))
    if unit_id is None:
        return unknown(*names) if names else FALSE
    return known(meets(slot(salt, unit_id)))


def variant(written, asked):
    """`variant_is` and `variant_is_not`: section 9."""
    key = written["flag"] if "flag" in written else written["experiment"]
    operator = "variant_is" if "variant_is" in written else "variant_is_not"
    came_out = flags.comes_out(key, asked)
    if isinstance(came_out, Answer):
        return came_out
    asked.on_the_way.append(came_out)
    found = known(came_out.variant in as_list(written[operator]))
    return found if operator == "variant_is" else negated(found)
