"""Suggestions."""

import pytest

from turnout.documents.names import nearest, nearest_key


@pytest.mark.parametrize("word", ["staf", "stafff", "sstaff", "satff", "stagf", "Staff"])
def test_one_slip_is_understood(word):
    assert nearest_key(word, {"staff", "other"}) == ", did you mean `staff`?"


@pytest.mark.parametrize("word", ["st", "test-12", "stuff-1", "", "x" * 100_000])
def test_what_is_another_thing_is_not_suggested(word):
    assert not nearest_key(word, {"s", "staff", "test-13", "test-21"})


def test_nearest_field():
    assert nearest("weigth", ["weight", "value"]) == ", did you mean `weight`?"
    assert not nearest("zzz", ["weight", "value"])
