"""What imports members for a figure."""

from bench.imports import import_members, random_ids

from turnout.store import Store


def test_an_import_is_timed_and_leaves_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    for present in (0, 500):
        imported = import_members(url, 1000, present)
        assert imported.rows == 1000
        assert 0 < imported.held_s < imported.seconds
        assert imported.rows_s == 1000 / imported.seconds
    store = Store.open(url)
    with store.read() as tx:
        assert list(tx.items.all()) == []
        assert tx.audit.verify().intact
    store.close()


def test_ids_are_20_bytes_and_each_another_one():
    ids = random_ids(1000, "seed")
    assert ids == random_ids(1000, "seed")
    assert len(set(ids)) == 1000
    assert {len(one) for one in ids} == {20}
