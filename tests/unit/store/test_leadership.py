"""One of several processes leads, and another one soon after it is gone."""

import pytest

from servers.waiting import wait_until
from turnout.store import Store


@pytest.fixture
def two(postgres):
    url = postgres.new_database()
    stores = [Store.open(url), Store.open(url)]
    yield stores
    for store in stores:
        store.close()


def test_one_leads_until_it_lets_go(two):
    first, second = (store.leadership("work") for store in two)
    assert first.is_held()
    assert first.is_held()
    assert not second.is_held()
    first.release()
    assert second.is_held()
    assert not first.is_held()
    second.release()


def test_each_work_has_a_leader_of_its_own(two):
    leaders = [two[0].leadership("one"), two[1].leadership("two")]
    assert [leader.is_held() for leader in leaders] == [True, True]
    for leader in leaders:
        leader.release()


def test_the_store_of_one_machine_has_one_leader(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    leader = store.leadership("work")
    assert leader.is_held()
    leader.release()
    assert leader.is_held()
    leader.release()
    store.close()


def test_a_leader_whose_connection_was_cut_leads_no_more(two, postgres):
    first, second = (store.leadership("work") for store in two)
    assert first.is_held()
    postgres.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    )
    wait_until(second.is_held, "another one leads")
    assert not first.is_held()
    second.release()
    assert first.is_held()
    first.release()


def test_nobody_leads_without_a_database(own_postgres):
    store = Store.open(own_postgres.url())
    leader = store.leadership("work")
    assert leader.is_held()
    own_postgres.kill()
    assert not leader.is_held()
    assert not leader.is_held()
    own_postgres.start()
    assert leader.is_held()
    leader.release()
    store.close()
