"""What is usual is said and read as the general way does, by properties."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.client import calls, messages
from turnout.client.usual import MAX_KNOWN, DecideAnswers, key_and_context
from turnout.results import Context, Decision, Note, Reason, SnapshotRef, StickyAssignment
from turnout.v1 import decision_pb2

ASCII = st.text(st.characters(max_codepoint=127), max_size=130)
TEXT = st.one_of(ASCII, st.text(max_size=20))
INTEGERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([127, 128, 16383, 16384]))
VALUES = st.one_of(
    ASCII, TEXT, INTEGERS, st.floats(allow_nan=False), st.booleans(), st.none(), st.lists(TEXT)
)
ASSIGNMENTS = st.builds(
    StickyAssignment,
    TEXT,
    st.integers(0, 2**32 - 1),
    ASCII,
    TEXT,
    ASCII,
    st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    ASCII,
)
CONTEXTS = st.builds(
    Context,
    st.one_of(st.none(), TEXT),
    st.one_of(st.none(), st.dictionaries(TEXT, VALUES, max_size=12)),
    units=st.one_of(st.none(), st.dictionaries(ASCII, ASCII, max_size=2)),
    unknown=st.one_of(st.just(()), st.lists(ASCII, max_size=2)),
    partial=st.booleans(),
    sticky_assignments=st.one_of(st.just(()), st.lists(ASSIGNMENTS, max_size=2)),
    events_reached=st.booleans(),
)
USUAL_CONTEXTS = st.builds(
    Context,
    ASCII,
    st.dictionaries(
        st.text(st.characters(max_codepoint=127), max_size=12),
        st.one_of(
            st.text(st.characters(max_codepoint=127), max_size=20),
            st.integers(0, 2**63 - 1),
            st.floats(allow_nan=False),
            st.booleans(),
            st.none(),
        ),
        max_size=12,
    ),
    units=st.none(),
    unknown=st.just(()),
    partial=st.just(value=False),
    sticky_assignments=st.just(()),
    events_reached=st.just(value=False),
)


def generally(key, context):
    message = decision_pb2.DecideRequest(key=key)
    messages.fill_context(message.context, context)
    return present(message)


def present(message):
    """A context of which nothing is known may be there or not."""
    message.context.SetInParent()
    return message


@given(TEXT, st.one_of(CONTEXTS, USUAL_CONTEXTS))
def test_a_request_says_the_same(key, context):
    request = calls.decide_request(key, context, None, None, 0)
    assert present(decision_pb2.DecideRequest.FromString(request)) == generally(key, context)
    check = calls.check_segment_request(key, context, None, 0)
    assert (
        decision_pb2.CheckSegmentRequest.FromString(check).context
        == generally(key, context).context
    )


@given(ASCII.filter(lambda key: len(key) < 128), USUAL_CONTEXTS.filter(lambda c: len(c[0]) < 128))
def test_a_usual_context_needs_no_message(key, context):
    request = key_and_context(key, context)
    assert request is not None
    assert decision_pb2.DecideRequest.FromString(request) == generally(key, context)


class Text(str):
    __slots__ = ()

    def __format__(self, spec):
        return "something else"


@pytest.mark.parametrize(
    ("key", "context"),
    [
        ("k" * 128, Context("u", {})),
        (Text("k"), Context("u", {})),
        ("é", Context("u", {})),
        ("k", None),
        ("k", ("u", {}, None, (), False)),
        ("k", Context(None, {})),
        ("k", Context(Text("u"), {})),
        ("k", Context("u" * 128, {})),
        ("k", Context("ü", {})),
        ("k", Context(b"u", {})),
        ("k", Context("u", None)),
        ("k", Context("u", {Text("a"): "x"})),
        ("k", Context("u", {b"a": "x"})),
        ("k", Context("u", {"ä": "x"})),
        ("k", Context("u", {"ä": 1000})),
        ("k", Context("u", {"a": Text("x")})),
        ("k", Context("u", {"a": "x" * 121})),
        ("k", Context("u", {"a": -1})),
        ("k", Context("u", {"a": 2**63})),
        ("k", Context("u", {"a": []})),
        ("k", Context("u", {str(n): "x" * 100 for n in range(200)})),
        ("k", Context("u", {}, units={"company": "c"})),
        ("k", Context("u", {}, unknown=["a"])),
        ("k", Context("u", {}, partial=True)),
        ("k", Context("u", {}, sticky_assignments=iter([]))),
        ("k", Context("u", {}, events_reached=True)),
    ],
)
def test_the_rest_is_left_to_the_general_way(key, context):
    assert key_and_context(key, context) is None


REFERENCES = st.builds(
    SnapshotRef,
    st.one_of(st.just("ab" * 32), ASCII),
    st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([26, 3354])),
    st.sampled_from([0.0, 0.25, 1.0, 127.5, 128.0, 1e9]),
    st.booleans(),
)
DECISIONS = st.builds(
    Decision,
    st.one_of(st.sampled_from(["f", "checkout"]), TEXT),
    st.sampled_from([None, "on", "off"]),
    st.one_of(TEXT, INTEGERS, st.booleans(), st.none(), st.just(["a"]), st.just({"a": 1})),
    st.sampled_from(Reason),
    st.one_of(st.none(), st.just("rules[0]")),
    st.one_of(st.none(), st.just("e")),
    st.one_of(st.none(), st.just("green")),
    st.booleans(),
    st.one_of(st.none(), st.just("QUARANTINED")),
    st.booleans(),
    st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(Note), max_size=2).map(tuple),
    st.one_of(st.just(()), st.lists(ASSIGNMENTS, max_size=2).map(tuple)),
    REFERENCES,
)


def said(decision):
    response = decision_pb2.DecideResponse()
    message = response.decision
    message.key = decision.key
    if decision.variant is not None:
        message.variant = decision.variant
        messages._fill_value(message.value, decision.value, 0)
    message.reason = list(Reason).index(decision.reason)
    for name in ("rule", "experiment", "experiment_variant", "error_code"):
        setattr(message, name, getattr(decision, name) or "")
    message.enrolled, message.degraded = decision.enrolled, decision.degraded
    message.unknown_attributes.extend(decision.unknown_attributes)
    message.notes.extend(list(Note).index(note) for note in decision.notes)
    context = decision_pb2.Context()
    messages.fill_context(context, Context(sticky_assignments=decision.assignments_to_persist))
    message.assignments_to_persist.extend(context.sticky_assignments)
    snapshot = decision.snapshot
    response.snapshot.id, response.snapshot.revision = snapshot.id, snapshot.revision
    response.snapshot.age.FromNanoseconds(int(snapshot.age * 1e9))
    response.snapshot.stale = snapshot.stale
    return response.SerializeToString()


@given(st.lists(st.tuples(DECISIONS, st.sampled_from([None, "mine"])), min_size=1, max_size=6))
def test_answers_read_the_same_in_any_order(asked):
    known = DecideAnswers()
    for decision, default in asked * 2:
        expected = decision if decision.variant else decision._replace(value=default)
        read = calls.read_decide(said(decision), default, known)
        assert read == expected
        assert [type(field) for field in read] == [type(field) for field in expected]


def decided(**changes):
    reference = SnapshotRef("ab" * 32, 7, 1.5, stale=False)
    decision = Decision(
        "f", "on", True, Reason.SPLIT, None, None, None, False, None, False, (), (), (), reference
    )
    return decision._replace(**changes)


def learned(*decisions):
    known = DecideAnswers()
    for decision in decisions:
        known.learn(said(decision), decision)
    return known


def test_an_answer_is_known_whatever_its_age():
    known = learned(decided())
    later = decided(snapshot=SnapshotRef("ab" * 32, 7, 99.75, stale=False))
    assert known.read(said(later), None) == later


@pytest.mark.parametrize(
    "other",
    [
        decided(key="g"),
        decided(snapshot=SnapshotRef("ab" * 32, 8, 1.5, stale=False)),
        decided(snapshot=SnapshotRef("cd" * 32, 7, 1.5, stale=False)),
        decided(snapshot=SnapshotRef("ab" * 32, 7, 1.5, stale=True)),
    ],
)
def test_another_answer_is_not_known(other):
    assert learned(decided()).read(said(other), None) is None


@pytest.mark.parametrize("value", [["a"], {"a": 1}])
def test_a_value_that_can_be_changed_is_read_anew(value):
    known = DecideAnswers()
    body = said(decided(value=value))
    first, second = (calls.read_decide(body, None, known).value for _ in range(2))
    assert first == second == value
    assert first is not second


def test_the_default_of_one_call_is_not_the_next_ones():
    known = DecideAnswers()
    body = said(decided(variant=None))
    values = [calls.read_decide(body, default, known).value for default in ("a", "b", None)]
    assert values == ["a", "b", None]


def test_a_changed_byte_is_never_passed_over():
    """Whatever is not what was learned is read as the general way reads it, or refused."""
    known = learned(decided())
    body = said(decided())
    for at in range(len(body)):
        for byte in (0, 1, body[at] ^ 1, 0x7F, 0x80, 0xFF):
            changed = body[:at] + bytes([byte]) + body[at + 1 :]
            assert_same(known.read(changed, None), changed)
    for cut in range(len(body)):
        assert_same(known.read(body[:cut], None), body[:cut])
    for more in (b"\x20", b"\x20\x00", b"\x20\x01", b"\x12\x00", b"\x0a\x00"):
        assert_same(known.read(body + more, None), body + more)


def assert_same(read, body):
    assert read is None or read == calls.read_decide(body, None, DecideAnswers())


def test_a_bounded_number_of_answers_is_kept():
    known = learned(*(decided(key=str(number)) for number in range(MAX_KNOWN + 10)))
    assert len(known._known) == 10
    assert known.read(said(decided(key=str(MAX_KNOWN + 9))), None) is not None
