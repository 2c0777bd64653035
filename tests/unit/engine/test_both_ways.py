"""Whatever a context holds, it means the same in the process and over the wire."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.client import Client
from turnout.engine import DataPlane, Program
from turnout.results import Context, StickyAssignment

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    TEXT,
    st.sampled_from(["pro", "PRO", "Team", "18", " 18.0 ", "plants"]),
    st.datetimes(timezones=st.timezones()),
)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(TEXT, inner, max_size=3),
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(["age", "interests", "plan", "nobody looks at this"])
NAME = TEXT.filter(bool)
ASSIGNMENT = st.builds(
    StickyAssignment,
    NAME,
    st.integers(0, 2**32 - 1),
    NAME,
    NAME,
    NAME,
    st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    TEXT,
)
CONTEXT = st.builds(
    lambda unit_id, attributes, more: Context(unit_id, attributes, **more),
    st.one_of(st.none(), TEXT),
    st.dictionaries(NAMES, VALUE, max_size=4),
    st.fixed_dictionaries(
        {},
        optional={
            "units": st.dictionaries(st.sampled_from(["company", "device"]), TEXT, max_size=2),
            "unknown": st.lists(st.sampled_from(["age", "plan", "user", "x"]), max_size=3),
            "partial": st.booleans(),
            "events_reached": st.booleans(),
            "sticky_assignments": st.lists(ASSIGNMENT, max_size=2),
        },
    ),
)


@pytest.fixture(scope="module")
def both(sealed, tmp_path_factory):
    path = tmp_path_factory.mktemp("both") / "turnout.sock"
    plane = DataPlane(unix_socket=path)
    plane.start()
    plane.load(sealed)
    with Client(f"unix:{path}") as client:
        yield Program(sealed), client
    plane.drain(1.0)


def without_age(answers):
    return [answer._replace(snapshot=None) for answer in answers]


@settings(max_examples=300, deadline=None)
@given(context=CONTEXT)
def test_the_two_ways_give_one_answer(both, context):
    program, client = both
    assert without_age(client.decide_all(context)) == without_age(program.decide_all(context))
    checks = client.check_segments(program.segment_keys, context)
    assert without_age(checks) == without_age(program.check_segments(program.segment_keys, context))
    assert client.matching_segments(context) == program.matching_segments(context)
