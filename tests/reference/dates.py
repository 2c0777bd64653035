"""Dates: section 4, and the datetimes of section 3. Instants are nanoseconds of the epoch."""

import calendar
import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from typing import NamedTuple

from reference.question import NANOS, nanoseconds
from reference.values import Unusable, number

# Only the package `tzdata`, for the machine's own zones may be of another year.
zoneinfo.reset_tzpath(to=())

SECOND, MINUTE, HOUR = NANOS, 60 * NANOS, 3600 * NANOS
MONTHS = [name.lower() for name in calendar.month_name]

ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"(?P<offset>[Zz]|[+-][0-9]{2}(?::[0-9]{2})?)?)?"
)
CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?: (?P<half>am|pm))?"
SLASHES = re.compile(rf"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{{4}}|\d\d)(?: {CLOCK})?")
DAY_OF_YEAR = re.compile(rf"(?P<name>[a-z]+) (?P<day>\d\d?)(?: at {CLOCK})?")
DAY_WORD = re.compile(rf"(?P<word>yesterday|today|tomorrow)(?: at {CLOCK})?")
DISTANCE = re.compile(
    r"(?P<count>\d+) (?P<unit>minute|hour|day|week|month|year)s? (?P<way>ago|from now)"
)


class Local(NamedTuple):
    """A date and a time of day in the zone of a condition."""

    day: date
    time: int = 0
    """Nanoseconds since 00:00."""


class Exact(NamedTuple):
    """An instant, whatever the zone."""

    at: int


class ZoneNotKnown(Exception):  # noqa: N818 - an outcome, not an error
    """The zone of the unit could not be known, for want of an attribute."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class NotALiteral(Exception):  # noqa: N818 - an outcome, not an error
    """Text that is in none of the forms."""


# Zones


def fixed_zone(name):
    """`UTC`, or an IANA name with `/`, in exact case; None for anything else."""
    if not isinstance(name, str) or (name != "UTC" and name not in _names()):
        return None
    return zoneinfo.ZoneInfo(name)


def _names():
    return {name for name in zoneinfo.available_timezones() if "/" in name}


def user_zone(asked):
    """`user.timezone`, else `user.timezone_offset_seconds`, else None.

    Raises:
        ZoneNotKnown: Neither says it, and what one of them says could not be known.
    """
    ctx, names = asked.ctx, ("user.timezone", "user.timezone_offset_seconds")
    name, seconds = (None if n in ctx.unknown else ctx.attributes.get(n) for n in names)
    found = fixed_zone(name) or _clock_ahead(seconds)
    not_known = [n for n in names if ctx.is_unknown(n, ctx.attributes)]
    if found is None and not_known:
        raise ZoneNotKnown(not_known[0])
    return found


def _clock_ahead(seconds):
    """A clock so many seconds ahead of UTC, at most 18 hours; None for anything else."""
    try:
        offset = number(seconds)
    except Unusable:
        return None
    if offset.denominator != 1 or abs(offset) > 18 * 3600:
        return None
    return timezone(timedelta(seconds=int(offset)))


def zone_of(written, asked):
    """The zone of a condition: `app`, `user` or a fixed name."""
    choice = written.get("zone", "app")
    if choice == "user":
        found = user_zone(asked)
        if found is not None:
            return found
        asked.zone_fell_back = True
    elif choice != "app":
        return zoneinfo.ZoneInfo(choice)
    return zoneinfo.ZoneInfo(asked.zone)


def instant(local, zone):
    """When a date and a time of day are in a zone.

    In a gap it is the first instant after it; what occurs twice is the earlier one.
    """
    seconds, rest = divmod(local.time, SECOND)
    naive = datetime.combine(local.day, time()) + timedelta(seconds=seconds)
    readings = [naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    real = [at for at in readings if at.astimezone(zone).replace(tzinfo=None) == naive]
    if real:
        return nanoseconds(min(real)) + rest
    return nanoseconds(_end_of_gap(min(readings), max(readings), zone))


def _end_of_gap(before, after, zone):
    """The first second at which the offset is another than at `before`."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def civil(at, zone):
    """The date and the time of day of an instant in a zone."""
    seconds, rest = divmod(at, SECOND)
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone)
    since_midnight = (local.hour * 60 + local.minute) * 60 + local.second
    return Local(local.date(), since_midnight * SECOND + rest)


# Literals


def read(text, now, zone, *, rolling=False):
    """A literal as `Local` or `Exact`.

    Raises:
        NotALiteral: It is in none of the forms.
    """
    today = civil(now, zone).day
    if match := ISO.fullmatch(text):
        return _iso(match)
    words = text.lower()
    if match := SLASHES.fullmatch(words):
        year = int(match["year"])
        if len(match["year"]) == 2:
            year += 2000 if year <= 68 else 1900
        return Local(_date(year, int(match["month"]), int(match["day"])), _clock(match))
    if match := re.fullmatch(CLOCK, words):
        return Local(today, _clock(match))
    if match := DAY_WORD.fullmatch(words):
        days = {"yesterday": -1, "today": 0, "tomorrow": 1}[match["word"]]
        return Local(today + timedelta(days=days), _clock(match))
    if match := DISTANCE.fullmatch(words):
        return _distance(match, now, today, rolling=rolling)
    if (match := DAY_OF_YEAR.fullmatch(words)) and match["name"] in MONTHS[1:]:
        month = MONTHS.index(match["name"])
        _date(2000, month, int(match["day"]))  # the 29th of February is a day, the 30th is none
        return Local(_clamped(today.year, month, int(match["day"])), _clock(match))
    raise NotALiteral(text)


def is_literal(text):
    """Whether text is a date literal."""
    try:
        read(text, 0, UTC)
    except NotALiteral:
        return False
    return True


def moment(text, now, zone, *, rolling=False):
    """A literal as an instant."""
    found = read(text, now, zone, rolling=rolling)
    return found.at if isinstance(found, Exact) else instant(found, zone)


def day(text, now, zone):
    """The instants at which the day of a literal begins, and the next one."""
    found = read(text, now, zone)
    local = civil(found.at, zone) if isinstance(found, Exact) else found
    return instant(Local(local.day), zone), instant(Local(local.day + timedelta(days=1)), zone)


def _iso(match):
    local = Local(
        _date(int(match["year"]), int(match["month"]), int(match["day"])),
        _time_of_day(match["time"]) if match["time"] else 0,
    )
    if match["offset"] is None:
        return local
    return Exact(instant(local, UTC) - _offset(match["offset"]))


def _time_of_day(text):
    hour, minute, second = [*text.replace(",", ".").split(":"), "0"][:3]
    second = Fraction(second)
    if int(hour) > 23 or int(minute) > 59 or second >= 61:  # 60 is a leap second
        raise NotALiteral(text)
    return int(hour) * HOUR + int(minute) * MINUTE + int(second * SECOND)


def _offset(text):
    if text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[4:] or 0)
    if hours > 23 or minutes > 59:
        raise NotALiteral(text)
    return (hours * HOUR + minutes * MINUTE) * (-1 if text[0] == "-" else 1)


def _clock(match):
    """`HH:MM`, or with AM and PM; a missing time is 00:00."""
    if match["hour"] is None:
        return 0
    hour, minute = int(match["hour"]), int(match["minute"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise NotALiteral(match[0])
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise NotALiteral(match[0])
    return hour * HOUR + minute * MINUTE


def _distance(match, now, today, *, rolling):
    """Minutes and hours are exact durations, the rest is counted in the calendar."""
    count = int(match["count"]) * (-1 if match["way"] == "ago" else 1)
    exact = {"minute": MINUTE, "hour": HOUR}
    if rolling:
        exact |= {"day": 24 * HOUR, "week": 168 * HOUR}
    match match["unit"]:
        case unit if unit in exact:
            return Exact(now + count * exact[unit])
        case "day":
            return Local(today + timedelta(days=count))
        case "week":
            return Local(today + timedelta(weeks=count))
        case "month":
            return Local(_months_from(today, count))
        case _:
            return Local(_months_from(today, 12 * count))


def _months_from(today, months):
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return _clamped(year, month + 1, today.day)


def _clamped(year, month, day_of_month):
    return date(year, month, min(day_of_month, calendar.monthrange(year, month)[1]))


def _date(year, month, day_of_month):
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise NotALiteral from None


# Attributes


def is_naive(value):
    """Whether a value that is usable is in the zone of the condition."""
    return isinstance(value, str) and ISO.fullmatch(value)["offset"] is None


def attribute(value, unit, zone):
    """A value as an instant; `unit` says what a number means, if the schema does."""
    if isinstance(value, datetime):
        return nanoseconds(value)
    if isinstance(value, str):
        match = ISO.fullmatch(value)
        if match is None:
            raise Unusable
        try:
            found = _iso(match)
        except NotALiteral:
            raise Unusable from None
        return found.at if isinstance(found, Exact) else instant(found, zone)
    if isinstance(value, bool):
        raise Unusable
    return _epoch(number(value), unit)


def _epoch(value, unit):
    if unit == "s" or (unit is None and abs(value) < 10**11):
        return value * SECOND
    if unit == "ms" or (unit is None and abs(value) < 10**14):
        return value * SECOND / 1000
    raise Unusable
