"""Operators, slowly and obviously: written from semantics section 3, not from the engine."""

import math
import re
import unicodedata
from fractions import Fraction

NEGATIVE = {
    "is_not": "is",
    "does_not_contain": "contains",
    "contains_none": "contains_any",
    "does_not_start_with": "starts_with",
    "does_not_end_with": "ends_with",
    "does_not_match": "matches",
    "is_not_between": "is_between",
}
"""Each negative operator and the positive one that it is the complement of."""

ONE_TYPE = {
    "contains_any": "list", "contains_all": "list", "contains_none": "list",
    "starts_with": "string", "does_not_start_with": "string",
    "ends_with": "string", "does_not_end_with": "string",
    "matches": "string", "does_not_match": "string",
    "is_on": "boolean", "is_off": "boolean", "modulo": "number",
}  # fmt: skip

NO_TYPE = {"is_any", "is_set", "is_not_set", "is_empty", "is_not_empty"}

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"[+-]?[0-9]+")


class Unusable(Exception):  # noqa: N818 - an outcome, not an error
    """The value cannot be used for the type of the condition."""


def type_of(operator, own, declared, operand):
    """Where a condition's type comes from; None when it has none."""
    if own or declared:
        return own or declared
    if operator in ONE_TYPE:
        return ONE_TYPE[operator]
    if operator in NO_TYPE or operator in ("contains", "does_not_contain"):
        return None
    while isinstance(operand, list):
        operand = operand[0]
    if isinstance(operand, bool):
        return "boolean"
    return "number" if isinstance(operand, int | float) else "string"


def holds(operator, kind, operand, value, *, case_sensitive=False):
    """Whether a value that is set meets a condition; raises `Unusable`."""
    if operator in NEGATIVE:
        positive = NEGATIVE[operator]
        return not holds(positive, kind, operand, value, case_sensitive=case_sensitive)
    match operator:
        case "is_any" | "is_set":
            return True
        case "is_not_set":
            return False
        case "is_empty":
            return value in ("", []) and isinstance(value, str | list)
        case "is_not_empty":
            return not holds("is_empty", kind, operand, value)
    if kind is None:  # `contains` on an attribute that nobody declared
        kind = "list" if isinstance(value, list) else "string"
    return KINDS[kind](operator, operand, value, case_sensitive)


def _string(operator, operand, value, case_sensitive):
    text, needles = rendered(value), operand if isinstance(operand, list) else [operand]
    if operator == "matches":
        if len(text.encode()) > 4096:
            raise Unusable
        flags = 0 if case_sensitive else re.IGNORECASE
        return any(re.search(nfc(n), nfc(text), flags) for n in needles)
    text = folded(text, case_sensitive)
    compare = {
        "is": text.__eq__,
        "contains": text.__contains__,
        "starts_with": text.startswith,
        "ends_with": text.endswith,
    }[operator]
    return any(compare(folded(rendered(n), case_sensitive)) for n in needles)


def _number(operator, operand, value, _case_sensitive):
    given = number(value)
    if operator == "modulo":
        if given.denominator != 1:
            raise Unusable
        return given.numerator % operand["divisor"] == operand["remainder"]
    if operator == "is_between":
        pairs = operand if isinstance(operand[0], list) else [operand]
        return any(number(low) <= given <= number(high) for low, high in pairs)
    if operator == "is":
        several = operand if isinstance(operand, list) else [operand]
        return any(given == number(n) for n in several)
    limit = number(operand)
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
        return value in (operand if isinstance(operand, list) else [operand])
    return value is (operator == "is_on")


def _list(operator, operand, value, case_sensitive):
    if not isinstance(value, list):
        raise Unusable
    elements = {folded(rendered(element), case_sensitive) for element in value}
    if operator == "is":
        several = operand if isinstance(operand[0], list) else [operand]
        return any(elements == {folded(rendered(e), case_sensitive) for e in s} for s in several)
    several = operand if isinstance(operand, list) else [operand]
    wanted = {folded(rendered(e), case_sensitive) for e in several}
    return wanted <= elements if operator == "contains_all" else bool(wanted & elements)


KINDS = {"string": _string, "number": _number, "boolean": _boolean, "list": _list}


def rendered(value):
    """A value as text; raises `Unusable`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)
    raise Unusable


def number(value):
    """A value as an exact number; raises `Unusable`."""
    if isinstance(value, str):
        text = value.strip()
        if not NUMBER.fullmatch(text):
            raise Unusable
        value = int(text) if INTEGER.fullmatch(text) else float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable
    if isinstance(value, float) and not math.isfinite(value):
        raise Unusable
    return Fraction(value)


def nfc(text):
    """Unicode's canonical composition."""
    return unicodedata.normalize("NFC", text)


def folded(text, case_sensitive):
    """Text as it is compared."""
    return nfc(text) if case_sensitive else nfc(nfc(text).casefold())
