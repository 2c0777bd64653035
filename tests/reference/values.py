"""How values are read: strings, numbers and lists of section 3."""

import math
import re
import unicodedata
from fractions import Fraction

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"[+-]?[0-9]+")


class Unusable(Exception):  # noqa: N818 - an outcome, not an error
    """The value cannot be used for the type of the condition: UNKNOWN."""


def rendered(value):
    """A value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)
    raise Unusable


def nfc(text):
    """Unicode's canonical composition."""
    return unicodedata.normalize("NFC", text)


def folded(text, case_sensitive):
    """Text as it is compared: NFC, full case folding, NFC."""
    return nfc(text) if case_sensitive else nfc(nfc(text).casefold())


def number(value):
    """A value as an exact number: digits only are an integer, anything else is a double."""
    if isinstance(value, str):
        text = value.strip()
        if not NUMBER.fullmatch(text):
            raise Unusable
        value = int(text) if INTEGER.fullmatch(text) else float(text)
        if isinstance(value, int) and not -(2**127) <= value < 2**127:
            raise Unusable
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable
    if isinstance(value, float) and not math.isfinite(value):
        raise Unusable
    return Fraction(value)


def as_list(value):
    """What is written as one value or as several, as several."""
    return value if isinstance(value, list) else [value]


def elements(value, case_sensitive):
    """A list as the set of its elements, each rendered whole."""
    if not isinstance(value, list):
        raise Unusable
    return {folded(rendered(element), case_sensitive) for element in value}
