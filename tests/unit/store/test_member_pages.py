"""Lists of members."""

import pytest

from turnout.store import NotFound


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_all_come_in_batches_by_their_bytes(store, act, count):
    ids = [f"u-{number}" for number in range(count)]
    with store.write(act) as tx:
        tx.items.create("segment", "beta", {"kind": "static"}, "active")
        tx.members.add("beta", reversed(ids))
    with store.read() as tx:
        found = list(tx.members.batches("beta", 3))
        assert list(tx.members.batches("beta")) == ([ids] if ids else [])
    assert [unit_id for batch in found for unit_id in batch] == ids
    assert [len(batch) for batch in found] == [3] * (count // 3) + [count % 3] * (count % 3 > 0)


def test_those_of_no_segment_are_not_found(store):
    with store.read() as tx, pytest.raises(NotFound):
        next(tx.members.batches("nobody"))
