"""Rules that are never reached, variants that nobody is given, segments against themselves."""

import pytest
from snapshots import experiment, flag

from turnout.compiler import compile_documents
from turnout.documents import read_mapping

PRO = {"attribute": "plan", "is": "pro"}
PAYING = {"attribute": "plan", "is": ["pro", "team"]}


def told(rules, **fields):
    documents = flag(rules, **{"variants": {"on": 1, "off": 2}, **fields})
    documents["segments"] = {"all": {"kind": "everyone"}, "staff": {"members": ["u-1"]}}
    documents |= experiment()
    found = compile_documents(read_mapping(documents)).warnings
    return [one.message for one in found if one.kind == "flag" and "lets in" not in one.message]


@pytest.mark.parametrize(
    "first",
    [
        {"serve": "on"},
        {"when": {"segment": "all"}, "serve": "on"},
        {"when": {"any": [PRO, {"attribute": "x", "is_any": True}]}, "serve": "on"},
        {"when": {"not": {"not_in_segment": "all"}}, "serve": "on"},
    ],
)
def test_a_rule_behind_one_that_takes_everybody_is_told(first):
    found = told([{"name": "first", **first}, {"when": PRO, "serve": "off"}, {"serve": "off"}])
    assert [one for one in found if "never reached" in one] == [
        "flags.f.rules[1]: rule `first` before this one takes everybody: it is never reached"
    ]


@pytest.mark.parametrize(
    "first",
    [
        {"when": PRO, "serve": "on"},
        {"split": {"on": "50%", "off": "50%"}},
        {"experiment": "e"},
        {"when": {"share": "100%"}, "serve": "on"},
        {"when": {"any": [PRO, {"attribute": "plan", "is_not": "pro"}]}, "serve": "on"},
    ],
)
def test_a_rule_behind_one_that_may_not_match_is_not_told(first):
    assert not [one for one in told([first, {"serve": "off"}]) if "never reached" in one]


def test_a_rule_that_takes_the_unknown_too_takes_everybody():
    whole = {"any": [PRO, {"attribute": "plan", "is_not": "pro"}]}
    rules = [{"when": whole, "serve": "on", "on_unknown": "match"}, {"serve": "off"}]
    assert any("takes everybody" in one for one in told(rules))


@pytest.mark.parametrize(
    ("before", "when"),
    [
        ([PAYING], PRO),
        ([PRO], {"all": [PRO, {"attribute": "age", "is_at_least": 18}]}),
        ([PRO, {"attribute": "plan", "is": "TEAM"}], PAYING),
        ([{"segment": "staff"}], {"all": [{"segment": "staff"}, PRO]}),
        ([{"attribute": "age", "is_at_least": 18}], {"attribute": "age", "is_between": [20, 30]}),
        ([{"attribute": "plan", "is_not": "pro"}], {"attribute": "plan", "is": "team"}),
    ],
)
def test_a_rule_that_earlier_ones_take_all_of_is_told(before, when):
    rules = [{"name": f"r{n}", "when": one, "serve": "on"} for n, one in enumerate(before)]
    (message,) = told([*rules, {"when": when, "serve": "on"}])
    assert message.startswith(f"flags.f.rules[{len(before)}].when: rule `r0`")
    assert message.endswith("all that it could match: it is never reached")
    assert ("`r1`" in message) == (len(before) > 1)


@pytest.mark.parametrize(
    ("before", "rule"),
    [
        ({"when": PRO, "serve": "on"}, {"when": PAYING, "serve": "on"}),
        ({"when": PAYING, "split": {"on": "50%", "off": "50%"}}, {"when": PRO, "serve": "on"}),
        ({"when": PAYING, "experiment": "e"}, {"when": PRO, "serve": "on"}),
        # It stops where the plan is not known.
        ({"when": PAYING, "serve": "on"}, {"when": PRO, "serve": "off"}),
        ({"when": PAYING, "serve": "on"}, {"when": PRO, "serve": "on", "on_unknown": "match"}),
        # Where the age is not known, the first is UNKNOWN and the second TRUE.
        (
            {"when": {"any": [PRO, {"attribute": "age", "is": 1}]}, "serve": "on"},
            {"when": {"all": [PRO, {"attribute": "age", "is_any": True}]}, "serve": "on"},
        ),
        # Text over a limit is UNKNOWN to a pattern alone.
        (
            {"when": {"any": [PRO, {"attribute": "plan", "matches": "x"}]}, "serve": "on"},
            {"when": {"attribute": "plan", "is": "team"}, "serve": "on"},
        ),
        # A number is no usable version.
        (
            {"when": {"attribute": "v", "is_at_least": "0"}, "serve": "on"},
            {"when": {"attribute": "v", "is": "2.5"}, "serve": "on"},
        ),
    ],
)
def test_a_rule_that_may_be_reached_is_not_told(before, rule):
    assert not [one for one in told([before, rule]) if "never reached" in one]


def test_the_first_rule_may_be_known_in_more_ways_than_one():
    first = {"when": {"any": [PRO, {"attribute": "age", "is": 1}]}, "serve": "on"}
    assert not told([first, {"when": PRO, "serve": "on"}])


def test_a_variant_that_nobody_is_given_is_told():
    variants = {"on": 1, "off": 2, "new": 3}
    rules = [{"when": PRO, "serve": "on"}]
    (message,) = told(rules, variants=variants)
    assert message.startswith("flags.f.variants.new: nobody is given variant `new`")
    assert told(rules, variants=variants, overrides={"u-1": "new"}) == []
    assert told([{"split": {"on": "99%", "new": "1%"}}], variants=variants) == []
    assert told([*rules, {"experiment": "e"}], variants=variants) == []
    assert told([], variants=variants) == []
    (message,) = told([{"split": {"on": "100%", "new": "0%"}}], variants=variants)
    assert "`new`" in message


def segment(**fields):
    others = {"staff": {"members": ["u-1"]}}
    documents = {"segments": {"s": fields, **others}}
    return [one.message for one in compile_documents(read_mapping(documents)).warnings]


def test_what_is_included_and_excluded_is_told():
    found = segment(match=PRO, include_units=["u-1", "u-2"], exclude_units=["u-2"])
    assert found == [
        "segments.s.include_units[1]: `u-2` is excluded too, and that wins: remove one of them"
    ]
    (message,) = segment(include=["staff"], exclude=["staff"])
    assert message.startswith("segments.s.include[0]: segment `staff` is excluded too")
    assert segment(match=PRO, include_units=["u-1"], exclude_units=["u-2"]) == []


@pytest.mark.parametrize("counted", [{"share": "10%"}, {"bucket_between": [0, 9]}])
def test_a_share_of_users_in_a_segment_of_companies_is_told(counted):
    (message,) = segment(unit="company", match={"all": [PRO, {"not": counted}]})
    assert "this counts by `user`, and the segment is of unit `company`" in message
    for unit in ("company", "user"):
        assert segment(unit="company", match={**counted, "unit": unit}) == []
    assert segment(match=counted) == []
