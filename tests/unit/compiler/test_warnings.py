"""What compiles and may not be meant: told, at its place, and no part of a snapshot."""

from pathlib import Path

import pytest

from turnout.compiler import CompileFailed, compile_documents
from turnout.compiler.operators import OPERATORS
from turnout.documents import read_mapping, read_paths

# Those of the contract that are operators on an attribute.
NEGATIVE = {
    "is_not",
    "does_not_contain",
    "contains_none",
    "does_not_start_with",
    "does_not_end_with",
    "does_not_match",
    "is_not_between",
    "is_not_in_cidr",
}
STATE = {"attribute": "state", "is_not": "NV"}


def warnings(match, attributes=None):
    documents = {"attributes": attributes or {}, "segments": {"s": {"match": match}}}
    return told_of(documents)


def told_of(documents):
    """All that is told, apart from what the checks of whole conditions find."""
    found = compile_documents(read_mapping(documents)).warnings
    return [one.message for one in found if "leaves nobody out" not in one.message]


def test_the_negative_operators_are_exactly_those_of_the_contract():
    assert {name for name, row in OPERATORS.items() if row.negative} == NEGATIVE


@pytest.mark.parametrize("name", sorted(NEGATIVE))
def test_a_negative_operator_is_told_to_let_units_in(name):
    operand = {"is_not_between": [1, 2], "is_not_in_cidr": "10.0.0.0/8"}.get(name, "x")
    (message,) = warnings({"attribute": "a", name: operand})
    assert f"`{name}` lets in every unit without `a`" in message
    assert "`on_unset: no_match`" in message


@pytest.mark.parametrize(
    "match",
    [
        {**STATE, "on_unset": "no_match"},
        {**STATE, "on_unset": "match"},
        {"not": STATE},
        {"all": [{"attribute": "state", "is_set": True}, STATE]},
        {"all": [STATE, {"attribute": "state", "starts_with": "N"}]},
        {"all": [{"attribute": "state", "is_set": True}, {"any": [STATE, {"segment": "s2"}]}]},
        {"attribute": "state", "is": "NV"},
    ],
)
def test_nothing_is_told_where_the_author_said_so_or_no_unit_comes_in(match):
    documents = {"segments": {"s": {"match": match}, "s2": {"kind": "everyone"}}}
    assert told_of(documents) == []


@pytest.mark.parametrize(
    "match",
    [
        {"any": [{"attribute": "state", "is_set": True}, STATE]},
        {"all": [{"attribute": "state", "is_any": True}, STATE]},
        {"all": [{"attribute": "state", "is_not_set": True}, STATE]},
        {"all": [{"attribute": "state", "is": "x", "on_unset": "match"}, STATE]},
        {"all": [{"attribute": "plan", "is": "pro"}, STATE]},
        {"not": {"all": [{"attribute": "state", "is_set": True}, {"not": STATE}]}},
    ],
)
def test_what_stands_beside_it_must_want_the_attribute_to_be_set(match):
    assert len(warnings(match)) == 1


def test_rules_and_audiences_are_looked_at_like_segments(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(
        "flags:\n"
        "  f:\n"
        "    variants: {on: true, off: false}\n"
        "    default: off\n"
        "    rules:\n"
        "      - {when: {attribute: state, is_not: NV}, serve: on}\n"
        "experiments:\n"
        "  e:\n"
        "    audience: {attribute: state, is_not: NV}\n"
        "    variants: {control: {weight: 50%, value: 1}, b: {weight: 50%, value: 2}}\n"
    )
    found = compile_documents(read_paths(file)).warnings
    assert [(one.kind, one.key, one.line, one.column) for one in found] == [
        ("flag", "f", 6, 35),
        ("experiment", "e", 9, 34),
    ]


def test_a_slip_in_the_name_of_an_attribute_is_told():
    match = {"attribute": "plna", "is": "pro"}
    assert warnings(match, {"plan": "string"}) == [
        "segments.s.match.attribute: attribute `plna` is not in the schema, did you mean `plan`?"
    ]
    assert warnings(match) == []
    assert warnings({"attribute": "state", "is": "NV"}, {"plan": "string"}) == []


def test_a_warning_is_no_part_of_a_snapshot():
    silent = {"segments": {"s": {"match": {"attribute": "state", "is": "NV"}}}}
    told = {"segments": {"s": {"match": STATE}}}
    for documents in (silent, told):
        compiled = compile_documents(read_mapping(documents))
        assert compiled.problems == ()
        assert b"lets in" not in compiled.seal()


def test_the_good_items_beside_a_broken_one_are_warned_of():
    documents = {"segments": {"good": {"match": STATE}, "bad": {}}}
    with pytest.raises(CompileFailed) as failed:
        compile_documents(read_mapping(documents))
    assert [one.key for one in failed.value.warnings] == ["good"]
    assert [one.key for one in failed.value.problems] == ["bad"]


def test_what_is_not_served_is_not_warned_of():
    good = compile_documents(read_mapping({"segments": {"s": {"kind": "everyone"}}}), history={})
    broken = {"segments": {"s": {"match": {"all": [STATE, {}]}}}}
    compiled = compile_documents(read_mapping(broken), history=good.history)
    assert compiled.problems[0].serving_last_good
    assert compiled.warnings == ()


def test_the_places_of_warnings_cost_nothing_until_somebody_looks(tmp_path):
    (tmp_path / "a.yaml").write_text("segments: {s: {match: {attribute: state, is_not: NV}}}\n")
    catalogue = read_paths(tmp_path)
    compiled = compile_documents(catalogue, history={})
    (file,) = catalogue.files
    assert "_marks" not in vars(file.document)
    assert compiled.warnings[0].column == 42
    assert "_marks" in vars(file.document)


def test_the_shop_means_what_it_says():
    shop = Path(__file__).parents[3] / "examples" / "shop"
    assert compile_documents(read_paths(shop)).warnings == ()
