"""Members of static segments: sets of unit ids, byte for byte."""

import pytest
from sqlalchemy import func, select

from turnout.store import Invalid, NotFound
from turnout.store.tables import members


@pytest.fixture
def segment(store, act):
    with store.write(act) as tx:
        return tx.items.create("segment", "beta", {"kind": "static"}, "active")


@pytest.mark.usefixtures("segment")
def test_adding_and_removing_count_what_changed(store, act):
    with store.write(act) as tx:
        assert tx.members.add("beta", ["u-1", "u-2", "u-1"]) == 2
        assert tx.members.add("beta", ["u-2", "u-3"]) == 1
        assert tx.members.remove("beta", ["u-1", "u-9", "u-1"]) == 1
        assert tx.members.count("beta") == tx.items.get("segment", "beta").member_count == 2
    with store.read() as tx:
        assert list(tx.members.all("beta")) == ["u-2", "u-3"]


@pytest.mark.usefixtures("segment")
def test_what_changes_no_member_leaves_no_event(store, act):
    with store.write(act) as tx:
        tx.members.add("beta", ["u-1"])
        known = tx.items.get("segment", "beta")
        assert tx.members.add("beta", ["u-1"]) == tx.members.remove("beta", ["u-2"]) == 0
        assert tx.members.add("beta", []) == 0
        assert tx.items.get("segment", "beta") == known
        assert len(tx.audit.page()) == 2


def test_members_move_the_version_of_their_segment_and_not_its_etag(store, act, segment):
    with store.write(act) as tx:
        tx.members.add("beta", ["u-1"])
        found = tx.items.get("segment", "beta")
        assert (found.etag, found.version) == (segment.etag, segment.version + 1)
        tx.items.change(segment, status="paused")
        assert list(tx.members.all("beta")) == ["u-1"]


@pytest.mark.usefixtures("segment")
def test_ids_are_kept_and_ordered_by_their_bytes(store, act, monkeypatch):
    monkeypatch.setattr("turnout.store.members._AT_ONCE", 2)
    monkeypatch.setattr("turnout.store.member_pages._FEW", 2)
    ids = ["Z", "a", "A ", "A", "é", "e\u0301", "😀", "\uffff", "%", "'\";"]
    with store.write(act) as tx:
        assert tx.members.add("beta", ids) == len(ids)
    by_bytes = sorted(ids, key=str.encode)
    with store.read() as tx:
        assert list(tx.members.all("beta")) == by_bytes
        assert tx.members.page("beta", limit=3) == by_bytes[:3]
        assert tx.members.page("beta", by_bytes[2], 3) == by_bytes[3:6]
    with store.write(act) as tx:
        assert tx.members.remove("beta", ids[:-1]) == len(ids) - 1
        assert list(tx.members.all("beta")) == ids[-1:]


@pytest.mark.usefixtures("segment")
@pytest.mark.parametrize("bad", ["", "a\0b", "\ud800"])
def test_what_is_no_unit_id_is_refused(store, act, bad):
    with store.write(act) as tx:
        for change in (tx.members.add, tx.members.remove):
            with pytest.raises(Invalid) as refused:
                change("beta", ["u-1", bad])
            assert refused.value.field == "unit_ids"
        assert tx.members.count("beta") == 0


@pytest.mark.usefixtures("segment")
def test_the_log_names_the_units(store, act):
    with store.write(act) as tx:
        tx.members.add("beta", ["u-1", "u-2"])
        tx.members.remove("beta", ["u-2", "u-3"])
        removed, added = tx.audit.page(resource="segments/beta", limit=2)
    assert (added.before, added.after) == (
        {"member_count": 0}, {"member_count": 2, "added": ["u-1", "u-2"]},
    )  # fmt: skip
    assert removed.after == {"member_count": 1, "removed": ["u-2"]}


@pytest.mark.usefixtures("segment")
def test_a_segment_that_was_made_again_is_empty(store, act):
    with store.write(act) as tx:
        tx.members.add("beta", ["u-1"])
        tx.items.remove(tx.items.get("segment", "beta"))
        for read in (tx.members.count, tx.members.page, lambda key: list(tx.members.all(key))):
            with pytest.raises(NotFound):
                read("beta")
        tx.items.create("segment", "beta", {"kind": "static"}, "active")
        assert tx.members.page("beta") == []


@pytest.mark.usefixtures("segment")
def test_members_go_with_their_segment(store, act):
    with store.write(act) as tx:
        tx.items.create("segment", "other", {"kind": "static"}, "active")
        for key in ("beta", "other"):
            tx.members.add(key, ["u-1"])
        tx.items.remove(tx.items.get("segment", "beta"))
    with store._database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(members)).scalar() == 1
    with store.read() as tx:
        assert list(tx.members.all("other")) == ["u-1"]
        assert tx.audit.verify().intact


def test_a_flag_has_no_members(store, act):
    with store.write(act) as tx:
        tx.items.create("flag", "beta", {}, "enabled")
        with pytest.raises(NotFound, match="there is no segment `beta`"):
            tx.members.add("beta", ["u-1"])
