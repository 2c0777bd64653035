"""Spans of time as documents write them."""

import re

from turnout.documents.problem import clip

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_WORDS = re.compile(r"([0-9]{1,9}) *(second|minute|hour|day|week)s?", re.IGNORECASE)
_ISO = re.compile(
    r"P(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
_ISO_UNITS = ("week", "day", "hour", "minute", "second")
_LONGEST = 100 * 366 * 86_400
_EXAMPLE = "write it as in `30 days`, `12 hours` or `P30D`"


def read_duration(text: str) -> int:
    """Reads `30 days`, `12 hours` or an ISO 8601 duration as seconds.

    A day has 24 hours. Months and years have no length of their own, and are refused.

    Raises:
        ValueError: It is no such text, is empty or over 100 years.

    Example:
        >>> read_duration("30 days"), read_duration("P1DT12H")
        (2592000, 129600)
    """
    seconds = _read(text)
    if seconds is None:
        raise ValueError(f"`{clip(text)}` is no span of time: {_EXAMPLE}")
    if not 0 < seconds <= _LONGEST:
        raise ValueError(f"`{clip(text)}` is not between 1 second and 100 years: {_EXAMPLE}")
    return seconds


def _read(text: str) -> int | None:
    if words := _WORDS.fullmatch(text):
        return int(words[1]) * _SECONDS[words[2].lower()]
    iso = _ISO.fullmatch(text)
    if iso is None or text[-1] in "PT":
        return None
    return sum(
        int(count or 0) * _SECONDS[unit]
        for count, unit in zip(iso.groups(), _ISO_UNITS, strict=True)
    )
