"""Lists of items: pages by key, and what each filter lets through."""

import pytest


@pytest.fixture(scope="module")
def bodies():
    return {
        "alpha": ({"description": "The old Checkout", "tags": ["web", "checkout"]}, "enabled"),
        "beta": ({"description": "100% of users", "tags": ["web"]}, "disabled"),
        "beta-2": ({"tags": ["web", "web"]}, "enabled"),
        "Gamma": ({"description": "straße"}, "enabled"),
        "old": ({"description": "checkout"}, "archived"),
        "éclair": ({}, "draft"),
    }


@pytest.fixture
def tx(store, act, bodies):
    with store.write(act) as writing:
        for key, (body, status) in bodies.items():
            writing.items.create("flag", key, body, status)
        writing.items.create("segment", "alpha", {"tags": ["web"]}, "active")
    with store.read() as tx:
        yield tx


def keys(items):
    return [item.key for item in items]


def test_a_page_is_in_the_order_of_bytes_without_archived_ones(tx):
    assert keys(tx.items.page("flag")) == ["Gamma", "alpha", "beta", "beta-2", "éclair"]


def test_pages_follow_each_other(tx):
    first = keys(tx.items.page("flag", limit=2))
    second = keys(tx.items.page("flag", limit=2, after=first[-1]))
    third = keys(tx.items.page("flag", limit=2, after=second[-1]))
    assert [first, second, third] == [["Gamma", "alpha"], ["beta", "beta-2"], ["éclair"]]
    assert tx.items.page("flag", after=third[-1]) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"statuses": ["disabled", "draft"]}, ["beta", "éclair"]),
        ({"statuses": ["archived"]}, ["old"]),
        ({"show_archived": True, "prefix": "o"}, ["old"]),
        ({"prefix": "beta"}, ["beta", "beta-2"]),
        ({"prefix": "beta", "after": "beta"}, ["beta-2"]),
        ({"prefix": "Beta"}, []),
        ({"prefix": "b%"}, []),
        ({"tags": ["web"]}, ["alpha", "beta", "beta-2"]),
        ({"tags": ["web", "checkout"]}, ["alpha"]),
        ({"tags": ["we"]}, []),
        ({"texts": ["CHECKOUT"]}, ["alpha"]),
        ({"texts": ["old", "check"]}, ["alpha"]),
        ({"texts": ["0% o"]}, ["beta"]),
        ({"texts": ["STRASSE"]}, ["Gamma"]),
        ({"texts": ["BETA-"]}, ["beta-2"]),
        ({"texts": ["_"]}, []),
        ({"texts": ["checkout"], "show_archived": True}, ["alpha", "old"]),
        ({"tags": ["web"], "statuses": ["enabled"], "texts": ["a"], "limit": 1}, ["alpha"]),
    ],
)
def test_a_filter_lets_through(tx, asked, found):
    assert keys(tx.items.page("flag", **asked)) == found


def test_all_items_come_by_kind_and_key(tx, monkeypatch):
    monkeypatch.setattr("turnout.store.item_pages._AT_ONCE", 2)
    found = [(item.kind, item.key) for item in tx.items.all()]
    assert found == sorted(found)
    assert len(found) == 7


@pytest.mark.usefixtures("tx")
def test_versions_say_what_changed(store, act):
    with store.write(act) as tx:
        before = tx.items.versions()
        tx.items.change(tx.items.get("flag", "beta"), status="enabled")
        tx.items.remove(tx.items.get("flag", "alpha"))
        tx.items.create("layer", "one", {})
        after = tx.items.versions()
        assert keys(tx.items.changed_since(max(before.values()))) == ["beta", "one"]
    assert before.keys() ^ after.keys() == {("flag", "alpha"), ("layer", "one")}
    assert [name for name in before.keys() & after.keys() if before[name] != after[name]] == [
        ("flag", "beta")
    ]


@pytest.mark.usefixtures("tx")
def test_tags_follow_the_body(store, act):
    with store.write(act) as tx:
        tx.items.change(tx.items.get("flag", "beta"), body={"tags": ["new"]})
        assert keys(tx.items.page("flag", tags=["web"])) == ["alpha", "beta-2"]
        assert keys(tx.items.page("flag", tags=["new"])) == ["beta"]


@pytest.mark.usefixtures("tx")
def test_what_was_removed_is_told_even_when_it_is_there_again(store, act):
    with store.read() as tx:
        before = max(tx.items.versions().values())
        assert tx.items.removed_since(0) == set()
    with store.write(act) as tx:
        tx.items.remove(tx.items.get("flag", "alpha"))
        tx.items.remove(tx.items.get("flag", "beta"))
        tx.items.create("flag", "beta", {}, "draft")
    with store.read() as tx:
        assert tx.items.removed_since(before) == {("flag", "alpha"), ("flag", "beta")}
        assert keys(tx.items.changed_since(before)) == ["beta"]
