"""What a condition becomes: types, operands, groups, buckets."""

import pytest
from snapshots import compiled, content, messages, segment

from turnout.compiler.operators import OPERATORS
from turnout.documents import names
from turnout.snapshot.v1 import snapshot_pb2 as pb


def rule(match, attributes=None):
    documents = segment(match)
    if attributes:
        documents["attributes"] = attributes
    return content(documents).segments[0].rule


def condition(written, attributes=None):
    return rule({"attribute": "a", **written}, attributes).condition


def kind(written, declared=None):
    found = condition(written, {"a": declared} if declared else None).type
    return pb.AttributeType.Name(found).removeprefix("ATTRIBUTE_TYPE_").lower()


def test_every_operator_has_a_row_and_a_number():
    assert tuple(OPERATORS) == names.OPERATORS
    numbers = {row.operator for row in OPERATORS.values()}
    assert numbers == set(pb.Operator.values()) - {0}


@pytest.mark.parametrize(
    ("written", "declared", "expected"),
    [
        ({"is": "a"}, None, "string"),
        ({"is": 1}, None, "number"),
        ({"is": 1.5}, None, "number"),
        ({"is": True}, None, "boolean"),
        ({"is": ["a", "b"]}, None, "string"),
        ({"is": [["a"], ["b"]]}, None, "list"),
        ({"is": ["a", "b"]}, "list", "list"),
        ({"is": ["a", "b"], "type": "list"}, "string", "list"),
        ({"is": "12", "type": "string"}, "number", "string"),
        ({"is_at_least": 1}, None, "number"),
        ({"is_between": [1, 2]}, None, "number"),
        ({"is_between": [[1, 2], [3, 4]]}, None, "number"),
        ({"starts_with": "a"}, None, "string"),
        ({"contains_any": ["a"]}, None, "list"),
        ({"is_on": True}, None, "boolean"),
        ({"modulo": {"divisor": 2, "remainder": 0}}, None, "number"),
        ({"contains": "a"}, None, "unspecified"),
        ({"contains": 5}, None, "unspecified"),
        ({"contains": "a"}, "string", "string"),
        ({"contains": "a"}, "list", "list"),
        ({"is_set": True}, "datetime", "unspecified"),
        ({"is_at_least": "1.2"}, None, "version"),
        ({"is_at_least": "5"}, None, "version"),
        ({"is_at_least": 5}, "version", "version"),
        ({"is": ["1.2", "1.3"]}, "version", "version"),
        ({"is": "1.2"}, None, "string"),
        ({"is_between": ["1.2", "2"]}, None, "version"),
        ({"is_between": ["yesterday", "08:00 AM"]}, None, "datetime"),
        ({"is_between": [["2026-01-01", "2026-02-01"], ["today", "tomorrow"]]}, None, "datetime"),
        ({"is_since": "3 days ago"}, None, "datetime"),
        ({"is_past": "3 days ago"}, "datetime(ms)", "datetime"),
        ({"is_on_date": ["today", "March 5"]}, None, "datetime"),
        ({"is_in_cidr": "10.0.0.0/8"}, None, "ip"),
        ({"is_within": {"lat": 1, "lon": 2, "km": 3}}, None, "geo"),
        ({"is_empty": True}, None, "unspecified"),
        ({"is_empty": True}, "list", "list"),
    ],
)
def test_type_is_the_first_of_own_schema_operator_operand(written, declared, expected):
    assert kind(written, declared) == expected


def test_attribute_outside_of_the_schema_is_as_without_one():
    assert rule({"attribute": "other", "is": 5}, {"a": "list"}).condition.type == 2


@pytest.mark.parametrize(
    ("written", "declared", "expected"),
    [
        (5, "number", pb.Operand(number="5")),
        (-0.5, "number", pb.Operand(number="-0.5")),
        (12.0, "number", pb.Operand(number="12.0")),
        (1e300, "number", pb.Operand(number="1e+300")),
        (9007199254740993, "number", pb.Operand(number="9007199254740993")),
        (True, "boolean", pb.Operand(boolean=True)),
        ("", "string", pb.Operand(text="")),
        (["b", "a"], "list", pb.Operand(list=pb.TextList(texts=["b", "a"]))),
        (
            [1, 1.0, 1.5, True],
            "list",
            pb.Operand(list=pb.TextList(texts=["1", "1", "1.5", "true"])),
        ),
    ],
)
def test_operand(written, declared, expected):
    assert condition({"is": written}, {"a": declared}).operands == [expected]


def test_several_operands_keep_their_order():
    assert [one.text for one in condition({"is": ["c", "a", "b"]}).operands] == ["c", "a", "b"]
    pairs = condition({"is_between": [[1, 2], [0.5, 3]]}).operands
    assert [(one.interval.low, one.interval.high) for one in pairs] == [("1", "2"), ("0.5", "3")]
    modulo = condition({"modulo": {"divisor": 10, "remainder": 3}}).operands[0].modulo
    assert (modulo.divisor, modulo.remainder) == ("10", "3")


def test_options():
    written = condition({"is_not": "a", "case_sensitive": True, "on_unset": "no_match"})
    assert written.case_sensitive
    assert written.on_unset == pb.ON_UNSET_NO_MATCH
    assert condition({"is_not": "a"}).on_unset == pb.ON_UNSET_UNSPECIFIED


def test_groups_nest_as_written():
    match = {
        "all": [
            {"not": {"attribute": "a", "is": 1}},
            {"any": [{"not_in_segment": "t"}, {"segment": "t"}]},
        ]
    }
    whole = content({"segments": {"s": {"match": match}, "t": {"kind": "everyone"}}})
    found = whole.segments[0].rule
    first, second = found.all.expressions
    assert getattr(first, "not").condition.operator == pb.OPERATOR_IS
    outside, inside = second.any.expressions
    assert getattr(outside, "not").segment == 1
    assert inside.segment == 1


def test_in_segment_is_the_long_name_of_segment():
    def told(name):
        rest = {"t": {"kind": "everyone"}}
        return content({"segments": {"s": {"match": {name: "t"}}, **rest}})

    assert told("in_segment") == told("segment")
    assert told("in_segment") != told("not_in_segment")


def test_buckets_are_slots_of_the_workspace():
    documents = segment({"bucket_between": [970, 999], "unit": "device"})
    documents["workspace"] = {"key": "shop"}
    whole = content(documents)
    slot = whole.segments[0].rule.slot
    assert (slot.start, slot.end, slot.salt) == (970_000, 1_000_000, "user_bucket.shop")
    assert whole.unit_kinds[slot.unit] == "device"


def nested(depth):
    match = {"attribute": "a", "is": 1}
    for _ in range(depth):
        match = {"not": match}
    return segment(match)


def test_groups_are_at_most_32_deep():
    assert not compiled(nested(32), {}).problems
    assert "more than 32 deep" in messages(compiled(nested(33), {}))[0]


def test_hostile_mapping_is_refused_by_depth():
    loop = {}
    loop["not"] = loop
    result = compiled(segment(loop), {})
    assert "nested more than 64 deep" in messages(result)[0]
    assert result.problems[0].kind == "segment"


def test_numbers_that_the_engine_cannot_compare_are_refused():
    assert messages(compiled(segment({"attribute": "a", "is": 10**40}), {}))
    assert messages(compiled(segment({"attribute": "a", "is": float("nan")}), {}))


def test_patterns_are_judged_by_the_engine():
    for pattern in ("(?=a)", "(a)\\1", "(", "(\\w{1000}){1000}"):
        (message,) = messages(compiled(segment({"attribute": "a", "matches": pattern}), {}))
        assert "`" in message
    assert condition({"matches": ["^a", "b$"]}).operands[1].text == "b$"


MARCH = 1_457_136_000  # 2016-03-05T00:00:00Z


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, MARCH - 3600),
        ({"zone": "app"}, MARCH - 3600),
        ({"zone": "UTC"}, MARCH),
        ({"zone": "America/Los_Angeles"}, MARCH + 8 * 3600),
    ],
)
def test_a_date_is_an_instant_in_the_zone_of_its_condition(fields, expected):
    documents = segment({"attribute": "a", "is_since": "2016-03-05", **fields})
    documents["workspace"] = {"timezone": "Europe/Berlin"}
    whole = content(documents)
    found = whole.segments[0].rule.condition
    assert found.operands[0].moment.instant.seconds == expected
    assert found.zone.name == ("" if fields.get("zone") in (None, "app") else fields["zone"])
    assert not whole.HasField("user_zone")


def test_a_date_in_the_zone_of_the_unit_is_told_where_the_unit_says_it():
    match = {"attribute": "a", "is_between": ["2016-03-05", "03/06/2016 08:00"], "zone": "user"}
    whole = content(segment(match))
    found = whole.segments[0].rule.condition
    moments = found.operands[0].moments
    assert (moments.low.civil.day, moments.high.civil.time) == (5, 8 * 3600 * 10**9)
    assert found.zone.HasField("unit")
    zone = whole.user_zone
    assert whole.attributes[zone.name] == "user.timezone"
    assert whole.attributes[zone.offset_seconds] == "user.timezone_offset_seconds"


def test_another_zone_of_the_workspace_is_another_instant_also_in_an_unchanged_document():
    documents = segment({"attribute": "a", "is_since": "2016-03-05"})
    first = content({**documents, "workspace": {"timezone": "UTC"}})
    second = content({**documents, "workspace": {"timezone": "Asia/Tokyo"}})
    seconds = [
        one.segments[0].rule.condition.operands[0].moment.instant.seconds for one in (first, second)
    ]
    assert seconds == [MARCH, MARCH - 9 * 3600]


def test_rolling_days_are_seconds():
    assert condition({"is_since": "2 days ago"}).operands[0].moment.day.days == -2
    rolling = condition({"is_since": "2 days ago", "rolling": True}).operands[0].moment
    assert rolling.seconds == -2 * 86_400


@pytest.mark.parametrize(
    ("written", "declared", "expected"),
    [
        ({}, "datetime(s)", pb.EPOCH_UNIT_SECONDS),
        ({}, "datetime(ms)", pb.EPOCH_UNIT_MILLISECONDS),
        ({}, "datetime", pb.EPOCH_UNIT_UNSPECIFIED),
        ({"type": "datetime(ms)"}, "datetime(s)", pb.EPOCH_UNIT_MILLISECONDS),
        ({"type": "datetime"}, "datetime(s)", pb.EPOCH_UNIT_UNSPECIFIED),
    ],
)
def test_what_a_number_means_is_told(written, declared, expected):
    assert condition({"is_since": "today", **written}, {"a": declared}).epoch_unit == expected


def test_aliases_are_the_same_condition():
    for alias, name in (("is_past", "is_after"), ("is_prior_to", "is_before")):
        assert condition({alias: "today"}) == condition({name: "today"})


def test_versions_networks_and_places():
    assert condition({"is_at_least": 6}, {"a": "version"}).operands == [pb.Operand(text="6")]
    between = condition({"is_between": ["1.9", "1.10"]}).operands[0].versions
    assert (between.low, between.high) == ("1.9", "1.10")
    networks = condition({"is_not_in_cidr": ["10.0.0.0/8", "::1"]}).operands
    assert [one.text for one in networks] == ["10.0.0.0/8", "::1"]
    circle = condition({"is_within": [{"lat": 1.5, "lon": -2, "km": 0}]}).operands[0].circle
    assert (circle.latitude, circle.longitude, circle.kilometres) == (1.5, -2.0, 0.0)
