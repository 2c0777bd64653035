"""Items: what is written is what is read, keys, versions and etags."""

import pytest

from turnout.store import Act, AlreadyExists, Conflict, Invalid, NewItem, NotFound

BODY = {
    "description": "Zahlende Kunden, à la carte \ud800 \0",
    "tags": ["checkout", "web"],
    "match": {"all": [{"attribute": "z", "is": 1.0}, {"attribute": "a", "is": True}]},
    "variants": {"on": 10**30, "off": None},
}


@pytest.fixture
def flag(store, act):
    with store.write(act) as tx:
        return tx.items.create("flag", "new", BODY, "enabled")


def read(store, kind="flag", key="new"):
    with store.read() as tx:
        return tx.items.get(kind, key)


def test_a_body_comes_back_as_it_was_with_its_fields_in_order(store, flag):
    found = read(store)
    assert found == flag
    assert repr(found.body) == repr(BODY)
    assert list(found.document) == ["status", *BODY]


def test_a_layer_has_no_status(store, act):
    with store.write(act) as tx:
        layer = tx.items.create("layer", "one", {"allocations": {}})
    assert layer.document == {"allocations": {}}


def test_what_is_no_json_is_refused(store, act):
    for body in ({"x": float("nan")}, {"x": {1, 2}}):
        with pytest.raises(Invalid, match="cannot be kept"), store.write(act) as tx:
            tx.items.create("flag", "new", body, "enabled")


@pytest.mark.usefixtures("flag")
def test_a_key_is_used_once_and_flags_and_experiments_share_theirs(store, act):
    with store.write(act) as tx:
        tx.items.create("segment", "new", {}, "active")
        with pytest.raises(AlreadyExists, match="there is a flag `new` already") as taken:
            tx.items.create("experiment", "new", {}, "draft")
        assert (taken.value.kind, taken.value.key, taken.value.by) == ("experiment", "new", "flag")
        with pytest.raises(AlreadyExists):
            tx.items.create("segment", "new", {}, "active")
        assert tx.items.find("experiment", "new") is None


def test_several_are_added_in_their_order_each_with_its_event(store, act):
    given = [NewItem("segment", "s", {}, "draft"), NewItem("flag", "f", BODY, "enabled")]
    with store.write(act) as tx:
        tx.items.create_all(given)
        tx.items.create("flag", "g", {"tags": ["web"]}, "enabled")
    with store.read() as tx:
        added = [tx.items.get("segment", "s"), tx.items.get("flag", "f"), tx.items.get("flag", "g")]
        events = tx.audit.page()[::-1]
        assert [one.version for one in added] == [one.number for one in events] == [1, 2, 3]
        assert [one.resource for one in events] == ["segments/s", "flags/f", "flags/g"]
        assert [one.key for one in tx.items.page("flag", tags=["web"])] == ["f", "g"]
        assert tx.audit.verify().intact


@pytest.mark.usefixtures("flag")
@pytest.mark.parametrize(
    "last",
    [
        NewItem("experiment", "new", {}, "draft"),
        NewItem("experiment", "f", {}, "draft"),
        NewItem("segment", "s", {"x": {1, 2}}, "draft"),
    ],
)
def test_several_are_added_all_or_none(store, act, last):
    with store.write(act) as tx:
        with pytest.raises((AlreadyExists, Invalid)):
            tx.items.create_all([NewItem("flag", "f", {}, "enabled"), last])
        assert tx.items.find("flag", "f") is None
        assert len(tx.audit.page()) == 1


def test_a_change_keeps_what_is_not_given(store, act, flag):
    with store.write(act) as tx:
        changed = tx.items.change(flag, status="disabled")
        assert (changed.status, changed.body) == ("disabled", BODY)
        changed = tx.items.change(changed, body={"tags": []}, started=True, resumes_to="running")
        changed = tx.items.change(changed, active_body={"match": 1})
        changed = tx.items.change(changed, status="enabled")
    found = read(store)
    assert found == changed
    assert (found.body, found.started, found.resumes_to) == ({"tags": []}, True, "running")
    assert found.active_body == {"match": 1}
    assert found.created_at == flag.created_at < found.updated_at
    with store.write(act) as tx:
        assert tx.items.change(found, active_body=None).active_body is None


def test_each_change_has_a_greater_version_and_another_etag(store, act, flag):
    seen = [flag]
    for status in ("disabled", "enabled", "disabled"):
        with store.write(act) as tx:
            seen.append(tx.items.change(seen[-1], status=status))
    assert [item.version for item in seen] == [1, 2, 3, 4]
    assert len({item.etag for item in seen}) == 4


def test_what_changes_nothing_is_no_change(store, act, flag):
    with store.write(act) as tx:
        assert tx.items.change(flag, body=dict(BODY), status="enabled") == flag
        assert len(tx.audit.page()) == 1


@pytest.mark.parametrize("other", [{"x": 1}, {"x": 1.0}, {"x": True}])
def test_one_and_true_and_one_point_nought_are_three_values(store, act, other):
    with store.write(act) as tx:
        item = tx.items.create("flag", "x", {"x": 1}, "enabled")
        assert repr(tx.items.change(item, body=other).body) == repr(other)


def test_who_was_slower_is_told_the_current_etag(store, act, flag):
    with store.write(act) as tx:
        faster = tx.items.change(flag, status="disabled")
    with pytest.raises(Conflict) as conflict, store.write(act) as tx:
        tx.items.change(flag, body={})
    assert conflict.value.etag == faster.etag
    with pytest.raises(Conflict), store.write(act) as tx:
        tx.items.remove(flag)
    assert read(store) == faster


def test_a_body_that_was_edited_in_place_is_a_change_like_any_other(store, act, flag):
    flag.body["tags"] = ["other"]
    with store.write(act) as tx:
        tx.items.change(flag, body=flag.body)
        event = tx.audit.page(limit=1)[0]
    assert event.before["tags"] == ["checkout", "web"]
    assert event.after["tags"] == ["other"]


def test_a_removed_item_is_gone_and_its_key_is_free(store, act, flag):
    with store.write(act) as tx:
        tx.items.remove(flag)
        with pytest.raises(NotFound, match="there is no flag `new`"):
            tx.items.get("flag", "new")
        with pytest.raises(NotFound):
            tx.items.change(flag, status="disabled")
        assert tx.items.page("flag", tags=["checkout"]) == []
        assert tx.items.changed_since(0) == []
        again = tx.items.create("experiment", "new", {}, "draft")
    assert again.version > flag.version
    with pytest.raises(NotFound), store.write(act) as tx:
        tx.items.remove(flag)


def test_one_that_was_removed_and_made_again_is_not_the_same(store, act, flag):
    with store.write(act) as tx:
        tx.items.remove(flag)
        again = tx.items.create("flag", "new", BODY, "enabled")
    assert again.etag != flag.etag
    with pytest.raises(Conflict), store.write(act) as tx:
        tx.items.change(flag, status="disabled")


def test_each_write_leaves_its_event(store, flag, moment):
    with store.write(Act("bert", "RemoveFlag", "10.0.0.9:7", moment)) as tx:
        tx.items.remove(tx.items.change(flag, status="disabled"))
        removed, changed, created = tx.audit.page(resource="flags/new")
    assert (created.before, created.after) == (None, {"status": "enabled", **BODY})
    assert (changed.before["status"], changed.after["status"]) == ("enabled", "disabled")
    assert list(changed.after) == ["status", *BODY]
    assert (removed.before, removed.after) == (changed.after, None)
    assert (removed.number, removed.actor, removed.method) == (3, "bert", "RemoveFlag")
    assert (removed.peer, removed.at) == ("10.0.0.9:7", moment)
