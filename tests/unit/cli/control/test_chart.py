"""The chart of a size over time."""

from datetime import UTC, datetime, timedelta

import pytest

from turnout.cli.control.chart import chart

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def drawn(*sizes, width=40):
    points = [(BEGIN + timedelta(days=day), size) for day, size in enumerate(sizes)]
    return list(chart(points, width))


def column(lines, at):
    """What stands in a column of the field, from above."""
    start = lines[0].index("│") + 1
    return [line[start + at : start + at + 1].strip() for line in lines[:8]]


def test_the_greatest_size_fills_its_column_and_nothing_is_nothing():
    lines = drawn(0, 50, 100)
    assert lines[0].startswith("100 │")
    assert lines[4].startswith(" 50 │")
    assert lines[8].startswith("  0 └")
    assert set(column(lines, 0)) == {""}
    last = len(lines[0]) - lines[0].index("│") - 2
    assert set(column(lines, last)) == {"█"}
    assert "2026-01-01 00:00" in lines[9]
    assert lines[9].endswith("2026-01-03 00:00")


def test_a_size_lasts_until_the_next():
    lines = drawn(100, 50)
    assert column(lines, 0) == column(lines, 20)
    assert column(lines, 0)[0] == "█"


def test_what_is_very_little_is_seen():
    lines = drawn(1, 1_000_000)
    assert column(lines, 0)[-1] == "▁"


@pytest.mark.parametrize("width", [10, 40, 300])
def test_lines_are_no_wider_than_the_terminal(width):
    lines = drawn(1, 2, 3, width=width)
    assert all(len(line) <= max(width, 40) for line in lines[:9])
    assert len(lines) == 10


def test_points_of_one_moment_and_no_members_are_drawn():
    assert len(list(chart([(BEGIN, 0), (BEGIN, 0)], 40))) == 10
