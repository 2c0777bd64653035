"""When a segment is evaluated: a cron expression or a recurrence rule, by the clock of a zone."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from turnout.compiler.zones import zone_fault
from turnout.segments.failures import BadSchedule
from turnout.segments.recurrence import Recurrence, is_recurrence

_EXAMPLE = "for example `0 */6 * * *` (minute, hour, day of month, month, day of week)"
_MOST_REPEATED = 24 * 60
"""So many times at most are skipped because the clock went back: those of a day."""
_FIRST = datetime(2001, 1, 1, tzinfo=UTC)

_Times = Callable[[datetime], Iterator[datetime]]
"""Wall-clock times after a wall-clock time."""


@dataclass(frozen=True)
class Timetable:
    """The moments of a schedule.

    A time of day that a zone leaves out happens once, at the first moment after the gap; one that
    occurs twice happens at its first occurrence.
    """

    zone: str
    """Whose wall clock it goes by, an IANA name."""
    delay: timedelta
    """How much later than written: always the same, so that runs keep their distance."""
    _times: _Times

    @classmethod
    def parse(cls, schedule: str, zone: str, jitter_s: float = 0, seed: str = "") -> Self:
        """Reads a schedule.

        Args:
            schedule: A cron expression of five fields, or `FREQ=…` with `DTSTART` before it or not.
            zone: An IANA name; a `DTSTART` with a zone of its own goes by that.
            jitter_s: Up to so many seconds later than written.
            seed: Decides how much later, for example the key of the segment.

        Raises:
            BadSchedule: It cannot be read, or never comes.
        """
        text = schedule.strip()
        if fault := zone_fault(zone):
            raise BadSchedule(fault)
        times: _Times
        if is_recurrence(text):
            recurrence = Recurrence(text, zone)
            zone, times = recurrence.zone, recurrence.after
        else:
            times = _cron(text)
        timetable = cls(zone, _delay(jitter_s, seed), times)
        if timetable.next(_FIRST) is None:
            raise BadSchedule(f"`{schedule}` never comes: {_EXAMPLE}")
        return timetable

    def next(self, after: datetime) -> datetime | None:
        """Gives the first moment later than one, in UTC; None when there is none any more."""
        there = ZoneInfo(self.zone)
        written = after - self.delay
        wall = written.astimezone(there).replace(tzinfo=None)
        # The clock may have gone back: what it shows now has been, and does not come again.
        for time in islice(self._times(wall), _MOST_REPEATED + 1):
            moment = _instant(time, there)
            if moment > written:
                return moment + self.delay
        return None


def _cron(text: str) -> _Times:
    fields = text.split()
    if len(fields) != 5:
        raise BadSchedule(f"`{text}` has {len(fields)} fields where cron has five: {_EXAMPLE}")
    try:
        CronSim(text, _FIRST.replace(tzinfo=None))
    except CronSimError as error:
        wrong = str(error).removeprefix("Bad ").replace("-", " ")
        raise BadSchedule(f"`{text}` is no cron expression: wrong {wrong}; {_EXAMPLE}") from None
    except (ValueError, OverflowError, IndexError):
        raise BadSchedule(f"`{text}` is no cron expression: {_EXAMPLE}") from None
    return lambda wall: CronSim(text, wall)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment when a clock shows a time first; the end of the gap where it never does."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # In a gap the one reading is after it and the other before: its end is between them.
    low, high = sorted((moment, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)))
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _delay(jitter_s: float, seed: str) -> timedelta:
    if jitter_s < 0:
        raise BadSchedule("a jitter is not negative")
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6])
    return timedelta(seconds=int(jitter_s * drawn / 2**48))
