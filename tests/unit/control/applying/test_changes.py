"""What documents change in a store, and where others changed the same."""

import pytest

from turnout.control.applying.changes import WORKSPACE, FoundConflict, compare
from turnout.control.applying.reading import Written

FLAG = {"variants": {"on": True, "off": False}, "default": "off"}
IDENTITY = ("flag", "f")


@pytest.fixture
def compared(store):
    def compared(items, *, bases=None, workspace=None):
        with store.read() as tx:
            return compare(tx, Written(items, workspace or {}), bases or {})

    return compared


@pytest.fixture
def stored(store, act):
    def stored(kind, key, body, status):
        with store.write(act) as tx:
            return tx.items.create(kind, key, body, status)

    return stored


def test_a_new_item_has_the_status_that_documents_mean(compared):
    [flag, segment] = compared({IDENTITY: FLAG, ("segment", "s"): {"match": {}}}).changes
    assert (flag.before, flag.body, flag.status) == (None, FLAG, "enabled")
    assert segment.status == "active"


def test_what_says_the_same_is_no_change(compared, stored):
    stored(*IDENTITY, FLAG, "enabled")
    assert compared({IDENTITY: FLAG}, bases={IDENTITY: FLAG}).changes == []
    assert compared({IDENTITY: FLAG}).conflicts == []


@pytest.mark.parametrize(("before", "after"), [(True, 1), (1, 1.0), (0, False)])
def test_a_value_of_another_type_is_a_change(compared, stored, before, after):
    stored(*IDENTITY, {**FLAG, "variants": {"on": before}}, "enabled")
    now = {**FLAG, "variants": {"on": after}}
    [change] = compared({IDENTITY: now}, bases={IDENTITY: FLAG}).changes
    assert change.body is not None
    assert change.body["variants"]["on"] is after


def test_another_order_of_fields_is_no_change(compared, stored):
    stored(*IDENTITY, FLAG, "enabled")
    assert compared({IDENTITY: dict(reversed(FLAG.items()))}, bases={IDENTITY: FLAG}).changes == []


def test_a_status_that_no_document_says_is_left_to_the_verbs(compared, stored):
    stored(*IDENTITY, FLAG, "disabled")
    assert compared({IDENTITY: FLAG}, bases={IDENTITY: FLAG}).changes == []


def test_a_status_that_a_document_says_is_wanted(compared, stored):
    stored(*IDENTITY, FLAG, "enabled")
    [change] = compared({IDENTITY: {**FLAG, "status": "disabled"}}, bases={IDENTITY: FLAG}).changes
    assert (change.status, change.body) == ("disabled", FLAG)


def test_a_field_that_both_changed_is_a_conflict(compared, stored):
    stored(*IDENTITY, {**FLAG, "description": "theirs"}, "enabled")
    found = compared({IDENTITY: {**FLAG, "description": "mine"}}, bases={IDENTITY: FLAG})
    assert found.conflicts == [FoundConflict("flags/f", "description", "mine", "theirs")]


def test_a_segment_with_members_need_not_say_that_it_is_static(compared, stored):
    document = {"members": ["u-1"], "description": "staff"}
    [new] = compared({("segment", "staff"): document}).changes
    assert new.body == {"kind": "static", "description": "staff"}
    assert new.added_members == ["u-1"]
    stored("segment", "staff", new.body, "active")
    [again] = compared({("segment", "staff"): document}).changes
    assert (again.body, again.added_members) == (new.body, ["u-1"])


def test_what_left_the_documents_is_removed(compared, stored):
    item = stored(*IDENTITY, FLAG, "enabled")
    [change] = compared({}, bases={IDENTITY: FLAG}).changes
    assert (change.before, change.body) == (item, None)


def test_what_left_the_documents_and_was_changed_by_others_is_a_conflict(compared, stored):
    stored(*IDENTITY, {**FLAG, "description": "theirs"}, "enabled")
    found = compared({}, bases={IDENTITY: {**FLAG, "description": "mine"}})
    assert found.conflicts == [FoundConflict("flags/f", "description", None, "theirs")]


def test_what_is_archived_may_be_left_out_of_the_documents(compared, stored):
    stored(*IDENTITY, {**FLAG, "description": "theirs"}, "archived")
    found = compared({}, bases={IDENTITY: FLAG})
    assert (found.changes, found.conflicts) == ([], [])


def test_what_was_never_applied_is_nobodys_business(compared, stored):
    stored(*IDENTITY, FLAG, "enabled")
    assert compared({}).changes == []


def test_what_others_removed_comes_back_with_the_documents(compared):
    [change] = compared({IDENTITY: FLAG}, bases={IDENTITY: FLAG}).changes
    assert change.before is None


def test_members_are_added_and_taken_out_beside_those_of_others(compared, stored, store, act):
    identity, body = ("segment", "s"), {"kind": "static"}
    stored(*identity, body, "active")
    with store.write(act) as tx:
        tx.members.add("s", ["a", "b", "theirs"])
    bases = {identity: {**body, "members": ["a", "b"]}}
    [change] = compared({identity: {**body, "members": ["b", "c"]}}, bases=bases).changes
    assert (change.added_members, change.removed_members) == (["c"], ["a"])
    assert change.body == body


def test_the_workspace_is_merged_attribute_by_attribute(compared, store, act):
    with store.write(act) as tx:
        row = tx.workspace.get()
        theirs = {"theirs": {"type": "string"}}
        tx.workspace.change(row, {"key": "default", "timezone": "UTC", "attributes": theirs})
    mine = {"timezone": "Europe/Berlin", "attributes": {"mine": {"type": "number"}}}
    assert compared({}, workspace=mine).workspace == {
        "key": "default",
        "timezone": "Europe/Berlin",
        "attributes": {"mine": {"type": "number"}, **theirs},
    }


def test_an_attribute_that_both_changed_is_a_conflict(compared, store, act):
    with store.write(act) as tx:
        attributes = {"a": {"type": "string"}}
        body = {"key": "default", "timezone": "UTC", "attributes": attributes}
        tx.workspace.change(tx.workspace.get(), body)
    found = compared(
        {},
        workspace={"attributes": {"a": {"type": "ip"}}},
        bases={WORKSPACE: {"attributes": {"a": {"type": "number"}}}},
    )
    expected = FoundConflict("workspace", "attributes.a", {"type": "ip"}, {"type": "string"})
    assert found.conflicts == [expected]
