"""Wall-clock times of an iCalendar recurrence rule (RFC 5545), without end or by its end."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrule, rrulestr

from turnout.compiler.zones import zone_fault
from turnout.segments.failures import BadSchedule

_EXAMPLE = "for example `FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=6`"
_START = datetime(2001, 1, 1)  # noqa: DTZ001 - wall-clock time; a Monday, and the first of a year
_CYCLE = 400
"""After so many years the calendar is the same, weekdays included."""
_LAST_START = 2399
_MOST_INTERVAL = 10_000
_MOST_COUNT = 10_000
_RANGES = {"BYHOUR": 23, "BYMINUTE": 59, "BYSECOND": 59}
_STEPS = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_SHORT = frozenset({"MINUTELY", "HOURLY"})
_MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


class Recurrence:
    """The times of a rule.

    Args:
        text: `RRULE:…` or only its parts, and `DTSTART…:…` before it if the start matters.
        zone: Whose wall clock it goes by unless `DTSTART` says another.

    Raises:
        BadSchedule: It cannot be read.
    """

    def __init__(self, text: str, zone: str) -> None:
        self.zone = zone
        """Whose wall clock the times are of."""
        lines = text.split()
        head = [line for line in lines if line.upper().startswith("DTSTART")]
        rules = [line for line in lines if line not in head]
        if len(rules) != 1 or len(head) > 1 or not _is_rule(rules[0]):
            raise BadSchedule(
                f"`{text}` is no recurrence rule: one `RRULE`, and one `DTSTART` before it at most,"
                f" {_EXAMPLE}"
            )
        start = self._start(head[0]) if head else None
        self._parts = _parts(rules[0])
        self._check(has_start=start is not None)
        self._first = start or _START
        self._until = self._read_until()
        self._rule(self._first)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Gives wall-clock times later than one, in order; both without a zone."""
        first = self._first
        step = _STEPS.get(self._parts["FREQ"])
        if step is not None and "COUNT" not in self._parts and moment > first:
            # From a start near by: from the first one on it could be millions of times.
            step *= int(self._parts.get("INTERVAL", "1"))
            first += max(0, (moment - first) // step - 1) * step
        # dateutil looks for a next time until the year 9999; the calendar of then is that of now.
        cycles = (9999 - max(first.year, moment.year)) // _CYCLE
        shift = relativedelta(years=_CYCLE * cycles)
        times = self._rule(first + shift).xafter(moment + shift)
        back = (time - shift for time in times)
        if self._until is None:
            return back
        until = self._until
        return takewhile(lambda time: time <= until, back)

    def _rule(self, first: datetime) -> rrule:
        parts = {name: value for name, value in self._parts.items() if name != "UNTIL"}
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        try:
            rule = rrulestr(text, dtstart=first)
        except (ValueError, TypeError, IndexError, KeyError) as error:
            raise BadSchedule(
                f"`{text}` is no recurrence rule: {_lower(error)}; {_EXAMPLE}"
            ) from None
        assert isinstance(rule, rrule)  # noqa: S101 - one line gives one rule
        return rule

    def _check(self, *, has_start: bool) -> None:
        parts = self._parts
        if (frequency := parts.get("FREQ", "")) not in {*_STEPS, "MONTHLY", "YEARLY"}:
            raise BadSchedule(
                f"`FREQ={frequency}` is none of `MINUTELY`, `HOURLY`, `DAILY`, `WEEKLY`, `MONTHLY`"
                f" and `YEARLY`: {_EXAMPLE}"
            )
        _whole(parts, "INTERVAL", 1, _MOST_INTERVAL)
        _whole(parts, "COUNT", 1, _MOST_COUNT)
        for name, most in _RANGES.items():
            for value in parts.get(name, "0").split(","):
                _whole({name: value}, name, 0, most)
        if "," in parts.get("BYSECOND", ""):
            raise BadSchedule("`BYSECOND` has one second: once a minute is the most")
        if "COUNT" in parts and not has_start:
            raise BadSchedule("`COUNT` counts from a `DTSTART`: write one before the `RRULE`")
        if "BYSETPOS" in parts and frequency in _SHORT:
            raise BadSchedule(f"`BYSETPOS` means nothing with `FREQ={frequency}`")

    def _start(self, line: str) -> datetime:
        name, _, value = line.partition(":")
        moment = _MOMENT.fullmatch(value.upper())
        if moment is None or name.count(";") > 1:
            raise BadSchedule(f"`{line}` is no start: write `DTSTART:20260105T060000`")
        if ";" in name:
            self._take_zone(line, name.partition(";")[2])
        if moment[3]:
            self.zone = "UTC"
        start = _moment(line, moment)
        if not _START.year - 100 < start.year <= _LAST_START:
            raise BadSchedule(
                f"`{line}` starts in a year that is not between 1902 and {_LAST_START}"
            )
        return start

    def _take_zone(self, line: str, option: str) -> None:
        name, _, zone = option.partition("=")
        fault = zone_fault(zone) if name.upper() == "TZID" else f"`{line}`: only `TZID` is read"
        if fault:
            raise BadSchedule(fault)
        self.zone = zone

    def _read_until(self) -> datetime | None:
        text = self._parts.get("UNTIL")
        if text is None:
            return None
        moment = _MOMENT.fullmatch(text)
        if moment is None:
            raise BadSchedule(f"`UNTIL={text}` is no moment: write `UNTIL=20261231T235959Z`")
        until = _moment(f"UNTIL={text}", moment)
        if moment[3]:
            there = until.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone))
            return there.replace(tzinfo=None)
        # A date is meant with all of its day.
        return until if moment[2] else until + timedelta(days=1, seconds=-1)


def is_recurrence(text: str) -> bool:
    """Whether a schedule means to be a recurrence rule rather than a cron expression."""
    upper = text.upper()
    return "FREQ=" in upper or upper.startswith(("RRULE", "DTSTART"))


def _is_rule(line: str) -> bool:
    name, colon, _ = line.upper().rpartition(":")
    return name == "RRULE" if colon else "=" in line


def _parts(line: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in line.rpartition(":")[2].upper().strip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise BadSchedule(f"`{part}` is no part of a recurrence rule: {_EXAMPLE}")
        if name in parts:
            raise BadSchedule(f"`{name}` is written twice: remove one of them")
        parts[name] = value
    return parts


def _whole(parts: dict[str, str], name: str, least: int, most: int) -> None:
    value = parts.get(name, str(least))
    if not (value.isascii() and value.isdigit() and least <= int(value[:9]) <= most):
        raise BadSchedule(f"`{name}={value}` is not between {least} and {most:,}")


def _moment(line: str, found: re.Match[str]) -> datetime:
    try:
        return datetime.strptime(f"{found[1]}{found[2] or '000000'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise BadSchedule(f"`{line}` is a date or a time that there is not") from None


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
