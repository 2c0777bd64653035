"""When a segment is evaluated: a cron expression or a recurrence rule, by the clock of a zone."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim

from turnout.compiler.schedules import EPOCH, Schedule, read_schedule
from turnout.compiler.zones import zone_fault
from turnout.segments.failures import BadSchedule
from turnout.segments.recurrence import Recurrence

_MOST_REPEATED = 24 * 60
"""So many times at most are skipped because the clock went back: those of a day."""

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
    _after: _Times

    @classmethod
    def parse(cls, schedule: str, zone: str, jitter_s: float = 0, seed: str = "") -> Self:
        """Reads a schedule.

        Args:
            schedule: As `turnout.compiler.schedules.read_schedule` reads it.
            zone: Whose wall clock it goes by, an IANA name.
            jitter_s: Up to so many seconds later than written.
            seed: Decides how much later, for example the key of the segment.

        Raises:
            BadSchedule: It cannot be read, or never comes.
        """
        if fault := zone_fault(zone):
            raise BadSchedule(fault)
        if jitter_s < 0:
            raise BadSchedule("a jitter is not negative")
        try:
            read = read_schedule(schedule)
        except ValueError as error:
            raise BadSchedule(str(error)) from None
        return cls(zone, _delay(jitter_s, seed), _times(read))

    def next(self, after: datetime) -> datetime | None:
        """Gives the first moment later than one, in UTC; None when there is none any more."""
        there = ZoneInfo(self.zone)
        written = after - self.delay
        wall = written.astimezone(there).replace(tzinfo=None)
        # The clock may have gone back: what it shows now has been, and does not come again.
        for time in islice(self._after(wall), _MOST_REPEATED + 1):
            moment = _instant(time, there)
            if moment > written:
                return moment + self.delay
        return None


def _times(schedule: Schedule) -> _Times:
    if schedule.cron:
        return lambda wall: CronSim(schedule.cron, wall)
    return Recurrence(schedule.rule, schedule.start or EPOCH).after


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
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6])
    return timedelta(seconds=int(jitter_s * drawn / 2**48))
