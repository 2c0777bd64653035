"""How the age of members is written."""

from datetime import timedelta

import pytest

from turnout.cli.decide import answer_object, show_answer
from turnout.cli.explanation import print_steps
from turnout.cli.output import json_text, span_text
from turnout.results import ExplainedStep, Explanation, SegmentCheck, SegmentState, SnapshotRef

SNAPSHOT = SnapshotRef("0" * 64, 1, 0.0, stale=False)
CHECK = SegmentCheck(
    "s", SegmentState.TRUE, "MEMBER", (), (), timedelta(hours=3, minutes=12), SNAPSHOT
)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ({"days": 2, "hours": 3, "minutes": 4}, "2 d 3 h"),
        ({"days": 2, "minutes": 4}, "2 d"),
        ({"hours": 3, "minutes": 12, "seconds": 9}, "3 h 12 min"),
        ({"minutes": 1, "seconds": 1}, "1 min 1 s"),
        ({"milliseconds": 900}, "0 s"),
        ({}, "0 s"),
    ],
)
def test_a_span_is_told_by_its_two_largest_units(span, text):
    assert span_text(timedelta(**span)) == text


class Asked:
    wants_json = False


def test_people_read_the_age_in_words_and_programs_in_seconds(capsys):
    show_answer(CHECK, Asked())
    assert "member_age   3 h 12 min" in capsys.readouterr().out
    assert '"member_age": 11520.0' in json_text(answer_object(CHECK))


def test_an_explained_segment_says_how_many_members_it_has(capsys):
    step = ExplainedStep(
        "SEGMENT", "s", SegmentState.TRUE, "", "", "", None, False, "", "", None, None,
        10_000_000, timedelta(minutes=5), (),
    )  # fmt: skip
    print_steps(Explanation(CHECK, (step,)))
    out = capsys.readouterr().out
    assert "10,000,000 members" in out
    assert "5 min old" in out
