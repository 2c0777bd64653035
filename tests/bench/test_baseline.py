"""When a count of instructions has fallen behind."""

import json

from bench.figure import Number

from bench import baseline


def numbers(count, seconds=1.0):
    return {"A1": [Number("a call", count, None, "instructions", ""),
                   Number("a start", seconds, None, "s", "")]}  # fmt: skip


def test_only_a_rise_of_more_than_five_percent_of_instructions_falls_behind(tmp_path):
    kept = tmp_path / "baseline" / "instructions.json"
    baseline.keep(kept, numbers(1000))
    assert json.loads(kept.read_text()) == {"A1 a call": 1000}
    assert baseline.fallen(kept, numbers(1050, seconds=9)) == []
    (line,) = baseline.fallen(kept, numbers(1051))
    assert "a call" in line
    assert "+5.1%" in line


def test_what_was_not_measured_stays_in_the_baseline(tmp_path):
    kept = tmp_path / "instructions.json"
    baseline.keep(kept, numbers(1000))
    baseline.keep(kept, {"A3": numbers(7)["A1"]})
    assert json.loads(kept.read_text()) == {"A1 a call": 1000, "A3 a call": 7}
