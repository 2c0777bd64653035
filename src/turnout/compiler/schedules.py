"""When something is done again and again: a cron expression, or a recurrence rule of iCalendar."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from turnout.documents.names import nearest
from turnout.documents.problem import clip

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local time, whose zone stands elsewhere
"""Where a rule begins that says no `DTSTART`: an `INTERVAL` is counted from there."""

_EXAMPLE = "write it as in `0 */6 * * *` or `FREQ=DAILY;BYHOUR=3`"
_START = re.compile(r"DTSTART:([0-9]{8}T[0-9]{6}|[0-9]{8})")
_INTERVAL = re.compile(r"[1-9][0-9]{0,3}")
_FREQUENCIES = ("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR",
    "BYMINUTE", "BYSETPOS",
)  # fmt: skip
# With these a rule may name days that never come, and to find that out takes minutes.
_NOT_WITHIN_A_DAY = ("BYMONTH", "BYMONTHDAY", "BYSETPOS")
_CRON_FIELDS = 5
_LONGEST_MONTHS = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30,
                   12: 31}  # fmt: skip


class Schedule(NamedTuple):
    """Local times; exactly one of `cron` and `rule` says which."""

    cron: str
    """Five fields: minute, hour, day of the month, month, day of the week."""
    rule: str
    """For example `FREQ=DAILY;BYHOUR=3`, in capitals."""
    start: datetime | None
    """Where a rule begins; naive. None: `EPOCH`."""


def read_schedule(text: str) -> Schedule:
    """Reads a cron expression of five fields, or a recurrence rule.

    A rule may stand behind a line `DTSTART:20260131T090000`. Zones have no place in it.

    Raises:
        ValueError: It is neither, or no time is in it.

    Example:
        >>> read_schedule("0 */6 * * *").cron
        '0 */6 * * *'
        >>> read_schedule("RRULE:FREQ=DAILY;BYHOUR=3").rule
        'FREQ=DAILY;BYHOUR=3'
    """
    lines = text.strip().upper().splitlines()
    if any("FREQ" in line or ":" in line for line in lines):
        return _read_rule(lines)
    cron = " ".join(text.split())
    _check_cron(cron)
    return Schedule(cron, "", None)


def _check_cron(cron: str) -> None:
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - for documents with schedules only

    if not cron:
        raise ValueError(f"a schedule is empty: {_EXAMPLE}")
    fields = len(cron.split())
    if fields != _CRON_FIELDS:
        counted = f"it has {fields} and not {_CRON_FIELDS} fields"
        raise ValueError(f"`{clip(cron)}` is no schedule, {counted}: {_EXAMPLE}")
    try:
        # 2000 was a leap year: what never comes after it never comes.
        next(CronSim(cron, datetime(2000, 1, 1)))  # noqa: DTZ001 - a local time
    except CronSimError as error:
        wrong = str(error).replace("Bad ", "there is something wrong with its ").lower()
        raise ValueError(f"`{clip(cron)}` is no schedule, {wrong}: {_EXAMPLE}") from None
    except StopIteration:
        raise ValueError(f"`{clip(cron)}` names a time that never comes") from None


def _read_rule(lines: list[str]) -> Schedule:
    start = None
    if len(lines) > 1 and lines[0].startswith("DTSTART"):
        start = _read_start(lines.pop(0))
    if len(lines) != 1:
        raise ValueError(f"`{clip(lines[0])}` is no schedule of one rule: {_EXAMPLE}")
    rule = lines[0].strip().removeprefix("RRULE:").rstrip(";")
    parts = _parts(rule)
    _check_parts(rule, parts, start)
    if not _occurs(rule, start or EPOCH):
        raise ValueError(f"`{clip(rule)}` names a time that never comes")
    return Schedule("", rule, start)


def _read_start(line: str) -> datetime:
    found = _START.fullmatch(line.strip())
    if found is None:
        raise ValueError(
            f"`{clip(line)}` is no local time to begin at: write `DTSTART:20260131T090000`, and the"
            " zone into `zone`"
        )
    form = "%Y%m%dT%H%M%S" if "T" in found[1] else "%Y%m%d"
    try:
        return datetime.strptime(found[1], form)  # noqa: DTZ007 - a local time
    except ValueError:
        raise ValueError(f"`{clip(line)}` is no time that there is") from None


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        name, separator, value = part.strip().partition("=")
        if name not in _PARTS or not separator or not value:
            hint = nearest(name, _PARTS) or f": there are {', '.join(_PARTS)}"
            raise ValueError(f"`{clip(part)}` is no part of a rule{hint}")
        if name in parts:
            raise ValueError(f"`{name}` is written twice in `{clip(rule)}`")
        parts[name] = value
    return parts


def _check_parts(rule: str, parts: Mapping[str, str], start: datetime | None) -> None:
    frequency = parts.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        listed = ", ".join(f"`{one}`" for one in _FREQUENCIES)
        raise ValueError(f"`FREQ` of `{clip(rule)}` is one of {listed}")
    if frequency in ("MINUTELY", "HOURLY") and (
        named := [name for name in _NOT_WITHIN_A_DAY if name in parts]
    ):
        raise ValueError(f"`{named[0]}` has no place beside `FREQ={frequency}`: write it as cron")
    if not _INTERVAL.fullmatch(parts.get("INTERVAL", "1")):
        raise ValueError(f"`INTERVAL` of `{clip(rule)}` is a number from 1 to 9999")
    if "COUNT" in parts and start is None:
        raise ValueError(f"`COUNT` of `{clip(rule)}` needs a line `DTSTART:20260131T090000`")
    if parts.get("UNTIL", "").endswith("Z"):
        raise ValueError(f"`UNTIL` of `{clip(rule)}` is a local time, without the `Z`")
    _check_days(rule, parts)


def _check_days(rule: str, parts: Mapping[str, str]) -> None:
    """Refuses days that no month has; the rest is said by the one who reads the rule."""
    try:
        months = [int(one) for one in parts.get("BYMONTH", "1").split(",")]
        days = [abs(int(one)) for one in parts.get("BYMONTHDAY", "1").split(",")]
    except ValueError:
        return
    if min(days) > max(_LONGEST_MONTHS.get(month, 31) for month in months):
        raise ValueError(f"`{clip(rule)}` names a time that never comes")


def _occurs(rule: str, start: datetime) -> bool:
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - for documents with schedules only

    try:
        return next(iter(rrulestr(rule, dtstart=start)), None) is not None
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"`{clip(rule)}` is no rule: {str(error).lower()}") from None
