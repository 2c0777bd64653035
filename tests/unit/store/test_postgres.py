"""What is special about PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest

from turnout.store import Act


@pytest.fixture
def url(postgres):
    url = postgres.new_database()
    yield url
    postgres.drop(url)


def test_an_evaluation_beats_while_others_write_for_long(store, act):
    started_at = datetime.now(UTC) - timedelta(minutes=1)
    with store.write(Act("anna", "Evaluate", at=started_at)) as tx:
        tx.items.create("segment", "buyers", {"kind": "dynamic"}, "active")
        number = tx.evaluations.start("buyers").number
    with store.write(act) as tx:
        tx.items.create("segment", "other", {"kind": "static"}, "active")
        assert store.beat(number, 7)
    with store.read() as tx:
        beating = tx.evaluations.get(number)
        assert beating.rows == 7
        assert beating.beat_at > started_at + timedelta(seconds=50)
