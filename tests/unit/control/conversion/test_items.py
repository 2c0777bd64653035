"""Resources that no document can say are refused, with the field; paths are told in both words."""

from datetime import UTC, datetime

import pytest

from turnout.control.conversion import Standing, Unreadable, field_path, to_body, to_message
from turnout.control.v1 import experiment_pb2, flag_pb2, holdout_pb2, rule_pb2, segment_pb2
from turnout.v1 import value_pb2

AT = datetime(2026, 3, 1, tzinfo=UTC)


def value(**kind):
    return value_pb2.Value(**kind)


def test_defaults_are_said_in_messages_and_left_out_of_documents():
    message = to_message("experiment", {"variants": {}}, Standing("e", "draft", "7", AT, AT))
    assert message.name == "experiments/e"
    assert message.status == experiment_pb2.EXPERIMENT_STATUS_DRAFT
    assert (message.unit, message.salt, message.traffic) == ("user", "e", "100%")
    assert (message.epoch, message.audience_sticky, message.variant_sticky) == (1, True, True)
    assert to_body("experiment", message) == {"salt": "e", "variants": {}}


def test_what_a_message_leaves_out_is_absent():
    assert to_body("flag", flag_pb2.Flag(name="flags/f")) == {}
    assert to_body("segment", segment_pb2.Segment(name="segments/s")) == {}
    assert to_body("holdout", holdout_pb2.Holdout()) == {"scope": "all"}
    assert to_body("layer", to_message("layer", {}, Standing("l", "", "", AT, AT))) == {
        "salt": "l",
        "allocations": {},
    }


def test_the_order_of_an_objects_fields_stays():
    body = {"variants": {"a": {"z": 1, "b": [None, True, 0.5], "m": {"y": "", "x": 2}}}}
    found = to_body("flag", to_message("flag", body, Standing("f", "draft", "", AT, AT)))
    assert str(found["variants"]) == str(body["variants"])


def test_an_epoch_of_zero_is_no_epoch_of_one():
    message = to_message("experiment", {"epoch": 0}, Standing("e", "draft", "", AT, AT))
    assert to_body("experiment", message)["epoch"] == 0


def test_shards_stand_in_the_order_of_the_variants():
    shards = {"b": [{"salt": "s", "ranges": [[0, 5]]}], "a": [{"salt": "t", "ranges": [[0, 5]]}]}
    rule = {
        "split": {"b": "50%", "a": "50%"},
        "bucketing": {"algorithm": "eppo_md5", "shards": shards},
    }
    message = to_message("flag", {"rules": [rule]}, Standing("f", "draft", "", AT, AT))
    sent = flag_pb2.Flag.FromString(message.SerializeToString())
    found = to_body("flag", sent)["rules"][0]
    assert list(found["bucketing"]["shards"]) == ["b", "a"]
    assert list(found["bucketing"]) == ["algorithm", "shards"]


@pytest.mark.parametrize(
    ("kind", "message", "path", "field", "told"),
    [
        (
            "flag",
            flag_pb2.Flag(
                variants=[
                    flag_pb2.FlagVariant(name="on", value=value(boolean=True)),
                    flag_pb2.FlagVariant(name="on", value=value(boolean=False)),
                ]
            ),
            ("variants", "on"),
            "variants[1].name",
            "`on` is given twice",
        ),
        (
            "flag",
            flag_pb2.Flag(variants=[flag_pb2.FlagVariant(name="on")]),
            ("variants", "on"),
            "variants[0].value",
            "a value is missing",
        ),
        (
            "flag",
            flag_pb2.Flag(variants=[{"name": "on", "value": {"timestamp": AT}}]),
            ("variants", "on"),
            "variants[0].value",
            "write the time as text",
        ),
        (
            "flag",
            flag_pb2.Flag(
                variants=[
                    {
                        "name": "on",
                        "value": {
                            "object": {
                                "fields": [
                                    {"name": "a", "value": {"integer": 1}},
                                    {"name": "a", "value": {"integer": 2}},
                                ]
                            }
                        },
                    }
                ]
            ),
            ("variants", "on", "a"),
            "variants[0].value.a",
            "`a` is given twice",
        ),
        (
            "flag",
            flag_pb2.Flag(rules=[rule_pb2.Rule(on_unknown=77)]),
            ("rules", 0, "on_unknown"),
            "rules[0].on_unknown",
            "the number `77` is not one of `NO_MATCH`, `MATCH`, `STOP`, `ERROR`",
        ),
        (
            "experiment",
            experiment_pb2.Experiment(audience={"condition": {"include": "x"}}),
            ("audience", "include"),
            "audience.condition.include",
            "its own field",
        ),
        (
            "experiment",
            experiment_pb2.Experiment(
                variants=[{"name": "a", "value": {"double": float("nan")}, "weight": "1%"}]
            ),
            ("variants", "a", "value"),
            "variants[0].value",
            "no finite number",
        ),
        (
            "flag",
            flag_pb2.Flag(
                variants=[
                    {"name": "a", "value": {"integer": 1}},
                    {"name": "b", "value": {"list": {"values": [{"double": float("inf")}]}}},
                ]
            ),
            ("variants", "b", 0),
            "variants[1].value[0]",
            "`inf` is no finite number",
        ),
        (
            "flag",
            flag_pb2.Flag(rules=[{}, {"split": [{"variant": "a"}, {"variant": "a"}]}]),
            ("rules", 1, "split", "a"),
            "rules[1].split[1].variant",
            "`a` is given twice",
        ),
        (
            "flag",
            flag_pb2.Flag(rules=[{"when": {"is": float("nan")}}]),
            ("rules", 0, "when", "is"),
            "rules[0].when.is",
            "no finite number",
        ),
        (
            "experiment",
            experiment_pb2.Experiment(audience={"mode": 9}),
            ("audience", "include", "mode"),
            "audience.mode",
            "the number `9` is not one of `ALL`, `ANY`",
        ),
        (
            "experiment",
            experiment_pb2.Experiment(type=9),
            ("type",),
            "type",
            "the number `9` is not one of `BOOLEAN`, `STRING`",
        ),
    ],
)
def test_what_no_document_can_say_is_refused_at_its_place(kind, message, path, field, told):
    with pytest.raises(Unreadable, match=told) as refused:
        to_body(kind, message)
    assert refused.value.path == path
    assert refused.value.field == f".{field}"


def test_conditions_that_no_message_can_carry_are_refused():
    condition = {"attribute": "a", "is": "x"}
    for _ in range(30):
        condition = {"not": condition}
    with pytest.raises(Unreadable, match="make them flatter"):
        to_body("segment", segment_pb2.Segment(match=condition))


@pytest.mark.parametrize(
    ("kind", "body", "path", "field"),
    [
        ("flag", {}, (), ""),
        ("flag", {}, ("default",), "default_variant"),
        ("flag", {"variants": {"a": 1, "b": 2}}, ("variants", "b"), "variants[1].value"),
        ("flag", {"variants": {"a": [1]}}, ("variants", "a", 0), "variants[0].value[0]"),
        ("flag", {"overrides": {"u-1": "b"}}, ("overrides", "u-1"), "overrides[0].variant"),
        (
            "flag",
            {"rules": [{}, {"when": {"all": [{}]}}]},
            ("rules", 1, "when", "all", 0, "is"),
            "rules[1].when.all[0].is",
        ),
        ("flag", {"rules": [{"split": {"a": 1}}]}, ("rules", 0, "split", "a"),
         "rules[0].split[0].share"),
        ("flag", {"rules": [{}]}, ("rules", 0), "rules[0]"),
        ("flag", {"rules": []}, ("rules",), "rules"),
        ("flag", {"prerequisites": [{"variant_is": "a"}]}, ("prerequisites", 0, "variant_is"),
         "prerequisites[0].variant_is[0]"),
        ("experiment", {"variants": {"a": {}}}, ("variants", "a", "weight"), "variants[0].weight"),
        ("experiment", {"variants": {"a": {"value": {}}}}, ("variants", "a", "value", "x"),
         "variants[0].value.x"),
        ("experiment", {"ranges": {"a": ["x"]}}, ("ranges", "a", 0), "ranges[0].ranges[0]"),
        ("experiment", {"audience": {}}, ("audience", "segment"), "audience.condition.segment"),
        ("experiment", {"audience": {}}, ("audience", "include", "segments", 1),
         "audience.include[1]"),
        ("experiment", {"audience": {}}, ("audience", "include", "mode"), "audience.mode"),
        ("experiment", {"audience": {}}, ("audience", "exclude", 0), "audience.exclude[0]"),
        ("layer", {"allocations": {"e": ["0%-1%"]}}, ("allocations", "e", 0),
         "allocations[0].ranges[0]"),
        ("holdout", {"scope": {"tags": ["a"]}}, ("scope", "tags", 0), "scope_tags[0]"),
        ("holdout", {"scope": "none"}, ("scope",), "scope_experiments"),
        ("segment", {"match": {}}, ("match", "x"), "match.x"),
    ],
)  # fmt: skip
def test_a_place_in_a_document_is_told_in_the_words_of_messages(kind, body, path, field):
    assert field_path(kind, body, path) == field
