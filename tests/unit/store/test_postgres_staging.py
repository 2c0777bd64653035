"""What is special about putting ids aside in PostgreSQL."""

import pytest
from sqlalchemy import text

from turnout.store import Store, Unavailable

OTHERS = ["30s", "10s", "1min"]


@pytest.fixture
def url(postgres):
    url = postgres.new_database()
    yield url
    postgres.drop(url)


def limits(tx):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    return [tx.audit._connection.execute(text(f"SHOW {name}")).scalar() for name in names]


def test_it_may_take_longer_than_others_and_they_no_longer_than_before(store, act):
    for _ in range(2):
        with store.write_with(act, [["a"]]) as (tx, _staged):
            assert limits(tx) == ["1h", "10min", "10min"]
        for _ in range(3):
            with store.write(act) as tx:
                assert limits(tx) == OTHERS


def test_so_may_what_takes_millions_out(store, act):
    with store.write(act) as tx:
        made = [tx.items.create("segment", key, {"kind": "static"}, "active") for key in "ab"]
        assert limits(tx) == OTHERS
        tx.members.take_out_segment("a", "b")
        assert limits(tx)[0] == "1h"
    with store.write(act) as tx:
        tx.items.remove(made[0])
        assert limits(tx)[0] == "1h"


def test_a_server_that_ends_while_ids_come_is_unavailable(own_postgres, act):
    def batches():
        yield ["new"] * 10
        own_postgres.kill()
        yield ["newer"]

    store = Store.open(own_postgres.url())
    with store.write(act) as tx:
        tx.items.create("segment", "beta", {"kind": "static"}, "active")
        tx.members.add("beta", ["old"])
    with pytest.raises(Unavailable, match="is unavailable"), store.write_with(act, batches()):
        raise AssertionError
    own_postgres.start()
    with store.write_with(act, [["next"]]) as (tx, staged):
        assert tx.members.append("beta", staged).count == 2
    store.close()
