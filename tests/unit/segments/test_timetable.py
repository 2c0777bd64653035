"""When a segment is evaluated."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from turnout.segments.failures import BadSchedule
from turnout.segments.recurrence import Recurrence
from turnout.segments.timetable import Timetable

BERLIN = "Europe/Berlin"


def moments(schedule, zone, after, count, **more):
    timetable = Timetable.parse(schedule, zone, **more)
    moment = datetime.fromisoformat(after).astimezone(UTC)
    found = []
    for _ in range(count):
        moment = timetable.next(moment)
        if moment is None:
            return [*found, None]
        assert moment.tzinfo is UTC
        found.append(moment.astimezone(ZoneInfo(timetable.zone)).isoformat())
    return found


def test_cron_goes_by_the_clock_of_the_zone():
    assert moments("0 */6 * * mon-fri", BERLIN, "2026-07-03T17:00+02:00", 3) == [
        "2026-07-03T18:00:00+02:00",
        "2026-07-06T00:00:00+02:00",
        "2026-07-06T06:00:00+02:00",
    ]


def test_the_next_one_is_later_than_the_moment_itself():
    assert moments("0 6 * * *", "UTC", "2026-07-03T06:00+00:00", 1) == ["2026-07-04T06:00:00+00:00"]


@pytest.mark.parametrize(
    "schedule", ["30 2 * * *", "*/15 2 * * *", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"]
)
def test_a_run_in_a_gap_happens_once_after_it(schedule):
    found = moments(schedule, BERLIN, "2026-03-28T22:00+01:00", 2)
    assert found[0] == "2026-03-29T03:00:00+02:00"
    assert found[1].startswith("2026-03-30T02:")


@pytest.mark.parametrize("schedule", ["30 2 * * *", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"])
def test_a_time_that_occurs_twice_happens_once(schedule):
    assert moments(schedule, BERLIN, "2026-10-24T12:00+02:00", 2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_asked_within_the_second_hour_the_first_is_over():
    assert moments("*/20 * * * *", BERLIN, "2026-10-25T02:10+01:00", 2) == [
        "2026-10-25T03:00:00+01:00",
        "2026-10-25T03:20:00+01:00",
    ]


def test_moments_rise_through_a_year_of_changes():
    timetable = Timetable.parse("*/30 * * * *", "Australia/Lord_Howe", jitter_s=100, seed="x")
    moment, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
    count = 0
    while moment < end:
        following = timetable.next(moment)
        assert following > moment
        moment, count = following, count + 1
    # Half an hour occurs twice there, and one not at all.
    assert 48 * 364 - 2 <= count <= 48 * 364 + 2


def test_rules_without_a_start_have_one_that_never_moves():
    found = moments("FREQ=WEEKLY;INTERVAL=2", "UTC", "2026-03-27T12:00+00:00", 2)
    assert found == moments("RRULE:FREQ=WEEKLY;INTERVAL=2", "UTC", "2026-03-28T12:00+00:00", 2)
    first, second = map(datetime.fromisoformat, found)
    assert (first.weekday(), first.hour, second - first) == (3, 0, timedelta(days=14))


def test_a_start_gives_a_rule_its_day_and_time():
    text = "DTSTART:20260131T060000\nRRULE:FREQ=MONTHLY"
    assert moments(text, "America/New_York", "2026-02-01T00:00+00:00", 2) == [
        "2026-03-31T06:00:00-04:00",
        "2026-05-31T06:00:00-04:00",
    ]


def test_a_rule_with_an_end_ends():
    text = "DTSTART:20260301T060000\nRRULE:FREQ=DAILY;COUNT=2"
    assert moments(text, "UTC", "2026-01-01T00:00+00:00", 9) == [
        "2026-03-01T06:00:00+00:00",
        "2026-03-02T06:00:00+00:00",
        None,
    ]
    text = "FREQ=DAILY;BYHOUR=1;UNTIL=20260329T020000"
    assert moments(text, BERLIN, "2026-03-27T12:00+00:00", 9) == [
        "2026-03-28T01:00:00+01:00",
        "2026-03-29T01:00:00+01:00",
        None,
    ]
    assert moments("FREQ=DAILY;UNTIL=20260328", "UTC", "2026-03-27T12:00+00:00", 9)[-2:] == [
        "2026-03-28T00:00:00+00:00",
        None,
    ]


def test_rare_rules_are_found():
    text = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"
    found = moments(text, "UTC", "2072-03-01T00:00+00:00", 1)
    assert found == ["2112-02-29T00:00:00+00:00"]


@pytest.mark.timeout(10)
def test_a_rule_of_minutes_that_began_long_ago_is_quick():
    text = "DTSTART:19700101T000300\nRRULE:FREQ=MINUTELY;INTERVAL=7"
    found = datetime.fromisoformat(moments(text, "UTC", "2026-03-27T12:00+00:00", 1)[0])
    passed = found - datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
    assert passed % timedelta(minutes=7) == timedelta(0)


def test_a_jitter_is_drawn_by_the_seed_and_stays():
    drawn = {
        Timetable.parse("0 6 * * *", "UTC", jitter_s=3600, seed=f"s-{i}").delay for i in range(20)
    }
    assert len(drawn) > 15
    assert all(timedelta(0) <= delay < timedelta(hours=1) for delay in drawn)
    text = moments("0 6 * * *", "UTC", "2026-03-27T12:00+00:00", 2, jitter_s=3600, seed="s-1")
    first, second = map(datetime.fromisoformat, text)
    assert second - first == timedelta(days=1)
    assert moments("0 6 * * *", "UTC", text[0], 1, jitter_s=3600, seed="s-1") == text[1:]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", datetime(2026, 1, 1)),  # noqa: DTZ001 - wall clock
        ("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", datetime(2026, 1, 1)),  # noqa: DTZ001
        ("FREQ=DAILY;BYSETPOS=2", datetime(9700, 1, 1)),  # noqa: DTZ001
    ],
)
def test_no_time_is_not_looked_for_for_long(rule, first):
    began = time.monotonic()
    assert list(Recurrence(rule, first).after(first)) == []
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("", "empty"),
        ("* * * * * *", "6 and not 5 fields"),
        ("61 * * * *", "something wrong with its minute: write it as in `0 */6 * * *`"),
        ("0 0 30 2 *", "day-of-month"),
        ("FREQ=SECONDLY", "is one of `MINUTELY`"),
        ("FREQ=DAILY;INTERVAL=0", "a number from 1 to 9999"),
        ("FREQ=DAILY;COUNT=3", "needs a line `DTSTART"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        ("FREQ=DAILY;BYHOUR=24", "is no rule"),
    ],
)
def test_what_cannot_be_a_schedule_is_told_as_the_compiler_tells_it(schedule, told):
    with pytest.raises(BadSchedule) as caught:
        Timetable.parse(schedule, "UTC")
    assert told in caught.value.message


def test_zones_are_those_of_the_engine():
    with pytest.raises(BadSchedule, match="did you mean `Europe/Berlin`"):
        Timetable.parse("0 6 * * *", "Europe/Berlim")
