"""Names of items, and suggestions."""

import pytest

from turnout.documents.names import ITEM_KINDS, identity_in, item_name, nearest, nearest_key


@pytest.mark.parametrize("kind", ITEM_KINDS.values())
def test_a_name_is_read_as_it_is_written(kind):
    assert identity_in(item_name(kind, "new-checkout")) == (kind, "new-checkout")


@pytest.mark.parametrize("name", ["workspace", "tokens/ci", "flags", "", "snapshots/7"])
def test_what_is_no_item_has_no_identity(name):
    assert identity_in(name) is None


def test_a_key_is_all_behind_the_section():
    assert identity_in("flags/a/b") == ("flag", "a/b")


@pytest.mark.parametrize("word", ["staf", "stafff", "sstaff", "satff", "stagf", "Staff"])
def test_one_slip_is_understood(word):
    assert nearest_key(word, {"staff", "other"}) == ", did you mean `staff`?"


@pytest.mark.parametrize("word", ["st", "test-12", "stuff-1", "", "x" * 100_000])
def test_what_is_another_thing_is_not_suggested(word):
    assert not nearest_key(word, {"s", "staff", "test-13", "test-21"})


def test_nearest_field():
    assert nearest("weigth", ["weight", "value"]) == ", did you mean `weight`?"
    assert not nearest("zzz", ["weight", "value"])
