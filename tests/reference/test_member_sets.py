"""The reader of sets is held to the lookup: two that were written apart agree on every id."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.golden import ROOT
from reference.member_sets import MemberSet, siphash
from turnout import engine

GOLDEN = json.loads((ROOT / "members.json").read_text("utf-8"))["sets"]
KINDS = {"integers": 1, "sparse_integers": 2, "hashed": 3, "texts": 4}


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_a_golden_set_has_its_members(case):
    members = MemberSet(bytes.fromhex(case["artifact"]))
    assert (members.kind, members.count) == (KINDS[case["kind"]], case["count"])
    assert all(unit_id in members for unit_id in case["ids"])
    assert not any(unit_id in members for unit_id in case["others"])


@pytest.mark.parametrize(
    ("length", "published"),
    [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (1, "da87c1d86b99af44347659119b22fc45"),
        (2, "8177228da4a45dc7fca38bdef60affe4"),
    ],
)
def test_the_published_vectors_of_the_hash_come_out(length, published):
    number = siphash(bytes(range(16)), bytes(range(length)))
    halves = (number >> 64, number & 2**64 - 1)
    assert b"".join(half.to_bytes(8, "little") for half in halves).hex() == published


NUMBER = st.one_of(
    st.integers(0, 300),
    st.integers(0, 2**18),
    st.integers(2**32 - 9, 2**32 + 9),
    st.integers(0, 2**64 - 1),
    st.just(2**64 - 1),
).map(str)
RUN = st.builds(
    lambda first, count, step: [str(first + step * at) for at in range(count)],
    st.integers(0, 2**33),
    st.integers(0, 9_000),
    st.integers(1, 3),
)
OTHER = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.sampled_from(
        ["007", "+7", "7.0", " 7", "7 ", "18446744073709551616", "\N{ARABIC-INDIC DIGIT SEVEN}"]
    ),
    st.integers(0, 99).map("u-{}".format),
)
IDS = st.one_of(
    st.lists(NUMBER, max_size=60),
    st.lists(RUN, max_size=3).map(lambda runs: [number for run in runs for number in run]),
    st.lists(st.one_of(NUMBER, OTHER), max_size=120),
    st.integers(0, 900).map(lambda count: [f"user-{number}" for number in range(count)]),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("sets") / "set"


@settings(max_examples=150, deadline=None)
@given(
    ids=IDS,
    others=st.lists(st.one_of(NUMBER, OTHER), max_size=40),
    key=st.binary(min_size=16, max_size=16),
    exact=st.booleans(),
)
def test_the_reader_and_the_lookup_agree(place, ids, others, key, exact):
    builder = engine.MemberSetBuilder(key, exact=exact)
    builder.add(ids)
    built = builder.finish(place)
    found, read = engine.MemberSet.open(place), MemberSet(place.read_bytes())
    members = set(ids)
    assert read.count == built.count == len(members)
    assert read.kind == KINDS[built.kind]
    for unit_id in [*ids[:200], *ids[-200:], *others]:
        answers = (found.contains(unit_id), unit_id in read, unit_id in members)
        assert len(set(answers)) == 1, (unit_id, answers)
