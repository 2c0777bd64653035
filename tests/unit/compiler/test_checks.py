"""Conditions that never match or leave nobody out: told where they are written."""

import pytest
from snapshots import catalogue, content, experiment

from turnout.compiler import compile_documents
from turnout.documents import read_mapping

PRO = {"attribute": "plan", "is": "pro"}


def compare(name, **fields):
    return {"attribute": name, **fields}


def told(match, **sections):
    """What is told of a condition, apart from what a negative operator lets in."""
    documents = {"segments": {"s": {"match": match}, **sections.pop("segments", {})}, **sections}
    found = compile_documents(read_mapping(documents)).warnings
    return [one.message for one in found if "lets in" not in one.message and one.key == "s"]


def never(*conditions, **sections):
    found = told({"all": list(conditions)}, **sections)
    return bool(found) and "this never matches" in found[0]


def always(*conditions, **sections):
    found = told({"any": list(conditions)}, **sections)
    return bool(found) and "this leaves nobody out" in found[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"is_less_than": 5}, {"is_greater_than": 5}),
        ({"is_less_than": 5}, {"is_at_least": 5}),
        ({"is_at_most": 5}, {"is_greater_than": 5.0}),
        ({"is": 5}, {"is_not": 5.0}),
        ({"is": [1, 2]}, {"is_between": [3, 4]}),
        ({"is_between": [1, 2]}, {"is_not_between": [0, 3]}),
        ({"is_between": [[1, 2], [5, 6]]}, {"is_between": [[3, 4], [7, 8]]}),
        ({"is": 9007199254740993}, {"is_at_most": 9007199254740992}),
        ({"is": "gold"}, {"is": "silver"}),
        ({"is": "Gold"}, {"is_not": "GOLD"}),
        ({"is": "Straße"}, {"is_not": "STRASSE"}),
        ({"is": ["a", "b"]}, {"is_not": ["b", "a", "c"]}),
        ({"is": "gold"}, {"starts_with": "s"}),
        ({"is": "gold"}, {"does_not_contain": "OL", "type": "string"}),
        ({"starts_with": "ab"}, {"does_not_start_with": "a"}),
        ({"starts_with": "ab"}, {"starts_with": ["b", "ac"]}),
        ({"ends_with": "xy"}, {"does_not_end_with": "Y"}),
        ({"ends_with": "xy"}, {"does_not_contain": "x", "type": "string"}),
        ({"contains": ["x", "y"]}, {"does_not_contain": ["y", "X"]}),
        ({"is": "", "type": "string"}, {"is_not_empty": True}),
        ({"is": "x"}, {"is_empty": True}),
        ({"is_at_least": 1}, {"is_empty": True}),
        ({"is_set": True}, {"is_not_set": True}),
        ({"is_not_set": True}, {"is": "x"}),
        ({"is_empty": True}, {"is_not_empty": True}),
        ({"is_on": True}, {"is_off": True}),
        ({"is": True}, {"is_not": True}),
        ({"is_greater_than": "1.10"}, {"is_less_than": "1.9"}),
        ({"is_at_least": "2.0"}, {"is_at_most": "2.0-rc.1"}),
        ({"is": "1.2", "type": "version"}, {"is_not": "v1.2.0", "type": "version"}),
        ({"contains_all": ["a", "b"]}, {"contains_none": ["B"]}),
        ({"contains_any": ["a"]}, {"contains_none": ["a", "b"]}),
        ({"is": ["a"], "type": "list"}, {"contains": "b", "type": "list"}),
        ({"is": [["a"], ["b"]]}, {"is": [["c"]]}),
        ({"contains_any": ["a"]}, {"is_empty": True, "type": "list"}),
        ({"is_since": "today"}, {"is_before": "yesterday"}),
        ({"is_after": "3 days ago"}, {"is_until": "3 days ago"}),
        ({"is_since": "2026-02-01"}, {"is_not_after": "01/31/2026"}),
        ({"is_between": ["2026-01-01", "2026-02-01"]}, {"is_after": "2026-03-01"}),
        ({"is_in_cidr": "10.0.0.0/8"}, {"is_in_cidr": ["11.0.0.0/8", "12.0.0.1"]}),
        ({"is_in_cidr": "10.1.0.0/16"}, {"is_not_in_cidr": "10.0.0.0/8"}),
    ],
)
def test_what_excludes_each_other_is_told_in_any_order(one, other):
    assert never(compare("x", **one), compare("x", **other))
    assert never(compare("x", **other), PRO, compare("x", **one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"is_less_than": 5}, {"is_greater_than": 4}),
        ({"is_at_most": 5}, {"is_at_least": 5.0}),
        ({"is": 9007199254740993}, {"is_at_least": 9007199254740992}),
        ({"is_between": [[1, 2], [5, 6]]}, {"is_between": [2, 3]}),
        ({"is": 5}, {"modulo": {"divisor": 2, "remainder": 0}}),
        ({"is": "gold"}, {"is": "GOLD"}),
        ({"is": "gold"}, {"is": "Gold", "case_sensitive": True}),
        ({"is": "gold", "case_sensitive": True}, {"is_not": "Gold", "case_sensitive": True}),
        ({"is": "strasse"}, {"matches": "ß"}),
        ({"is": "gold"}, {"matches": "^x"}),
        ({"starts_with": "a"}, {"starts_with": ["ab", "c"]}),
        ({"starts_with": "a"}, {"does_not_start_with": "ab"}),
        ({"starts_with": "ab"}, {"ends_with": "bc"}),
        ({"contains": "x", "type": "string"}, {"does_not_start_with": "x"}),
        ({"contains": "xy"}, {"does_not_contain": "x"}),
        ({"contains": ["a", "b"], "type": "list"}, {"does_not_contain": "a", "type": "list"}),
        ({"is": 5}, {"is": "5"}),
        ({"is_at_least": 5}, {"is": "many"}),
        ({"is_set": True}, {"is_empty": True}),
        ({"is_not": "x"}, {"is_not_set": True}),
        ({"is": "x", "on_unset": "match"}, {"is_not_set": True}),
        ({"is": "x", "on_unset": "match"}, {"is": "y", "on_unset": "match"}),
        ({"is_greater_than": "1.9"}, {"is_less_than": "1.10"}),
        ({"is_at_least": "2.0-rc.1"}, {"is_less_than": "2.0"}),
        ({"contains_all": ["a", "b"]}, {"contains_none": ["c"]}),
        ({"contains_any": ["a", "b"]}, {"contains_none": ["a"]}),
        ({"is_since": "yesterday"}, {"is_before": "today"}),
        ({"is_since": "3 days ago"}, {"is_until": "3 days ago"}),
        ({"is_since": "today"}, {"is_before": "2026-01-01"}),
        ({"is_since": "today", "zone": "user"}, {"is_before": "yesterday"}),
        ({"is_on_date": "today"}, {"is_before": "tomorrow"}),
        ({"is_in_cidr": "10.0.0.0/8"}, {"is_not_in_cidr": "10.1.0.0/16"}),
        ({"is_in_cidr": "10.0.0.0/8"}, {"is_in_cidr": "::/0"}),
        (
            {"is_within": {"lat": 0, "lon": 0, "km": 1}},
            {"is_within": {"lat": 9, "lon": 9, "km": 1}},
        ),
    ],
)
def test_what_may_go_together_is_not_told(one, other):
    assert told({"all": [compare("x", **one), compare("x", **other)]}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"is": "a"}, {"is_not": "A"}),
        ({"is": ["a", "b"]}, {"is_not": "a"}),
        ({"is_at_least": 5, "on_unset": "match"}, {"is_less_than": 6}),
        ({"is_set": True}, {"is_not_set": True}),
        ({"is_any": True}, {"is": "x"}),
        ({"contains_any": ["a"]}, {"contains_none": ["a"]}),
        ({"is_between": [1, 5]}, {"is_not_between": [2, 3]}),
        ({"is_on": True}, {"is_off": True, "on_unset": "match"}),
    ],
)
def test_what_leaves_nobody_out_is_told(one, other):
    assert always(compare("x", **one), compare("x", **other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"is": "a"}, {"is_not": ["a", "b"]}),
        ({"is": "a"}, {"is_not": "a", "on_unset": "no_match"}),
        ({"is_at_least": 5}, {"is_less_than": 5}),
        ({"is_on": True}, {"is_off": True}),
        ({"is": "a"}, {"is_not": "a", "case_sensitive": True}),
    ],
)
def test_what_leaves_somebody_out_is_not_told(one, other):
    assert not always(compare("x", **one), compare("x", **other))


def test_groups_and_negations_are_looked_through():
    free = {"attribute": "plan", "is": "free"}
    assert never(PRO, {"any": [free, {"all": [free, compare("y", is_set=True)]}]})
    assert never(PRO, {"not": {"any": [PRO, free]}})
    assert never({"not": {"all": [{"any": [PRO, free]}]}}, PRO)
    assert not never(PRO, {"any": [free, compare("y", is_set=True)]})
    assert never(compare("x", is_at_least=5), {"not": compare("x", is_at_least=3)})
    # Where it is not set, it is neither.
    assert not never({"not": compare("x", is_at_least=5)}, {"not": compare("x", is_less_than=9)})


def test_the_innermost_part_is_told_and_once():
    match = {"any": [PRO, {"all": [PRO, {"attribute": "x", "is": 1}, {"attribute": "x", "is": 2}]}]}
    (message,) = told(match)
    assert message == (
        "segments.s.match.any[1].all[2].is: this never matches: `x is 1` and `x is 2` exclude each "
        "other"
    )


def test_segments_are_looked_into():
    segments = {
        "pro": {"match": PRO},
        "free": {"match": {"attribute": "plan", "is": "free"}},
        "all": {"kind": "everyone"},
        "lucky": {"match": PRO, "include_units": ["u-1"]},
        "staff": {"members": ["u-1"]},
    }
    assert never({"segment": "pro"}, {"segment": "free"}, segments=segments)
    assert never({"segment": "staff"}, {"not_in_segment": "staff"}, segments=segments)
    assert never(PRO, {"not": {"segment": "all"}}, segments=segments)
    assert not never({"segment": "lucky"}, {"segment": "free"}, segments=segments)
    assert always({"segment": "pro"}, {"segment": "all"}, segments=segments)
    (message,) = told({"all": [PRO, {"segment": "free"}]}, segments=segments)
    assert "`plan is pro` and `plan is free` of segment `free` exclude each other" in message
    (message,) = told({"not": {"segment": "all"}}, segments=segments)
    assert message.endswith("this never matches: segment `all` is everyone")


def test_slots_are_intervals():
    assert never({"bucket_between": [0, 9]}, {"bucket_between": [10, 19]})
    assert not never({"bucket_between": [0, 9]}, {"bucket_between": [9, 19]})
    assert not never({"bucket_between": [0, 9]}, {"bucket_between": [10, 19], "unit": "device"})
    assert never({"share": "10%"}, {"not": {"share": "20%"}})
    assert not never({"share": "10%"}, {"not": {"share": "20%", "salt": "other"}})
    assert not never({"share": "0%"}, PRO)
    assert not always({"share": "100%"}, {"bucket_between": [0, 999]})


def test_variants_are_one_at_a_time():
    flags = {"f": {"variants": {"on": True, "off": False, "new": True}, "default": "off"}}

    def flag(**operator):
        return {"flag": "f", **operator}

    assert never(flag(variant_is="on"), flag(variant_is=["off", "new"]), flags=flags)
    assert never(flag(variant_is="on"), flag(variant_is_not=["on"]), flags=flags)
    assert not never(flag(variant_is_not="on"), flag(variant_is_not=["off", "new"]), flags=flags)
    assert always(flag(variant_is="on"), flag(variant_is_not="on"), flags=flags)
    # It may be off.
    assert not always(flag(variant_is=["on", "off", "new"]), PRO, flags=flags)


def test_prerequisites_that_exclude_each_other_are_told():
    documents = experiment(
        prerequisites=[{"flag": "f", "variant_is": "on"}, {"flag": "f", "variant_is": "off"}]
    )
    documents["flags"] = {"f": {"variants": {"on": True, "off": False}, "default": "off"}}
    (found,) = compile_documents(read_mapping(documents)).warnings
    assert found.message.startswith("experiments.e.prerequisites[1].flag: this never matches")


@pytest.mark.parametrize(
    "audience",
    [
        {"include": {"mode": "all", "segments": ["pro", "free"]}},
        {"include": {"mode": "any", "segments": ["pro", "free"]}, "exclude": ["free", "pro"]},
        {"all": [{"segment": "pro"}, {"segment": "free"}]},
        {"not": {"segment": "all"}},
    ],
)
def test_an_audience_that_is_empty_by_construction_is_told(audience):
    documents = experiment(audience=audience)
    documents["segments"] = {
        "pro": {"match": PRO},
        "free": {"match": {"attribute": "plan", "is": "free"}},
        "all": {"kind": "everyone"},
    }
    (found,) = compile_documents(read_mapping(documents)).warnings
    assert (found.kind, found.key) == ("experiment", "e")
    assert "this never matches" in found.message


def test_places_are_those_of_the_document():
    text = (
        "segments:\n"
        "  s:\n"
        "    match:\n"
        "      all:\n"
        "        - {attribute: age, is_less_than: 18}\n"
        "        - {attribute: plan, is: pro}\n"
        "        - {attribute: age, is_at_least: 21}\n"
    )
    (found,) = compile_documents(catalogue(a=text)).warnings
    assert (found.file, found.line, found.column) == ("a.yaml", 7, 28)


def test_a_date_that_is_compared_as_a_version_is_told():
    (message,) = told(compare("seen", is_at_least="2026-01-31"))
    assert "`2026-01-31` is compared as a version here: write `is_since` for a date" in message
    assert told(compare("seen", is_at_least="2026-01-31", type="version")) == []
    assert told(compare("seen", is_at_least="2026.1")) == []


def test_much_is_looked_at_in_bounded_time():
    many = [{"any": [compare(f"x{n}", is_at_least=m) for m in range(9)]} for n in range(30)]
    assert told({"all": [*many, PRO]}) == []
    assert content({"segments": {"s": {"match": {"all": many}}}}).segments


def test_deep_chains_of_segments_end():
    segments = {f"s{n}": {"match": {"all": [{"segment": f"s{n + 1}"}, PRO]}} for n in range(30)} | {
        "s30": {"match": PRO}
    }
    assert told({"segment": "s0"}, segments=segments) == []
