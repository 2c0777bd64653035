"""Wall-clock times of a recurrence rule, found quickly wherever in time one looks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from dateutil.parser import parse
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrule, rrulestr

_CYCLE = 400
"""After so many years the calendar is the same, weekdays included."""
_STEPS = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}


class Recurrence:
    """The times of a rule.

    Args:
        rule: As `turnout.compiler.schedules` reads it, for example `FREQ=DAILY;BYHOUR=3`.
        first: When it begins, by the wall clock.
    """

    def __init__(self, rule: str, first: datetime) -> None:
        parts = dict(part.split("=", 1) for part in rule.split(";"))
        self._first = first
        self._until = _end(parts.pop("UNTIL", None))
        self._rule = ";".join(f"{name}={value}" for name, value in parts.items())
        # From the first time on it could be millions; but a count has to be counted.
        step = None if "COUNT" in parts else _STEPS.get(parts["FREQ"])
        self._step = step and step * int(parts.get("INTERVAL", "1"))

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Gives wall-clock times later than one, in order; all of them without a zone."""
        first = self._first
        if self._step is not None and moment > first:
            first += max(0, (moment - first) // self._step - 1) * self._step
        # dateutil looks for a next time until the year 9999, for seconds where there is none; the
        # calendar of then is that of now.
        cycles = (9999 - max(first.year, moment.year)) // _CYCLE
        shift = relativedelta(years=_CYCLE * cycles)
        rule = rrulestr(self._rule, dtstart=first + shift)
        assert isinstance(rule, rrule)  # noqa: S101 - of one line
        times = (time - shift for time in rule.xafter(moment + shift))
        until = self._until
        return times if until is None else takewhile(lambda time: time <= until, times)


def _end(until: str | None) -> datetime | None:
    if until is None:
        return None
    # A date is meant with all of its day.
    return parse(until) + (timedelta(0) if "T" in until else timedelta(days=1, microseconds=-1))
