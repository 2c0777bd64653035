"""What was applied last: by set, replaced as a whole, with the order of fields kept."""

import pytest

from turnout.store import Invalid

FLAG = {"variants": {"on": True, "off": False}, "default": "off"}


def test_a_new_set_has_nothing(store):
    with store.read() as tx:
        assert tx.applied.get("shop") == {}


def test_a_set_is_replaced_and_others_stay(store, act):
    with store.write(act) as tx:
        tx.applied.replace("shop", {("flag", "a"): FLAG, ("segment", "s"): {}})
        tx.applied.replace("other", {("flag", "b"): FLAG})
    with store.write(act) as tx:
        tx.applied.replace("shop", {("flag", "c"): FLAG})
    with store.read() as tx:
        found = tx.applied.get("shop")
        assert tx.applied.get("other") == {("flag", "b"): FLAG}
    assert found == {("flag", "c"): FLAG}
    assert list(found["flag", "c"]["variants"]) == ["on", "off"]


def test_a_name_that_no_database_keeps_is_refused(store, act):
    with pytest.raises(Invalid), store.write(act) as tx:
        tx.applied.replace("a\0b", {})
