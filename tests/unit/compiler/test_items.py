"""What segments, flags and experiments become."""

import pytest
from snapshots import compiled, content, experiment, flag, messages, segment

from turnout.compiler.items import is_key
from turnout.compiler.values import MAX_DEPTH
from turnout.engine import Program
from turnout.snapshot.v1 import snapshot_pb2 as pb


def only(documents):
    whole = content(documents)
    return [*whole.segments, *whole.flags, *whole.experiments][0]


def definition(**fields):
    return only({"segments": {"s": fields}}).WhichOneof("definition")


def test_kind_of_a_segment_follows_from_its_fields():
    assert definition(match={"attribute": "a", "is": 1}) == "rule"
    assert definition(members=["u"]) == "members"
    assert definition(kind="static", members=[]) == "members"
    assert definition(kind="everyone") == "everyone"
    assert definition(include_units=["u"]) == "members"


def test_fields_of_a_segment():
    fields = {"include_units": ["b", "a", "b"], "exclude_units": ["c"], "status": "paused"}
    found = only({"segments": {"s": {"kind": "everyone", "unit": "company", **fields}}})
    assert list(found.include_units) == ["a", "b"]
    assert list(found.exclude_units) == ["c"]
    assert found.status == pb.SEGMENT_STATUS_PAUSED


def test_defaults():
    found = only(flag())
    assert found.status == pb.FLAG_STATUS_ENABLED
    assert found.type == pb.FLAG_TYPE_BOOLEAN
    assert only({"segments": {"s": {"kind": "everyone"}}}).status == pb.SEGMENT_STATUS_ACTIVE
    found = only(experiment())
    assert found.status == pb.EXPERIMENT_STATUS_DRAFT
    assert found.traffic == 1_000_000
    assert not found.HasField("audience")
    assert (found.traffic_salt, found.variant_salt) == ("e.traffic", "e.variant.1")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"serve": "off"}, pb.ON_UNKNOWN_STOP),
        ({"serve": "on"}, pb.ON_UNKNOWN_NO_MATCH),
        ({"split": {"off": "100%"}}, pb.ON_UNKNOWN_NO_MATCH),
        ({"serve": "off", "on_unknown": "no_match"}, pb.ON_UNKNOWN_NO_MATCH),
        ({"serve": "on", "on_unknown": "error"}, pb.ON_UNKNOWN_ERROR),
        ({"serve": "on", "on_unknown": "match"}, pb.ON_UNKNOWN_MATCH),
    ],
)
def test_on_unknown_stops_where_the_default_variant_guards(rule, expected):
    found = only(flag([{"when": {"attribute": "a", "is": 1}, **rule}]))
    assert found.rules[0].on_unknown == expected


@pytest.mark.parametrize(
    ("values", "declared", "expected"),
    [
        ([True, False], None, pb.FLAG_TYPE_BOOLEAN),
        (["a", ""], None, pb.FLAG_TYPE_STRING),
        ([1, -2], None, pb.FLAG_TYPE_INTEGER),
        ([1, 2.5], None, pb.FLAG_TYPE_DOUBLE),
        ([2.5, 1], None, pb.FLAG_TYPE_DOUBLE),
        ([1, 2], "double", pb.FLAG_TYPE_DOUBLE),
        ([{}, [1]], None, pb.FLAG_TYPE_OBJECT),
    ],
)
def test_type_of_a_flag(values, declared, expected):
    variants = {f"v{at}": value for at, value in enumerate(values)}
    fields = {"type": declared} if declared else {}
    found = only(flag(variants=variants, default="v0", **fields))
    assert found.type == expected
    kinds = {variant.value.WhichOneof("kind") for variant in found.variants}
    assert len(kinds) == 1 or expected == pb.FLAG_TYPE_OBJECT


def deep(depth):
    value = 1
    for _ in range(depth):
        value = {"x": value}
    return flag(variants={"a": value}, default="a")


def test_values_are_no_deeper_than_readers_of_protobuf_go():
    result = compiled(deep(MAX_DEPTH))
    pb.Content.FromString(result.content)
    Program(result.seal())
    assert f"more than {MAX_DEPTH} deep" in messages(compiled(deep(MAX_DEPTH + 1), {}))[0]


def test_audience_of_several_segments():
    segments = {key: {"kind": "everyone"} for key in "abc"}
    audience = {"include": {"mode": "any", "segments": ["b", "a"]}, "exclude": ["c", "a"]}
    found = content({"segments": segments, **experiment(audience=audience)}).experiments[0]
    include, exclude = found.audience.all.expressions
    assert [one.segment for one in include.any.expressions] == [1, 0]
    assert [one.segment for one in getattr(exclude, "not").any.expressions] == [2, 0]


def test_control_is_named_or_called_so():
    assert only(experiment()).control == 0
    assert only(experiment(control="b")).control == 1


def test_hand_over_refers_by_index():
    documents = {**flag([{"experiment": "e"}], variants={"a": 1}, default="a"), **experiment()}
    assert content(documents).flags[0].rules[0].experiment == 0


def test_segments_stand_on_each_other_no_higher_than_the_engine_follows():
    height = 1000
    segments = {f"s{at:04}": {"match": {"segment": f"s{at + 1:04}"}} for at in range(height)}
    segments[f"s{height:04}"] = {"kind": "everyone"}
    result = compiled({"segments": segments}, {})
    assert any("levels deep" in message for message in messages(result))
    Program(result.seal())


@pytest.mark.parametrize("key", ["a", "A.b-c_9", "x" * 96])
def test_a_key_is_letters_digits_and_three_signs(key):
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "x" * 97, "a b", "ü", "a\n", "a/b", "\ud800"])
def test_what_is_no_key(key):
    assert not is_key(key)


def test_sensitive_attributes_are_told_by_their_place():
    documents = {
        "attributes": {
            "email": {"type": "string", "sensitive": True},
            "plan": {"type": "string"},
            "unused": {"type": "string", "sensitive": True},
        },
        **segment({"any": [{"attribute": name, "is": "x"} for name in ("plan", "email", "age")]}),
    }
    whole = content(documents)
    assert [whole.attributes[at] for at in whole.sensitive_attributes] == ["email"]
