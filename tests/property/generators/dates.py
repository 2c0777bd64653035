"""Date literals in every form, and instants at which something happens to the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from generators.words import chance
from reference.question import nanoseconds

CHANGES = [
    ("UTC", "2024-02-29T23:59:59Z", ["23:59", "00:00"]),
    ("UTC", "2024-03-31T12:00:00Z", ["12:00"]),
    ("UTC", "2023-12-31T23:30:00Z", ["23:30"]),
    ("America/Los_Angeles", "2016-06-23T12:00:00-07:00", ["12:00", "08:00"]),
    ("America/Los_Angeles", "2016-03-13T10:00:00Z", ["02:30", "02:00", "03:00"]),  # forward
    ("America/Los_Angeles", "2016-11-06T09:00:00Z", ["01:30", "01:00", "02:00"]),  # back
    ("America/Sao_Paulo", "2015-10-18T03:00:00Z", ["00:00", "00:30", "01:00"]),  # no midnight
    ("America/Sao_Paulo", "2016-02-21T02:00:00Z", ["23:30", "23:00", "00:00"]),
    ("Pacific/Apia", "2011-12-30T10:00:00Z", ["00:00", "12:00"]),  # no such day
    ("Australia/Lord_Howe", "2016-10-01T15:30:00Z", ["02:00", "02:15", "02:30"]),  # half an hour
    ("Australia/Lord_Howe", "2016-04-02T15:00:00Z", ["01:45", "01:30", "02:00"]),
    ("Europe/Berlin", "2016-03-27T01:00:00Z", ["02:30", "02:00", "03:00"]),
    ("Europe/Berlin", "2016-10-30T01:00:00Z", ["02:30", "02:00", "03:00"]),
    ("Asia/Kathmandu", "2016-06-23T06:15:00Z", ["12:00", "00:00"]),
]
"""Where something happens to the clocks or the calendar, when, and at which times of day."""

MOMENTS = [nanoseconds(datetime.fromisoformat(text)) for _, text, _ in CHANGES]
SECOND = 1_000_000_000
STEPS = [0, 0, 1000, -1000, SECOND, -SECOND, 3600 * SECOND, -3600 * SECOND, 86_400 * SECOND]

CLOCKS = [
    "00:00", "0:00", "02:30", "2:00", "01:30", "08:00", "12:00", "23:59", "12:00 AM", "12:30 PM",
    "1:30 am", "11:59 PM",
]  # fmt: skip
ISO_CLOCKS = ["00:00", "02:30", "01:30", "23:59", "12:00:00", "02:00:00.5", "02:30:00.123456789"]
OFFSETS = ["", "", "", "", "", "Z", "+00:00", "-07:00", "+05:45", "-03:00", "+14:00"]


def change(rng, zone):
    """When something happens, mostly in this zone; and at which times of day."""
    here = [number for number, (where, _, _) in enumerate(CHANGES) if where == zone]
    number = rng.randrange(len(CHANGES)) if not here or chance(rng, 4) else rng.choice(here)
    return MOMENTS[number], CHANGES[number][2]


def moment(rng, zone):
    """When a request is made."""
    return change(rng, zone)[0] + rng.choice(STEPS)


def day_and_clock(rng, zone):
    """A day on which, or near which, something happens, and a time of day."""
    at, clocks = change(rng, zone)
    local = datetime.fromtimestamp(at // SECOND, UTC).astimezone(ZoneInfo(zone)).date()
    days = rng.choice([0, 0, 0, -1, 1, 2])
    return local + timedelta(days=days), rng.choice([*clocks, *clocks, rng.choice(CLOCKS)])


def civil_day(rng, zone):
    """A day on which, or near which, something happens."""
    return day_and_clock(rng, zone)[0]


def literal(rng, zone):
    """A literal of any form, in any case."""
    form = rng.choice([_slashes, _iso, _iso, _day_of_the_year, _day_word, _clock, _distance])
    return _odd_case(rng, form(rng, zone))


def rolling(rng):
    """A literal that counts hours."""
    return _odd_case(rng, _distance(rng, "", ["minute", "hour", "day", "week"]))


def pair(rng, zone):
    """Bounds that are in order whatever the time is."""
    far, near = rng.randint(4, 9), rng.randint(0, 3)
    day, clock = day_and_clock(rng, zone)
    later = day + timedelta(days=rng.randint(3, 9))
    return rng.choice([
        [f"{far} days ago", f"{near} days ago"],
        [f"{far} weeks ago", f"{near} hours ago"],
        [f"{far} months ago", f"{near} days from now"],
        ["yesterday", f"tomorrow at {clock}"],
        ["today", f"tomorrow at {clock}"],
        [f"{day.month}/{day.day}/{day.year} {clock}", later.isoformat()],
        [f"{day}", f"{later.month}/{later.day}/{later.year} {clock}"],
    ])  # fmt: skip


def _slashes(rng, zone):
    day, clock = day_and_clock(rng, zone)
    year = day.year if chance(rng, 2) else f"{day.year % 100:02}"
    return f"{day.month}/{day.day:02}/{year}{rng.choice(['', f' {clock}'])}"


def _iso(rng, zone):
    day, clock = day_and_clock(rng, zone)
    if chance(rng, 4):
        return day.isoformat()
    if len(clock) != 5 or chance(rng, 4):
        clock = rng.choice(ISO_CLOCKS)
    return f"{day}{rng.choice('T ')}{clock}{rng.choice(OFFSETS)}"


def _day_of_the_year(rng, zone):
    day, clock = day_and_clock(rng, zone)
    return f"{day:%B} {day.day}{rng.choice(['', f' at {clock}'])}"


def _day_word(rng, zone):
    _, clock = day_and_clock(rng, zone)
    word = rng.choice(["yesterday", "today", "tomorrow"])
    return f"{word}{rng.choice(['', f' at {clock}'])}"


def _clock(rng, zone):
    return day_and_clock(rng, zone)[1]


def _distance(rng, _zone, units=("minute", "hour", "day", "week", "month", "year")):
    count = rng.choice([0, 1, 2, 3, 7, 30, 365])
    unit = rng.choice(units) + rng.choice(["", "s"])
    return f"{count} {unit} {rng.choice(['ago', 'from now'])}"


def _odd_case(rng, text):
    return rng.choice([text, text, text.upper(), text.title()])
