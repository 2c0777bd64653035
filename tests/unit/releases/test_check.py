"""A check tells what a write would break, by item and field, and nothing else."""

import pytest
from item_bodies import RULE, experiment, flag, split

from turnout.releases.check import Change
from turnout.store import Act


def problems(room, *changes):
    return [str(one) for one in room.releases.check([Change(*one) for one in changes])]


def test_a_good_write_has_no_problem(room):
    assert problems(room, ("flag", "other", split("10%", "90%"), "enabled")) == []
    assert problems(room, ("segment", "staff", RULE, "draft")) == []
    assert problems(room, ("segment", "list", {"kind": "static"}, "active")) == []


def test_the_item_and_the_field_are_named(room):
    rules = [{"when": {"segment": "pros"}, "serve": "on"}]
    assert problems(room, ("flag", "a.b", flag(rules=rules), "enabled")) == [
        "flags/a.b rules[0].when.segment: unknown segment `pros`, did you mean `pro`?"
    ]
    assert problems(room, ("flag", "f", {"variants": {"on": True}}, "enabled")) == [
        "flags/f: `default` is missing"
    ]
    assert problems(room, ("flag", "f", flag(defualt="on"), "enabled")) == [
        "flags/f defualt: unknown field `defualt`, did you mean `default`?"
    ]


def test_several_writes_of_one_transaction_are_seen_together(room):
    rules = [{"when": {"segment": "new"}, "serve": "on"}]
    assert problems(
        room,
        ("flag", "f", flag(rules=rules), "enabled"),
        ("segment", "new", RULE, "active"),
    ) == []  # fmt: skip


def test_what_is_removed_is_missed_by_those_that_name_it(room):
    assert problems(room, ("segment", "pro", None)) == [
        "flags/new-checkout rules[0].when.segment: unknown segment `pro`: no document has it"
    ]
    assert problems(room, ("flag", "new-checkout", None)) == []


def test_a_variant_that_others_ask_for_stays(room):
    room.create("flag", "b", flag(prerequisites=[{"flag": "new-checkout", "variant_is": "on"}]),
                "enabled")  # fmt: skip
    body = {"variants": {"yes": True, "off": False}, "default": "off"}
    assert problems(room, ("flag", "new-checkout", body, "enabled")) == [
        "flags/new-checkout variants: flag `b` asks for variant `on`: keep it, or change that first"
    ]


def test_a_cycle_is_found_however_long(room):
    room.create("segment", "b", {"match": {"segment": "pro"}}, "active")
    room.create("segment", "c", {"match": {"segment": "b"}}, "active")
    assert problems(room, ("segment", "pro", {"match": {"segment": "c"}}, "active")) == [
        "segments/pro match.segment: a segment cannot refer to itself: `pro` → `c` → `b` → `pro`"
    ]


def test_a_salt_is_used_once_in_the_whole_store(room):
    room.create("experiment", "one", experiment(salt="s"), "draft")
    assert problems(room, ("experiment", "two", experiment(salt="s"), "draft")) == [
        (
            "experiments/two salt: the salt `s.traffic` of experiment `two` is also that of "
            "experiment `one`: write another `salt`"
        ),
        (
            "experiments/two salt: the salt `s.variant.1` of experiment `two` is also that of "
            "experiment `one`: write another `salt`"
        ),
    ]
    assert problems(room, ("experiment", "one", experiment(salt="s"), "running")) == []


@pytest.mark.parametrize("field", ["unit", "salt", "layer", "control"])
def test_what_is_fixed_once_started_is_refused(room, field):
    room.create("layer", "l", {"allocations": {}})
    room.create("experiment", "e", experiment(), "running", started=True)
    value = {"layer": "l", "control": "green"}.get(field, "other")
    found = problems(room, ("experiment", "e", experiment() | {field: value}, "running"))
    assert any("is fixed once started" in one for one in found)


def test_a_live_experiment_keeps_its_slots_of_a_layer(room):
    room.create("experiment", "e", experiment(layer="l"), "running", started=True)
    room.create("layer", "l", {"allocations": {"e": ["0%-50%"]}})
    assert problems(room, ("layer", "l", {"allocations": {"e": ["0%-60%"]}})) == []
    assert problems(room, ("layer", "l", {"allocations": {"e": ["0%-40%"]}})) == [
        (
            "layers/l allocations.e: `e` is live, and its slots may only grow: give back "
            "`40%-50%`, or conclude it first"
        )
    ]


@pytest.mark.parametrize("status", ["draft", "paused", "archived"])
def test_a_new_reference_needs_an_active_segment(room, status):
    room.create("segment", "aside", RULE, status)
    rules = [{"when": {"segment": "aside"}, "serve": "on"}]
    expected = f"segment `aside` is {status}: a new reference needs an active segment"
    for key in ("new", "new-checkout"):
        (found,) = problems(room, ("flag", key, flag(rules=rules), "enabled"))
        assert found == f"flags/{key} rules[0].when.segment: {expected}"


def test_a_reference_that_was_there_goes_on_when_its_segment_is_paused(room):
    room.change("segment", "pro", status="paused", active_body=RULE)
    body = room.body("flag", "new-checkout") | {"description": "changed"}
    assert problems(room, ("flag", "new-checkout", body, "enabled")) == []


def test_the_edit_of_a_paused_segment_is_checked_as_it_will_be(room):
    room.change("segment", "pro", status="paused", active_body=RULE)
    (found,) = problems(room, ("segment", "pro", {"match": {"segment": "gone"}}, "paused"))
    assert found.startswith("segments/pro match.segment: unknown segment `gone`")


def test_what_a_segment_goes_on_with_is_checked_when_it_is_paused(room):
    (found,) = problems(room, ("segment", "pro", {"match": {"segment": "gone"}}, "paused"))
    assert found.startswith("segments/pro match.segment: unknown segment `gone`")
    assert problems(room, ("segment", "pro", RULE, "paused")) == []


def test_a_change_of_the_workspace_is_checked_against_every_item(room):
    body = {"attributes": {"plan": {"type": "number"}}}
    typed = room.releases.check([], body)
    assert [(one.name, one.field) for one in typed] == [("segments/pro", "match.is")]
    zone = room.releases.check([], {"timezone": "PST"})
    assert [(one.name, one.field) for one in zone] == [("workspace", "timezone")]


def test_a_check_inside_a_write_sees_what_was_committed(room):
    with room.store.write(Act("anna", "DeleteSegment")) as tx:
        tx.items.remove(tx.items.get("segment", "pro"))
        assert len(problems(room, ("segment", "pro", None))) == 1


def test_who_names_an_item_is_known_after_each_write(room):
    def named(kind, key):
        return [(one.name, one.status, one.field) for one in room.releases.referrers(kind, key)]

    assert named("segment", "pro") == [("flags/new-checkout", "enabled", "rules[0].when.segment")]
    room.create("experiment", "e", experiment(layer="l", audience={"segment": "pro"}), "draft")
    room.create("layer", "l", {"allocations": {"e": ["0%-50%"]}})
    assert [one[0] for one in named("segment", "pro")] == ["experiments/e", "flags/new-checkout"]
    assert named("experiment", "e") == [("layers/l", "", "allocations.e")]
    assert named("layer", "l") == [("experiments/e", "draft", "layer")]
    room.remove("layer", "l")
    assert named("experiment", "e") == []
    room.change("flag", "new-checkout", body=flag())
    assert [one[0] for one in named("segment", "pro")] == ["experiments/e"]
    assert named("segment", "nobody") == []


def test_warnings_go_by_the_workspace_that_is_written_along(room):
    """What is right only with the new type of an attribute is looked at, too."""
    room.change_workspace(attributes={"country": "number"})
    rules = [{"when": {"attribute": "country", "is_not": "de"}, "serve": "on"}]
    writes = [Change("flag", "f", flag(rules=rules), "enabled")]
    workspace = {"key": "default", "timezone": "UTC", "attributes": {"country": "string"}}
    proposal = room.releases.propose(writes, workspace)
    assert [one.name for one in proposal.warnings()] == ["flags/f"]
