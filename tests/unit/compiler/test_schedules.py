"""Which texts are schedules, and what is read of them; what is refused is in problems.golden."""

import pytest

from turnout.compiler.schedules import read_schedule


@pytest.mark.parametrize(
    "text", ["0 */6 * * *", "15 3 1 * *", "0 0 L * *", "0 9 * * MON-FRI", "0 0 29 2 *"]
)
def test_a_cron_expression_stays_as_it_is_written(text):
    assert read_schedule(text) == (text, "", None)


def test_spaces_between_fields_mean_nothing():
    assert read_schedule("  0  3 * * *\n").cron == "0 3 * * *"


@pytest.mark.parametrize("text", ["FREQ=DAILY;BYHOUR=3", "RRULE:freq=daily;byhour=3;"])
def test_a_rule_is_read_without_its_name(text):
    assert read_schedule(text) == ("", "FREQ=DAILY;BYHOUR=3", None)


def test_a_rule_begins_where_it_says():
    found = read_schedule("DTSTART:20260131T090000\nRRULE:FREQ=DAILY;COUNT=3")
    assert str(found.start) == "2026-01-31 09:00:00"
    assert str(read_schedule("DTSTART:20260131\nFREQ=DAILY").start) == "2026-01-31 00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=99",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=60",
        "FREQ=DAILY;BYYEARDAY=400",
        "DTSTART:20260131T090000",
        "FREQ=DAILY\nFREQ=DAILY",
        ";;",
        ":",
        "=",
        "0 0 * * *\n0 1 * * *",
        "FREQ",
    ],
)
def test_what_is_no_schedule_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"^[a-z`]"):
        read_schedule(text)
