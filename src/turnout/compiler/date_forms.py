"""The right form of a date that is written in another one."""

import re
from datetime import date

from turnout.documents.problem import clip

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBERS = {
    word: number for number, month in enumerate(_MONTHS, start=1) for word in (month, month[:3])
} | {"sept": 9}
_YEAR = r"(?P<year>[0-9]{4})"
_NUMBER = r"(?P<month>[0-9]{1,2})"
_WORD = rf"(?P<word>{'|'.join(_MONTH_NUMBERS)})\.?"
_DAY = r"(?P<day>[0-9]{1,2})"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?"
_NO_MONTH = r"(?P<day>1[3-9]|[23][0-9])"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_NTH}[ -]{_WORD},?[ -]{_YEAR}",
        rf"{_WORD} {_NTH},? {_YEAR}",
        rf"{_YEAR}[ -]{_WORD}[ -]{_DAY}",
        rf"{_YEAR}[/.-]{_NUMBER}[/.-]{_DAY}",
        rf"{_NO_MONTH}[/.-]{_NUMBER}[/.-]{_YEAR}",
        rf"{_NUMBER}[.-]{_NO_MONTH}[.-]{_YEAR}",
    )
)


def no_date(written: str) -> str | None:
    """How to write the day that a refused text can only mean; None where that is not certain.

    Example:
        >>> no_date("5 March 1990")
        '`5 March 1990` is no date: write `1990-03-05`'
    """
    day = _meant(written)
    return f"`{clip(written)}` is no date: write `{day}`" if day else None


def _meant(written: str) -> str | None:
    text = " ".join(written.lower().split())
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _day(**match.groupdict())
    return None


def _day(*, year: str, day: str, month: str = "", word: str = "") -> str | None:
    number = int(month) if month else _MONTH_NUMBERS[word]
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None  # no calendar has it
