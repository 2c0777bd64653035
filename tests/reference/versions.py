"""Versions: section 3."""

import re

from reference.values import Unusable

VERSION = re.compile(
    r"[vV]?([0-9]+(?:\.[0-9]+)*)"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def version(value):
    """A value as something that sorts as SemVer 2.0 does; the build is ignored.

    A missing numeric part is 0, so zeros at the end say nothing.
    """
    match = VERSION.fullmatch(_text(value))
    if match is None:
        raise Unusable
    parts = [int(part) for part in match[1].split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    if match[2] is None:
        return parts, 1, []
    return parts, 0, [_identifier(part) for part in match[2].split(".")]


def fits(text):
    """Whether text is a version."""
    return VERSION.fullmatch(text.strip(" ")) is not None


def _text(value):
    if isinstance(value, str):
        return value.strip(" ")
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise Unusable
    return str(int(value))


def _identifier(text):
    """Numeric identifiers by value and before the others, those in ASCII order."""
    return (0, int(text), "") if text.isdigit() else (1, 0, text)
