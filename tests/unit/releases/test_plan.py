"""A plan says what publishing would change, and does nothing."""

import pytest
from item_bodies import RULE, experiment, flag, split

from turnout.releases.plan import ChangeKind
from turnout.releases.ranges import with_ranges


def changes(room):
    return {one.name: one for one in room.releases.plan().changes}


def test_the_first_plan_adds_everything(room):
    plan = room.releases.plan()
    assert plan.current is None
    assert [(one.name, one.kind, one.authors) for one in plan.changes] == [
        ("flags/new-checkout", ChangeKind.ADDED, ["anna"]),
        ("segments/pro", ChangeKind.ADDED, ["anna"]),
    ]
    assert room.releases.current() is None


def test_what_changed_since_is_told_with_its_authors(room):
    current = room.publish()
    room.create("segment", "staff", RULE, "active", actor="carl")
    room.change("segment", "pro", body={"match": {"attribute": "plan", "is": "team"}}, actor="dora")
    room.remove("flag", "new-checkout", actor="emil")
    plan = room.releases.plan()
    assert plan.current == current
    assert [(one.name, one.kind, one.differences, one.authors) for one in plan.changes] == [
        ("flags/new-checkout", ChangeKind.REMOVED, [], ["emil"]),
        ("segments/pro", ChangeKind.CHANGED, ['match.is: "pro" → "team"'], ["dora"]),
        ("segments/staff", ChangeKind.ADDED, [], ["carl"]),
    ]


def test_what_was_changed_back_is_no_change(room):
    room.publish()
    room.change("segment", "pro", body={"match": {"attribute": "plan", "is": "team"}})
    room.change("segment", "pro", body=RULE)
    assert room.releases.plan().changes == ()


def test_what_no_decision_depends_on_is_nothing_to_publish(room):
    room.publish()
    room.change("segment", "pro", body=RULE | {"description": "those who pay"})
    assert room.releases.plan().changes == ()
    room.change("flag", "new-checkout", status="disabled")
    assert list(changes(room)) == ["flags/new-checkout", "segments/pro"]
    assert changes(room)["flags/new-checkout"].differences == ['status: "enabled" → "disabled"']


def test_after_a_rollback_the_plan_is_to_go_forward_again(room):
    room.publish()
    room.change("flag", "new-checkout", body=flag())
    room.publish()
    assert room.releases.plan().changes == ()
    room.rollback(1)
    (change,) = room.releases.plan().changes
    assert (change.name, change.authors) == ("flags/new-checkout", ["anna"])
    assert [line.partition(" [")[0] for line in change.differences] == ["rules: removed"]


def test_the_workspace_is_an_item_too(room):
    room.publish()
    room.change_workspace(timezone="Europe/Berlin")
    (change,) = room.releases.plan().changes
    assert (change.name, change.differences) == (
        "workspace", ['timezone: "UTC" → "Europe/Berlin"'],
    )  # fmt: skip


def test_the_workspace_is_in_the_first_plan_if_somebody_changed_it(room):
    room.change_workspace(timezone="Europe/Berlin")
    assert changes(room)["workspace"].differences == ['timezone: "UTC" → "Europe/Berlin"']
    room.change_workspace(timezone="UTC")
    assert "workspace" not in changes(room)


def test_slots_that_move_are_counted(room):
    before = with_ranges("flag", split("20%", "80%"), "enabled")
    room.create("flag", "ramp", before, "enabled")
    room.publish()
    after = with_ranges("flag", split("50%", "50%"), "enabled", before, "enabled")
    room.change("flag", "ramp", body=after)
    (change,) = room.releases.plan().changes
    assert change.moved_ppm == 300_000
    assert change.differences == [
        'rules[0].split.on: "20%" → "50%"',
        'rules[0].split.off: "80%" → "50%"',
    ]


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (experiment(), experiment("10%", "90%"), 400_000),
        (experiment(), experiment("30%", "30%"), 600_000),
        (experiment(traffic="10%"), experiment(traffic="25%"), 150_000),
        (experiment(), experiment(epoch=2), 1_000_000),
        (experiment(), experiment(description="x", tags=["y"]), 0),
    ],
)
def test_slots_of_an_experiment(room, before, after, moved):
    room.create("experiment", "e", before, "draft")
    room.publish()
    room.change("experiment", "e", body=after)
    assert changes(room)["experiments/e"].moved_ppm == moved


def test_slots_of_a_layer_and_of_a_holdout(room):
    room.create("experiment", "e", experiment(layer="l"), "draft")
    room.create("layer", "l", {"allocations": {"e": ["0%-50%"]}})
    room.create("holdout", "h", {"share": "5%", "scope": "all"}, "draft")
    room.publish()
    room.change("layer", "l", body={"allocations": {"e": ["0%-60%"]}})
    room.change("holdout", "h", body={"share": "7%", "scope": "all"})
    moved = {name: one.moved_ppm for name, one in changes(room).items()}
    assert moved == {"layers/l": 100_000, "holdouts/h": 20_000}


def test_rules_that_nothing_reaches_any_more_are_named(room):
    everybody = {"name": "everybody", "serve": "on"}
    pros = {"name": "pros", "when": {"segment": "pro"}, "serve": "off"}
    late = {"when": {"attribute": "a", "is": 1}, "serve": "on"}
    room.create("flag", "f", flag(rules=[pros, late, everybody]), "enabled")
    room.publish()
    assert changes(room) == {}
    room.change("flag", "f", body=flag(rules=[everybody, pros, late]))
    assert changes(room)["flags/f"].unreachable_rules == ["pros"]
    room.publish()
    room.change("flag", "f", body=flag(rules=[everybody, pros], tags=["x"]))
    assert changes(room)["flags/f"].unreachable_rules == []


def test_problems_and_warnings_are_told_by_item_and_field(room):
    room.publish()
    room.create("flag", "bad", flag(rules=[{"when": {"segment": "gone"}, "serve": "on"}]),
                "enabled")  # fmt: skip
    never = {"all": [{"attribute": "a", "is": 1}, {"attribute": "a", "is": 2}]}
    room.create("segment", "never", {"match": never}, "active")
    plan = room.releases.plan()
    assert [(one.name, one.field) for one in plan.problems] == [
        ("flags/bad", "rules[0].when.segment")
    ]
    assert [(one.name, one.field) for one in plan.warnings] == [
        ("segments/never", "match.all[1].is")
    ]


def test_those_that_name_a_changed_item_are_warned_of(room):
    room.publish()
    room.change("segment", "pro", status="archived")
    warnings = room.releases.plan().warnings
    assert [(one.name, one.field) for one in warnings] == [
        ("flags/new-checkout", "rules[0].when.segment")
    ]


def test_the_same_state_has_the_same_plan_id(room):
    first = room.releases.plan().plan_id
    assert room.releases.plan().plan_id == first
    room.create("flag", "more", flag(), "enabled")
    second = room.releases.plan().plan_id
    assert second != first
    room.publish()
    assert room.releases.plan().plan_id not in {first, second}
