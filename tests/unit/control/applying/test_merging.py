from turnout.control.applying.merging import Conflict, merge

BASE = {"default": "off", "tags": ["a"], "description": "first"}


def merged(document, stored, *, base=BASE, standing=None):
    return merge(base, document, stored, standing=standing or {})


def test_what_only_the_document_changed_is_taken_over():
    found = merged(BASE | {"default": "on"}, BASE)
    assert found == (BASE | {"default": "on"}, ())


def test_what_only_others_changed_stays():
    stored = BASE | {"default": "on", "salt": "s"}
    assert merged(BASE, stored) == (stored, ())


def test_both_may_change_different_fields():
    found = merged(BASE | {"description": "mine"}, BASE | {"default": "on"})
    assert found == (BASE | {"description": "mine", "default": "on"}, ())


def test_both_may_make_the_same_change():
    same = BASE | {"default": "on"}
    assert merged(same, same) == (same, ())


def test_a_field_that_both_changed_is_a_conflict_and_comes_out_as_the_document_says():
    found = merged(BASE | {"default": "on"}, BASE | {"default": "other"})
    assert found.conflicts == (Conflict("default", "on", "other"),)
    assert found.body["default"] == "on"


def test_a_field_that_left_the_document_is_removed():
    assert merged({"default": "off", "tags": ["a"]}, BASE).body == {"default": "off", "tags": ["a"]}


def test_a_field_that_left_the_document_and_was_changed_by_others_is_a_conflict():
    found = merged({"default": "off", "tags": ["a"]}, BASE | {"description": "theirs"})
    assert found.conflicts == (Conflict("description", None, "theirs"),)
    assert "description" not in found.body


def test_what_others_removed_stays_removed():
    assert merged(BASE, {"default": "off", "tags": ["a"]}).body == {"default": "off", "tags": ["a"]}


def test_a_first_time_over_what_others_wrote_differently_is_a_conflict():
    found = merged({"default": "on"}, {"default": "off"}, base={})
    assert found.conflicts == (Conflict("default", "on", "off"),)


def test_true_is_not_one():
    assert merged({"x": True}, {"x": 1}, base={"x": 1}).body == {"x": True}


def test_a_standing_value_is_no_change_of_others():
    found = merged(
        {"status": "running"}, {"status": "draft"}, base={}, standing={"status": "draft"}
    )
    assert found == ({"status": "running"}, ())


def test_a_standing_value_that_was_written_is_no_change_of_others_either():
    one, standing = {"status": "enabled"}, {"status": "enabled"}
    for document in ({}, {"status": "disabled"}):
        assert merged(document, one, base=one, standing=standing) == (document, ())


def test_a_status_that_others_changed_is_a_conflict():
    standing = {"status": "draft"}
    found = merged({"status": "paused"}, {"status": "running"}, base={}, standing=standing)
    assert found.conflicts == (Conflict("status", "paused", "running"),)


def test_slots_that_the_store_added_to_a_split_are_no_change():
    rules = [{"split": {"a": "50%", "b": "50%"}}]
    stored = [rules[0] | {"ranges": {"a": ["0%-50%"], "b": ["50%-100%"]}}]
    assert merged({"rules": rules}, {"rules": stored}, base={"rules": rules}) == (
        {"rules": stored},
        (),
    )
    changed = [{"split": {"a": "60%", "b": "40%"}}]
    found = merged({"rules": changed}, {"rules": stored}, base={"rules": rules})
    assert found == ({"rules": changed}, ())


def test_slots_that_are_written_and_differ_are_a_change():
    one = [{"split": {"a": "50%", "b": "50%"}, "ranges": {"a": ["0%-50%"], "b": ["50%-100%"]}}]
    other = [{"split": {"a": "50%", "b": "50%"}, "ranges": {"b": ["0%-50%"], "a": ["50%-100%"]}}]
    assert merged({"rules": other}, {"rules": one}, base={"rules": one}).body == {"rules": other}


def test_slots_that_are_written_are_taken_over_where_the_store_has_none():
    bare = [{"split": {"a": "50%", "b": "50%"}}]
    written = [bare[0] | {"ranges": {"a": ["50%-100%"], "b": ["0%-50%"]}}]
    assert merged({"rules": written}, {"rules": bare}, base={"rules": bare}).body == {
        "rules": written
    }


def test_the_order_of_fields_is_the_documents_then_the_stores():
    found = merged({"b": 1, "a": 2}, {"z": 0, "a": 2, "b": 1}, base={})
    assert list(found.body) == ["b", "a", "z"]
