"""Date literals in every form, and instants at which something happens to the clocks."""

from datetime import UTC, datetime, timedelta

from generators.words import chance
from reference.question import nanoseconds

MOMENTS = [
    nanoseconds(datetime.fromisoformat(text))
    for text in (
        "2016-06-23T12:00:00-07:00",
        "2016-03-13T10:00:00Z",  # the clocks go forward in Los Angeles
        "2016-11-06T08:30:00Z",  # and back: this time of day comes again
        "2015-10-18T03:00:00Z",  # no midnight in São Paulo
        "2016-02-21T01:30:00Z",  # two of them
        "2011-12-30T10:00:00Z",  # no day at all in Apia
        "2016-10-01T15:30:00Z",  # half an hour forward on Lord Howe
        "2016-03-27T01:00:00Z",  # forward in Berlin
        "2024-02-29T23:59:59Z",
        "2024-03-31T12:00:00Z",
        "2023-12-31T23:30:00Z",
    )
]
SECOND = 1_000_000_000
STEPS = [0, 0, 1000, -1000, SECOND, -SECOND, 3600 * SECOND, -3600 * SECOND, 86_400 * SECOND]

CLOCKS = [
    "00:00", "0:00", "02:30", "2:00", "01:30", "08:00", "12:00", "23:59", "12:00 AM", "12:30 PM",
    "1:30 am", "11:59 PM",
]  # fmt: skip
ISO_CLOCKS = ["00:00", "02:30", "01:30", "23:59", "12:00:00", "02:00:00.5", "02:30:00.123456789"]
OFFSETS = ["", "", "", "Z", "+00:00", "-07:00", "+05:45", "-03:00", "+14:00"]


def moment(rng):
    """When a request is made."""
    return rng.choice(MOMENTS) + rng.choice(STEPS)


def civil_day(rng):
    """A day on which, or near which, something happens."""
    days = rng.choice(MOMENTS) // (86_400 * SECOND) + rng.randint(-2, 2)
    return datetime(1970, 1, 1, tzinfo=UTC).date() + timedelta(days=days)


def literal(rng):
    """A literal of any form, in any case."""
    form = rng.choice([_slashes, _iso, _iso, _day_of_the_year, _day_word, _clock, _distance])
    return _odd_case(rng, form(rng))


def rolling(rng):
    """A literal that counts hours."""
    return _odd_case(rng, _distance(rng, ["minute", "hour", "day", "week"]))


def pair(rng):
    """Bounds that are in order whatever the time is."""
    far, near = rng.randint(4, 9), rng.randint(0, 3)
    day = civil_day(rng)
    later = day + timedelta(days=rng.randint(3, 9))
    return rng.choice([
        [f"{far} days ago", f"{near} days ago"],
        [f"{far} weeks ago", f"{near} hours ago"],
        [f"{far} months ago", f"{near} days from now"],
        ["yesterday", "today at 08:00 AM"],
        ["today", "tomorrow at 02:30"],
        [f"{day.month}/{day.day}/{day.year}", later.isoformat()],
        [f"{day}T02:30", f"{later}T02:30"],
    ])  # fmt: skip


def _slashes(rng):
    day = civil_day(rng)
    year = day.year if chance(rng, 2) else f"{day.year % 100:02}"
    clock = rng.choice(["", f" {rng.choice(CLOCKS)}"])
    return f"{day.month}/{day.day:02}/{year}{clock}"


def _iso(rng):
    if chance(rng, 3):
        return civil_day(rng).isoformat()
    clock = rng.choice(ISO_CLOCKS) + rng.choice(OFFSETS)
    return f"{civil_day(rng)}{rng.choice('T ')}{clock}"


def _day_of_the_year(rng):
    day = civil_day(rng)
    return f"{day:%B} {day.day}{_at(rng)}"


def _day_word(rng):
    return rng.choice(["yesterday", "today", "tomorrow"]) + _at(rng)


def _at(rng):
    return rng.choice(["", f" at {rng.choice(CLOCKS)}"])


def _clock(rng):
    return rng.choice(CLOCKS)


def _distance(rng, units=("minute", "hour", "day", "week", "month", "year")):
    count = rng.choice([0, 1, 2, 3, 7, 30, 365])
    unit = rng.choice(units) + rng.choice(["", "s"])
    return f"{count} {unit} {rng.choice(['ago', 'from now'])}"


def _odd_case(rng, text):
    return rng.choice([text, text, text.upper(), text.title()])
