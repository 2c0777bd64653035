"""A change of weights moves as few slots as it can, and the store knows who owned them."""

from copy import deepcopy

import pytest

from turnout.compiler import compile_documents
from turnout.compiler.write_back import ranges_to_write
from turnout.documents import read_mapping
from turnout.releases.ranges import with_ranges


def flag(split, **more):
    rule = {"name": "ramp", "split": split, **more}
    return {"variants": {"on": True, "off": False}, "default": "off", "rules": [rule]}


def experiment(control, green, **more):
    return {
        "variants": {
            "control": {"weight": control, "value": False},
            "green": {"weight": green, "value": True},
        },
        **more,
    }


def of(body):
    return body["rules"][0].get("ranges") if "rules" in body else body.get("ranges")


def test_a_new_flag_that_decides_gets_contiguous_ranges():
    body = flag({"on": "30%", "off": "70%"})
    assert of(with_ranges("flag", body, "enabled")) == {"on": ["0%-30%"], "off": ["30%-100%"]}
    assert of(body) is None


def test_a_draft_gets_them_when_it_starts():
    draft = with_ranges("experiment", experiment("50%", "50%"), "draft")
    assert of(draft) is None
    started = with_ranges("experiment", draft, "running", draft, "draft")
    assert of(started) == {"control": ["0%-50%"], "green": ["50%-100%"]}


def test_new_weights_of_a_draft_begin_anew():
    draft = experiment("50%", "50%")
    changed = with_ranges("experiment", experiment("10%", "20%"), "draft", draft, "draft")
    assert of(with_ranges("experiment", changed, "running", changed, "draft")) == {
        "control": ["0%-10%"],
        "green": ["10%-30%"],
    }


@pytest.mark.parametrize("remembers", [True, False])
def test_a_live_experiment_moves_the_least(remembers):
    before = with_ranges("experiment", experiment("20%", "80%"), "running")
    if not remembers:
        del before["ranges"]  # written before there were ranges: its weights gave the same
    after = with_ranges("experiment", experiment("50%", "50%"), "running", before, "running")
    assert of(after) == {"control": ["0%-20%", "70%-100%"], "green": ["20%-70%"]}


def test_ranges_that_come_back_unchanged_count_as_none():
    before = with_ranges("flag", flag({"on": "20%", "off": "80%"}), "enabled")
    after = deepcopy(before)
    after["rules"][0]["split"] = {"on": "10%", "off": "90%"}
    settled = with_ranges("flag", after, "enabled", before, "enabled")
    assert of(settled) == {"on": ["0%-10%"], "off": ["10%-100%"]}
    assert list(settled["rules"][0]) == ["name", "split", "ranges"]


def test_ranges_that_are_brought_along_count():
    before = with_ranges("experiment", experiment("50%", "50%"), "running")
    brought = {"control": ["50%-100%"], "green": ["0%-50%"]}
    after = experiment("50%", "50%", ranges=brought)
    assert of(with_ranges("experiment", after, "running", before, "running")) == brought


def test_a_new_epoch_begins_anew():
    before = with_ranges("experiment", experiment("20%", "80%"), "running")
    moved = with_ranges("experiment", experiment("50%", "50%"), "running", before, "running")
    bumped = with_ranges("experiment", {**moved, "epoch": 2}, "running", moved, "running")
    assert of(bumped) == {"control": ["0%-50%"], "green": ["50%-100%"]}


def test_another_salt_of_a_rule_begins_anew():
    before = with_ranges("flag", flag({"on": "20%", "off": "80%"}), "enabled")
    moved = with_ranges("flag", flag({"on": "50%", "off": "50%"}), "enabled", before, "enabled")
    again = flag({"on": "50%", "off": "50%"}, salt="other")
    assert of(with_ranges("flag", again, "enabled", moved, "enabled")) == {
        "on": ["0%-50%"],
        "off": ["50%-100%"],
    }


def test_a_rule_is_known_by_its_name_wherever_it_moves():
    before = with_ranges("flag", flag({"on": "20%", "off": "80%"}), "enabled")
    after = flag({"on": "50%", "off": "50%"})
    after["rules"].insert(0, {"name": "first", "split": {"on": "1%", "off": "99%"}})
    settled = with_ranges("flag", after, "enabled", before, "enabled")
    assert settled["rules"][0]["ranges"] == {"on": ["0%-1%"], "off": ["1%-100%"]}
    assert settled["rules"][1]["ranges"] == {"on": ["0%-20%", "70%-100%"], "off": ["20%-70%"]}


def test_a_rule_without_a_name_is_known_by_its_condition_or_its_place():
    def two(first, second, condition):
        rules = [{"split": first}, {"when": condition, "split": second}]
        return {**flag(first), "rules": rules}

    half, fifth = {"on": "50%", "off": "50%"}, {"on": "20%", "off": "80%"}
    before = with_ranges("flag", two(fifth, fifth, {"segment": "a"}), "enabled")
    after = two(half, half, {"segment": "b"})
    settled = with_ranges("flag", after, "enabled", before, "enabled")
    least = {"on": ["0%-20%", "70%-100%"], "off": ["20%-70%"]}
    assert [rule["ranges"] for rule in settled["rules"]] == [least, least]


@pytest.mark.parametrize(
    "body",
    [
        flag({"on": "20%", "off": "20%"}),
        flag({"on": "much", "off": "20%"}),
        flag({"on": "20%", "off": "80%"}, bucketing={"algorithm": "unleash_murmur3"}),
        flag({"on": "50%", "off": "50%"}, ranges={"on": "everything"}),
        flag("half"),
        {"rules": "none"},
        {"rules": [None]},
    ],
)
def test_what_is_wrong_is_left_for_the_check(body):
    assert with_ranges("flag", body, "enabled") == body


def test_kinds_without_slots_are_left_alone():
    assert with_ranges("segment", {"match": {}}, "active") == {"match": {}}


@pytest.mark.parametrize("status", ["enabled", "disabled", "draft"])
def test_the_compiler_has_nothing_to_add(status):
    before = with_ranges("flag", flag({"on": "20%", "off": "80%"}), "enabled")
    body = with_ranges("flag", flag({"on": "35%", "off": "65%"}), status, before, "enabled")
    catalogue = read_mapping({"flags": {"f": {"status": status, **body}}})
    assert ranges_to_write(catalogue, compile_documents(catalogue)) == []
