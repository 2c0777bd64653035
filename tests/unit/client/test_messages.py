"""Contexts and values survive the way to the server and back."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from turnout.client import calls, messages
from turnout.client.usual import DecideAnswers
from turnout.results import Context, InvalidArgument, Note, Reason, SegmentState
from turnout.v1 import decision_pb2, reason_pb2, value_pb2


class Plan(StrEnum):
    PRO = "pro"


def sent(context):
    message = decision_pb2.Context()
    messages.fill_context(message, context)
    return decision_pb2.Context.FromString(message.SerializeToString())


def test_the_parts_of_a_context_are_sent():
    message = sent(
        Context("u-1", {"a": "x"}, units={"company": "c-1"}, unknown=["b", "device"], partial=True)
    )
    assert message.targeting_key == "u-1"
    assert dict(message.units) == {"company": "c-1"}
    assert list(message.unknown_attributes) == ["b", "device"]
    assert message.partial
    assert message.attributes["a"].string == "x"


def test_an_empty_context_says_nothing():
    assert sent(Context()).ByteSize() == 0
    assert calls.decide_all_request(None, None, None, None) == b""


@pytest.mark.parametrize(
    ("value", "kind", "back"),
    [
        (None, "null", None),
        ("", "string", ""),
        ("日本", "string", "日本"),
        (Plan.PRO, "string", "pro"),
        (True, "boolean", True),
        (False, "boolean", False),
        (0, "integer", 0),
        (2**63 - 1, "integer", 2**63 - 1),
        (-(2**63), "integer", -(2**63)),
        (0.5, "double", 0.5),
        (float("inf"), "double", float("inf")),
        ([], "list", []),
        (("a", 1, None, [True]), "list", ["a", 1, None, [True]]),
        ({}, "object", {}),
        ({"b": 1, "a": {"c": [1.5]}}, "object", {"b": 1, "a": {"c": [1.5]}}),
        (
            datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=timezone(timedelta(hours=2))),
            "timestamp",
            datetime(2026, 1, 2, 1, 4, 5, 678_901, tzinfo=UTC),
        ),
        (
            datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC),
            "timestamp",
            datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC),
        ),
        (datetime(1970, 1, 1, tzinfo=UTC), "timestamp", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_value_survives(value, kind, back):
    message = sent(Context("u", {"a": value})).attributes["a"]
    assert message.WhichOneof("kind") == kind
    read = messages.value(message)
    assert read == back
    assert type(read) is type(back)


def deep(levels):
    value = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2**63, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        (datetime(2026, 1, 1), "without a zone"),  # noqa: DTZ001 - that is what is refused
        ([datetime(2026, 1, 1)], "without a zone"),  # noqa: DTZ001 - that is what is refused
        (object(), "`object`"),
        (b"bytes", "`bytes`"),
        ({1: "x"}, "`a`"),
        ("\ud800", "`a`"),
        (deep(40), "nested deeper"),
    ],
)
def test_a_value_that_cannot_be_said_is_refused_by_name(value, said):
    with pytest.raises(InvalidArgument, match=r"attribute `a`") as raised:
        sent(Context("u", {"a": value}))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "context",
    [
        Context(7),
        Context("u", units={"company": 7}),
        Context("u", unknown="plan"),
        Context("u", unknown=[7]),
        Context("u", {7: "x"}),
        Context("u", ["x"]),
        Context("\ud800"),
        {"plan": "pro"},
        ("u", None, None, (), False),
    ],
)
def test_a_context_of_wrong_types_is_refused(context):
    with pytest.raises(InvalidArgument):
        sent(context)


@pytest.mark.parametrize(("key", "revision"), [(7, 0), ("f", "x"), ("f", -1)])
def test_a_request_of_wrong_types_is_refused(key, revision):
    with pytest.raises(InvalidArgument):
        calls.decide_request(key, Context(), None, None, revision)


def test_what_is_refused_is_named_with_what_to_give():
    with pytest.raises(InvalidArgument, match=r"^`key` is `7`: give text$"):
        calls.decide_request(7, Context(), None, None, 0)
    with pytest.raises(InvalidArgument, match=r"^`key` is `'\\udc00'`: give text$"):
        calls.check_segment_request("\udc00", Context(), None, 0)
    with pytest.raises(InvalidArgument, match=r"^`min_revision` is `-1`: give a whole number"):
        calls.decide_request("f", Context(), None, None, -1)
    with pytest.raises(InvalidArgument, match=r"^`keys` is `\[7\]`: give a list of texts$"):
        calls.decide_many_request([7], Context(), None, 0)
    with pytest.raises(InvalidArgument, match=r"^`prefix` is `7`: give text$"):
        calls.decide_all_request(Context(), None, None, 7)


@pytest.mark.parametrize(
    ("context", "told"),
    [
        (Context(7), "`unit_id` is `7`: give text"),
        (Context("\udc00"), "`unit_id` is `'\\udc00'`: give text"),
        (Context("u", units={"company": 7}), "`units` has `'company': 7`: give text for both"),
        (Context("u", units={7: "x"}), "`units` has `7: 'x'`: give text for both"),
    ],
)
def test_a_wrong_part_of_a_context_is_named(context, told):
    with pytest.raises(InvalidArgument) as raised:
        sent(context)
    assert str(raised.value) == told


def test_a_type_is_asked_for_by_its_python_class():
    for kind, number in {bool: 1, str: 2, int: 3, float: 4, dict: 5}.items():
        body = calls.decide_request("f", Context(), None, kind, 0)
        assert decision_pb2.DecideRequest.FromString(body).expected_type == number
    with pytest.raises(InvalidArgument, match="expected type"):
        calls.decide_request("f", Context(), None, bytes, 0)


def test_now_is_aware():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    body = calls.decide_request("f", Context(), now, None, 0)
    assert decision_pb2.DecideRequest.FromString(body).now.ToDatetime(UTC) == now
    for wrong in (datetime(2026, 1, 1), "today", 7):  # noqa: DTZ001 - that is what is refused
        with pytest.raises(InvalidArgument, match="`now`"):
            calls.decide_request("f", Context(), wrong, None, 0)


def test_one_text_is_no_list_of_keys():
    with pytest.raises(InvalidArgument, match="list of keys"):
        calls.decide_many_request("flag", Context(), None, 0)


def test_a_decision_without_a_variant_has_the_default():
    response = decision_pb2.DecideResponse()
    response.decision.key = "f"
    response.decision.reason = 22
    decision = calls.read_decide(response.SerializeToString(), "mine", DecideAnswers())
    assert decision.variant is None
    assert decision.value == "mine"
    assert decision.reason is Reason.DISABLED


def test_every_field_of_a_decision_is_read():
    response = decision_pb2.DecideResponse()
    message = response.decision
    message.key, message.variant, message.rule = "f", "on", "rules[0]"
    message.value.integer = 3
    message.reason, message.enrolled, message.degraded = 19, True, True
    message.experiment, message.experiment_variant = "e", "green"
    message.error_code = "UNKNOWN_ATTRIBUTE"
    message.unknown_attributes.extend(["a", "b"])
    message.notes.append(1)
    response.snapshot.revision = 2
    response.snapshot.stale = True
    decision = calls.read_decide(response.SerializeToString(), None, DecideAnswers())
    assert decision[:12] == (
        "f",
        "on",
        3,
        Reason.ASSIGNED,
        "rules[0]",
        "e",
        "green",
        True,
        "UNKNOWN_ATTRIBUTE",
        True,
        ("a", "b"),
        (Note.SEGMENT_ARCHIVED,),
    )
    assert decision.snapshot == ("", 2, 0.0, True)


def test_a_batch_keeps_its_order_and_its_failures():
    response = decision_pb2.BatchDecideResponse()
    response.results.add().decision.key = "a"
    error = response.results.add().error
    error.key, error.code, error.reason, error.message = "b", 5, "FLAG_NOT_FOUND", "no `b`"
    first, second = calls.read_decide_many(response.SerializeToString())
    assert first.key == "a"
    assert second == ("b", "NOT_FOUND", "FLAG_NOT_FOUND", "no `b`")


def test_segments_are_read():
    one = decision_pb2.CheckSegmentResponse()
    one.check.key, one.check.state, one.check.reason = "s", 3, "UNKNOWN_ATTRIBUTE"
    one.check.unknown_attributes.append("plan")
    check = calls.read_check_segment(one.SerializeToString())
    assert check.state is SegmentState.UNKNOWN
    assert check.unknown_attributes == ("plan",)
    some = decision_pb2.ListMatchingSegmentsResponse(keys=["a", "b"], unknown_keys=["c"])
    matching = calls.read_matching_segments(some.SerializeToString())
    assert list(matching) == ["a", "b"]
    assert matching.unknown_keys == ("c",)


def test_the_names_are_those_of_the_protos():
    assert [f"REASON_{reason}" for reason in Reason] == reason_pb2.Reason.keys()
    assert [f"NOTE_{note}" for note in Note] == reason_pb2.Note.keys()
    assert [f"SEGMENT_STATE_{state}" for state in SegmentState] == decision_pb2.SegmentState.keys()


def test_an_unset_value_is_none():
    assert messages.value(value_pb2.Value()) is None
