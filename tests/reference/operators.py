"""Operators: section 3."""

import re
from datetime import UTC

from reference import dates, networks, places, values, versions
from reference.values import Unusable, as_list, elements, folded, number, rendered

NEGATIVE = {
    "is_not": "is",
    "does_not_contain": "contains",
    "contains_none": "contains_any",
    "does_not_start_with": "starts_with",
    "does_not_end_with": "ends_with",
    "does_not_match": "matches",
    "is_not_between": "is_between",
    "is_not_in_cidr": "is_in_cidr",
}
"""Each negative operator on an attribute, and the positive one that it is the complement of."""

ALIASES = {"is_past": "is_after", "is_prior_to": "is_before"}

ONE_TYPE = {
    "contains_any": "list", "contains_all": "list", "contains_none": "list",
    "starts_with": "string", "does_not_start_with": "string",
    "ends_with": "string", "does_not_end_with": "string",
    "matches": "string", "does_not_match": "string",
    "is_on": "boolean", "is_off": "boolean", "modulo": "number",
    "is_after": "datetime", "is_before": "datetime", "is_since": "datetime",
    "is_until": "datetime", "is_not_after": "datetime", "is_not_before": "datetime",
    "is_past": "datetime", "is_prior_to": "datetime", "is_on_date": "datetime",
    "is_in_cidr": "ip", "is_not_in_cidr": "ip", "is_within": "geo",
}  # fmt: skip

NO_TYPE = {"is_any", "is_set", "is_not_set", "is_empty", "is_not_empty"}
ORDERING = {"is_greater_than", "is_less_than", "is_at_least", "is_at_most"}


def type_of(operator, own, declared, operand):
    """Where a condition's type comes from; None when it has none."""
    if operator in NO_TYPE:
        return (own or declared) if operator in ("is_empty", "is_not_empty") else None
    if own or declared:
        return own or declared
    if operator in ONE_TYPE:
        return ONE_TYPE[operator]
    if operator in ("contains", "does_not_contain"):
        return None
    while isinstance(operand, list):
        operand = operand[0]
    if isinstance(operand, bool):
        return "boolean"
    if isinstance(operand, int | float):
        return "number"
    if operator in ORDERING:
        return "version"
    if operator in ("is_between", "is_not_between"):
        return "datetime" if dates.is_literal(operand) else "version"
    return "string"


def holds(operator, kind, written, value, asked):
    """Whether a value that is set meets a condition.

    Raises:
        Unusable: The value cannot be used for the type.
    """
    operator = ALIASES.get(operator, operator)
    match operator:
        case "is_any" | "is_set":
            return True
        case "is_not_set":
            return False
        case "is_empty" | "is_not_empty":
            return is_empty(kind, value) is (operator == "is_empty")
    operand = written.get(operator, written.get(_written(operator, written)))
    if kind is None:  # `contains` on an attribute that nobody declared
        kind = "list" if isinstance(value, list) else "string"
    kind, _, unit = kind.partition("(")
    positive = NEGATIVE.get(operator, operator)
    if kind == "datetime":
        truth = _datetime(positive, operand, value, written, unit.removesuffix(")") or None, asked)
    else:
        truth = KINDS[kind](positive, operand, value, written.get("case_sensitive", False))
    return truth if operator == positive else not truth


def is_empty(kind, value):
    """Text or a list without anything in it; a number or a boolean never is."""
    match kind:
        case "number":
            number(value)
        case "boolean" if not isinstance(value, bool):
            raise Unusable
        case "list" if not isinstance(value, list):
            raise Unusable
        case "string":
            return rendered(value) == ""
    return isinstance(value, str | list) and not value


def _written(operator, written):
    """The alias that stands for an operator."""
    return next((a for a, meant in ALIASES.items() if meant == operator and a in written), operator)


def _string(operator, operand, value, case_sensitive):
    text, needles = rendered(value), as_list(operand)
    if operator == "matches":
        if len(values.nfc(text).encode()) > 4096:
            raise Unusable
        flags = 0 if case_sensitive else re.IGNORECASE
        patterns = [re.compile(values.nfc(needle), flags) for needle in needles]
        return any(_searched(pattern, values.nfc(text)) for pattern in patterns)
    text = folded(text, case_sensitive)
    compare = {
        "is": text.__eq__,
        "contains": text.__contains__,
        "starts_with": text.startswith,
        "ends_with": text.endswith,
    }[operator]
    return any(compare(folded(rendered(needle), case_sensitive)) for needle in needles)


def _searched(pattern, text):
    """`$` is the end of the text here, and not before a newline that ends it."""
    anchored = re.compile(pattern.pattern.replace("$", r"\Z"), pattern.flags)
    return anchored.search(text) is not None


def _number(operator, operand, value, _case_sensitive):
    given = number(value)
    if operator == "modulo":
        if given.denominator != 1:
            raise Unusable
        return given.numerator % operand["divisor"] == operand["remainder"]
    return _compared(operator, operand, given, number)


def _version(operator, operand, value, _case_sensitive):
    return _compared(operator, operand, versions.version(value), versions.version)


def _compared(operator, operand, given, read):
    """The operators of whatever has an order."""
    if operator == "is_between":
        pairs = [operand] if operand and not isinstance(operand[0], list) else operand
        return any(read(low) <= given <= read(high) for low, high in pairs)
    if operator == "is":
        return any(given == read(one) for one in as_list(operand))
    limit = read(operand)
    return {
        "is_greater_than": given > limit,
        "is_less_than": given < limit,
        "is_at_least": given >= limit,
        "is_at_most": given <= limit,
    }[operator]


def _boolean(operator, operand, value, _case_sensitive):
    if not isinstance(value, bool):
        raise Unusable
    if operator == "is":
        return value in as_list(operand)
    return value is (operator == "is_on")


def _list(operator, operand, value, case_sensitive):
    given = elements(value, case_sensitive)
    if operator == "is":
        several = operand if operand and isinstance(operand[0], list) else [operand]
        return any(given == elements(one, case_sensitive) for one in several)
    wanted = elements(as_list(operand), case_sensitive)
    return wanted <= given if operator == "contains_all" else bool(wanted & given)


def _datetime(operator, operand, value, written, unit, asked):
    now, rolling = asked.ctx.now, written.get("rolling", False)
    zone = UTC
    dates.attribute(value, unit, zone)
    if _needs_zone(operator, operand, value, now, rolling):
        zone = dates.zone_of(written, asked)
    given = dates.attribute(value, unit, zone)

    def read(text):
        return dates.moment(text, now, zone, rolling=rolling)

    if operator == "is_on_date":
        days = [dates.day(one, now, zone) for one in as_list(operand)]
        return any(start <= given < end for start, end in days)
    if operator == "is_between":
        return _compared(operator, operand, given, read)
    limit = read(operand)
    return {
        "is_after": given > limit,
        "is_before": given < limit,
        "is_since": given >= limit,
        "is_until": given <= limit,
        "is_not_after": given <= limit,
        "is_not_before": given >= limit,
    }[operator]


def _needs_zone(operator, operand, value, now, rolling):
    """Whether the zone matters: a day, a date or a time of day in it is compared."""
    read = [dates.read(text, now, UTC, rolling=rolling) for text in flat(operand)]
    exact = all(isinstance(one, dates.Exact) for one in read)
    return operator == "is_on_date" or dates.is_naive(value) or not exact


def flat(operand):
    """The operands, also those of pairs."""
    return [one for part in as_list(operand) for one in as_list(part)]


def _ip(_operator, operand, value, _case_sensitive):
    return any(networks.inside(value, network) for network in as_list(operand))


def _geo(_operator, operand, value, _case_sensitive):
    return any(places.within(value, circle) for circle in as_list(operand))


KINDS = {
    "string": _string, "number": _number, "boolean": _boolean, "list": _list,
    "version": _version, "ip": _ip, "geo": _geo,
}  # fmt: skip
