"""What crosses the door comes out right, and nothing else crosses it."""

import threading
from collections import ChainMap
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import IntEnum, StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from turnout.engine import Program
from turnout.results import (
    Context,
    Decision,
    FlagNotFound,
    InvalidArgument,
    ItemFailure,
    Reason,
    SegmentCheck,
    SegmentNotFound,
    SegmentState,
    SnapshotRefused,
    TypeMismatch,
)


def variant(program, attributes, **more):
    return program.decide("checkout", Context("u-1", attributes, **more)).variant


def test_a_decision_has_all_its_parts(program):
    decision = program.decide("checkout", Context("u-1", {"plan": "Pro", "colour": object()}))
    assert type(decision) is Decision
    assert decision == Decision(
        key="checkout",
        variant="on",
        value="ON",
        reason=Reason.TARGETING_MATCH,
        rule="the pros",
        experiment=None,
        experiment_variant=None,
        enrolled=False,
        error_code=None,
        degraded=False,
        unknown_attributes=(),
        notes=(),
        assignments_to_persist=(),
        snapshot=program.snapshot,
    )
    assert type(decision.reason) is Reason
    assert program.snapshot[1:] == (3, 0.0, False)
    assert program.snapshot.id == program.id


def test_what_was_not_known_is_named(program):
    decision = program.decide("checkout", Context("u-1", {"age": 5}, unknown={"plan"}))
    assert decision.variant == "off"
    assert decision.degraded
    assert decision.unknown_attributes == ("plan",)
    assert program.decide("checkout", Context(partial=True)).unknown_attributes == ("age", "plan")
    assert program.decide("checkout", Context(unknown=("age", "plan"))).degraded


def test_decisions_for_one_variant_are_told_apart(one_variant):
    """An answer that is kept for the next call is given for the same decision alone."""
    pro, grown, off = {"plan": "pro"}, {"age": 20}, {"age": 5}
    asked = [pro, pro, grown, grown, pro, off, off, grown]
    decided = [one_variant.decide("checkout", Context("u", attributes)) for attributes in asked]
    rules = {"pro": "the pros", 20: "rules[1]", 5: None}
    assert [d.rule for d in decided] == [rules[next(iter(a.values()))] for a in asked]
    assert {d.variant for d in decided} == {"on", "off"}
    every = one_variant.decide_many(["checkout"] * 3, Context("u", grown))
    assert every == [decided[2]] * 3


def test_a_value_that_can_be_changed_is_the_callers_own(program):
    first, second = (program.decide("a-object", Context("u")).value for _ in range(2))
    assert first == second
    first["colours"].append("red")
    assert second == program.decide("a-object", Context("u")).value


class Plan(StrEnum):
    PRO = "pro"


class Age(IntEnum):
    GROWN = 18


class Text(str):
    __slots__ = ()


class Fraction(float):
    __slots__ = ()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"plan": "pro"}, "on"),
        ({"plan": Plan.PRO}, "on"),
        ({"plan": Text("team")}, "on"),
        ({Text("plan"): "pro"}, "on"),
        ({"plan": None}, "off"),
        ({"plan": True}, "off"),
        ({"plan": "prö"}, "off"),
        ({"age": 18}, "grown"),
        ({"age": Age.GROWN}, "grown"),
        ({"age": 17}, "off"),
        ({"age": 18.0}, "grown"),
        ({"age": Fraction(18.5)}, "grown"),
        ({"age": 17.99}, "off"),
        ({"age": float("nan")}, "off"),
        ({"age": True}, "off"),
        ({"age": "18"}, "grown"),
        ({"age": 2**63 - 1}, "grown"),
        ({"age": -(2**63)}, "off"),
        ({"age": [18]}, "off"),
        ({"age": {"years": 18}}, "off"),
        ({"age": datetime(2026, 1, 1, tzinfo=UTC)}, "off"),
        (MappingProxyType({"plan": "pro"}), "on"),
        (ChainMap({"plan": "pro"}, {"plan": "free"}), "on"),
        ({}, "off"),
        (None, "off"),
    ],
)
def test_a_value_means_what_it_is(program, attributes, expected):
    assert variant(program, attributes) == expected


@pytest.mark.parametrize(
    ("interests", "state"),
    [
        (["plants"], "TRUE"),
        (("books", "Plants"), "TRUE"),
        (["plants and books"], "FALSE"),
        ([], "FALSE"),
        ([1, True, 2.5, "plants"], "TRUE"),
        ([None], "UNKNOWN"),
        ([["plants"], {"plants": 1}], "UNKNOWN"),
        ("plants", "UNKNOWN"),
        (None, "FALSE"),
    ],
)
def test_a_list_is_looked_into(program, interests, state):
    check = program.check_segment("zz-gardeners", Context("u-1", {"interests": interests}))
    assert type(check) is SegmentCheck
    assert type(check.state) is SegmentState
    assert check.state == state


class Careless(tzinfo):
    """A zone whose Python code empties the dict that is being read."""

    def __init__(self, attributes):
        self.attributes = attributes

    def utcoffset(self, _):
        self.attributes.clear()
        return timedelta(hours=1)


def test_python_code_of_a_value_cannot_pull_the_rug(program):
    for _ in range(100):
        # Texts that only the dict holds.
        attributes = {"plan": str(b"pro", "ascii"), "interests": [str(b"xy", "ascii")]}
        attributes["age"] = datetime(2026, 1, 1, tzinfo=Careless(attributes))
        assert variant(program, attributes) == "on"
        assert not attributes


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=-3)), ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")]
)
def test_any_zone_will_do(program, zone):
    moment = datetime(2026, 7, 1, 12, tzinfo=zone)
    assert variant(program, {"plan": "pro", "age": moment}) == "on"
    assert variant(program, {"plan": "pro", "interests": [moment]}) == "on"
    assert program.decide("checkout", Context(), now=moment).variant == "off"


@pytest.mark.parametrize(
    ("context", "said"),
    [
        (Context("u", {"age": 2**63}), "attribute `age` is an integer that does not fit"),
        (Context("u", {"age": datetime(2026, 1, 1)}), "attribute `age` is `2026"),  # noqa: DTZ001
        (Context("u", {"age": [datetime(2026, 1, 1)]}), "without a zone"),  # noqa: DTZ001
        (Context("u", {"age": object()}), "attribute `age` is a `object`: give None"),
        (Context("u", {"age": b"x"}), "is a `bytes`"),
        (Context("u", {"age": "\ud800"}), "attribute `age`"),
        (Context("u", {7: "x"}), "`int`"),
        (Context(7), "`unit_id` is a `int`"),
        (Context("u", ["age"]), "`attributes` is a `list`"),
        (Context("u", units={"company": 7}), "unit `company` is a `int`"),
        (Context("u", units=7), "`units` is a `int`"),
        (Context("u", units={"user": "v"}), "different ids"),
        (Context("u", unknown="plan"), "`unknown` is a `str`"),
        (Context("u", unknown=7), "`unknown` is a `int`"),
        (Context("u", unknown=[7]), "`unknown` holds a `int`"),
        ({"plan": "pro"}, "`context` is a `dict`: give a turnout.Context"),
        (("u", None, None, (), False), "`context` is a `tuple`"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(program, context, said):
    with pytest.raises(InvalidArgument) as raised:
        program.decide("checkout", context)
    assert said in str(raised.value)
    # The next request is answered.
    assert variant(program, {"plan": "pro"}) == "on"


def test_the_same_id_twice_is_no_contradiction(program):
    assert variant(program, {"plan": "pro"}, units={"user": "u-1"}) == "on"


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize("now", ["today", 7, NAIVE, datetime.max.replace(tzinfo=UTC)])
def test_now_is_an_aware_datetime_of_these_centuries(program, now):
    with pytest.raises(InvalidArgument, match="`now`"):
        program.decide("checkout", Context(), now=now)


def test_no_value_of_a_caller_changes_the_next_one(program):
    first = program.decide("a-object", Context())
    assert first.value == {"colours": ["off"]}
    first.value["colours"].append("x")
    first.value["more"] = 1
    assert program.decide("a-object", Context()).value == {"colours": ["off"]}


def test_a_default_is_for_no_variant(program):
    default = object()
    decision = program.decide("b-disabled", Context("u"), default=default)
    assert decision.variant is None
    assert decision.value is default
    assert decision.reason is Reason.DISABLED
    assert program.decide("b-disabled", Context("u")).value is None
    assert program.decide("checkout", Context("u"), default=default).value == "OFF"


def test_keys_that_are_not_there_are_named(program):
    with pytest.raises(FlagNotFound, match="`nothing`") as flag:
        program.decide("nothing", Context())
    assert flag.value.metadata == {"key": "nothing"}
    with pytest.raises(SegmentNotFound, match="`nothing`"):
        program.check_segment("nothing", Context())
    for wrong in ("", 7, None, "\ud800"):
        with pytest.raises(InvalidArgument, match="key"):
            program.decide(wrong, Context())


def test_the_expected_type_is_checked(program):
    assert program.decide("checkout", Context(), expected_type=str).value == "OFF"
    assert program.decide("a-object", Context(), expected_type=dict).variant == "off"
    with pytest.raises(TypeMismatch, match="type string, not boolean") as raised:
        program.decide("checkout", Context(), expected_type=bool)
    assert raised.value.metadata == {"key": "checkout", "actual": "string", "expected": "boolean"}
    with pytest.raises(InvalidArgument, match="expected type"):
        program.decide("checkout", Context(), expected_type=bytes)


def test_many_are_decided_in_the_order_asked(program):
    context = Context("u-1", {"plan": "pro"})
    first, second, third = program.decide_many(iter(["checkout", "nothing", "a-object"]), context)
    assert first == program.decide("checkout", context)
    assert type(second) is ItemFailure
    assert second[:3] == ("nothing", "NOT_FOUND", "FLAG_NOT_FOUND")
    assert third.variant == "off"
    for wrong in ("checkout", 7, [7], [""]):
        with pytest.raises(InvalidArgument, match="key"):
            program.decide_many(wrong, context)


def test_all_are_decided_sorted(program):
    keys = ["a-object", "b-disabled", "checkout"]
    assert [decision.key for decision in program.decide_all(Context())] == keys == program.keys
    assert [decision.key for decision in program.decide_all(Context(), tag="shop")] == ["checkout"]
    assert [decision.key for decision in program.decide_all(Context(), prefix="b")] == [keys[1]]
    assert program.decide_all(Context(), tag="shop", prefix="b") == []


def test_segments_are_listed(program):
    context = Context("u", {"plan": "pro"}, unknown=["interests"])
    matching = program.matching_segments(context)
    assert list(matching) == ["pro"]
    assert matching.unknown_keys == ("zz-gardeners",)
    assert matching.snapshot == program.snapshot
    assert not program.matching_segments(context, tag="nothing")
    assert list(program.matching_segments(context, tag="paying", prefix="p")) == ["pro"]
    assert program.segment_keys == ["pro", "zz-gardeners"]


def test_several_segments_are_checked_in_the_order_asked(program):
    first, second, third = program.check_segments(["zz-gardeners", "x", "pro"], Context("u"))
    assert (first.key, first.state) == ("zz-gardeners", "FALSE")
    assert second[:3] == ("x", "NOT_FOUND", "SEGMENT_NOT_FOUND")
    assert third == program.check_segment("pro", Context("u"))


def test_a_program_describes_itself(program):
    status = program.snapshot_status()
    assert status.snapshot == program.snapshot
    assert (status.flags, status.experiments, status.segments) == (3, 0, 2)
    assert status.published_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert status.published_by == "test"
    assert status.problems[0][:5] == ("flag", "broken", "a.yaml", 3, 5)


@pytest.mark.parametrize("damage", [b"", b"TURNOUT\x01", b"x" * 100])
def test_what_is_no_snapshot_is_refused(damage):
    with pytest.raises(SnapshotRefused) as raised:
        Program(damage)
    assert str(raised.value)


def test_a_flipped_byte_is_refused(sealed):
    for at in range(0, len(sealed), 7):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        with pytest.raises(SnapshotRefused):
            Program(bytes(damaged))


def test_threads_share_a_program(program):
    wrong = []

    def decide(plan, expected):
        context = {"plan": plan, "age": 3, "interests": ["a", plan]}
        wrong.extend(plan for _ in range(2000) if variant(program, context) != expected)

    work = [("pro", "on"), ("free", "off")] * 4
    threads = [threading.Thread(target=decide, args=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_program_is_frozen(program):
    with pytest.raises(AttributeError):
        program.id = "x"
    with pytest.raises(TypeError):
        Program()
