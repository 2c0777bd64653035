"""Artifacts: files in pieces, by names that say what they are, for as long as they are named."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from turnout.store import Act, Damaged, Invalid, NotFound, Published
from turnout.store.tables import artifact_chunks


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr("turnout.store.artifacts.PIECE", 4)


def pieces(store, name):
    with store.read() as tx:
        return list(tx.artifacts.pieces(name))


@pytest.mark.usefixtures("small")
def test_a_file_comes_back_in_pieces_as_it_was(store, act, member_set):
    sha256, name, path = member_set(b"\0\xff345678\n0")
    with store.write(act) as tx:
        assert not tx.artifacts.has(name)
        tx.artifacts.add(name, path)
        assert tx.artifacts.has(name)
        assert tx.artifacts.size(name) == 10
        assert len(tx.audit.page()) == 0
    assert pieces(store, name) == [b"\0\xff34", b"5678", b"\n0"]
    assert hashlib.sha256(b"".join(pieces(store, name))).hexdigest() == sha256


def test_a_piece_is_a_mebibyte(store, act, member_set):
    _, name, path = member_set(bytes(2 * 1024 * 1024 + 1))
    with store.write(act) as tx:
        tx.artifacts.add(name, path)
    assert [len(piece) for piece in pieces(store, name)] == [1024 * 1024, 1024 * 1024, 1]


def test_an_empty_file_has_no_piece(store, act, member_set):
    _, name, path = member_set(b"")
    with store.write(act) as tx:
        tx.artifacts.add(name, path)
        assert tx.artifacts.size(name) == 0
    assert pieces(store, name) == []


def test_a_delta_is_called_by_the_sets_that_it_joins(store, act, tmp_path):
    name = f"{'a' * 64}..{'b' * 64}.delta"
    (tmp_path / "delta").write_bytes(b"change")
    with store.write(act) as tx:
        tx.artifacts.add(name, tmp_path / "delta")
    assert pieces(store, name) == [b"change"]


@pytest.mark.parametrize("name", ["", "x.set", "a" * 64, f"{'A' * 64}.set", f"{'a' * 64}.set\n"])
def test_another_name_is_refused(store, act, tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Invalid, match="is not the name of"), store.write(act) as tx:
        tx.artifacts.add(name, tmp_path / "file")


def test_a_file_that_is_not_what_its_name_says_is_refused(store, act, tmp_path):
    (tmp_path / "file").write_bytes(b"other")
    with pytest.raises(Invalid, match="not what its name says"), store.write(act) as tx:
        tx.artifacts.add(f"{'a' * 64}.set", tmp_path / "file")


def test_one_that_is_not_there_is_not_found(store):
    with store.read() as tx:
        for read in (tx.artifacts.size, lambda name: list(tx.artifacts.pieces(name))):
            with pytest.raises(NotFound, match=r"there is no artifact `x.set`"):
                read("x.set")


@pytest.mark.usefixtures("small")
def test_one_of_which_pieces_are_missing_is_damaged(store, act, member_set):
    _, name, path = member_set(b"12345678")
    with store.write(act) as tx:
        tx.artifacts.add(name, path)
        tx.audit._connection.execute(text("DELETE FROM artifact_chunks WHERE at = 1"))
    with pytest.raises(Damaged):
        pieces(store, name)


def test_what_nothing_names_goes_after_an_hour(store, member_set, moment, publish_sets):
    """A snapshot, a membership and young age keep a set; a delta goes with where it leads to."""
    named, dropped, young = (member_set(one) for one in (b"named", b"dropped", b"young"))
    deltas = [f"{old[0]}..{new[0]}.delta" for old, new in ((dropped, named), (named, dropped))]
    with store.write(Act("anna", "Add", at=moment)) as tx:
        for _, name, path in (named, dropped):
            tx.artifacts.add(name, path)
        for delta in deltas:
            tx.artifacts.add(delta, named[2])
    publish_sets([named[0]], at=moment)
    hour_later = moment + timedelta(hours=1, seconds=1)
    with store.write(Act("anna", "Add", at=hour_later)) as tx:
        tx.artifacts.add(young[1], young[2])
        gone = tx.artifacts.remove_unnamed(hour_later - timedelta(hours=1))
        assert gone == sorted([dropped[1], deltas[1]])
        assert [tx.artifacts.has(one[1]) for one in (named, dropped, young)] == [True, False, True]
        assert tx.artifacts.has(deltas[0])
        query = select(func.count()).select_from(artifact_chunks)
        assert tx.audit._connection.execute(query).scalar() == 3


def test_one_that_is_written_again_is_young_again(store, member_set, moment):
    _, name, path = member_set(b"again")
    for hours in (0, 2):
        with store.write(Act("anna", "Add", at=moment + timedelta(hours=hours))) as tx:
            tx.artifacts.add(name, path)
    with store.write(Act("anna", "Look", at=moment + timedelta(hours=2))) as tx:
        assert tx.artifacts.remove_unnamed(moment + timedelta(hours=1)) == []
    assert pieces(store, name) == [b"again"]


def test_sets_go_with_the_last_snapshot_that_names_them(store, member_set, moment, publish_sets):
    old, kept = member_set(b"old"), member_set(b"kept")
    with store.write(Act("anna", "Add", at=moment)) as tx:
        for _, name, path in (old, kept):
            tx.artifacts.add(name, path)
    for sets in ([old[0], kept[0]], [kept[0], old[0], old[0]], [kept[0]]):
        publish_sets(sets, at=moment)
    later = moment + timedelta(days=1)
    with store.write(Act("anna", "Publish", at=later)) as tx:
        assert tx.snapshots.sets(1) == tx.snapshots.sets(2) == sorted([old[0], kept[0]])
        tx.snapshots.prune(2)
        assert tx.artifacts.has(old[1])
        tx.snapshots.prune(1)
        assert not tx.artifacts.has(old[1])
        assert tx.artifacts.has(kept[1])
    with store.read() as tx:
        assert tx.snapshots.sets(3) == [kept[0]]
        assert tx.audit.verify().intact


def test_a_snapshot_names_only_sets_that_are_there(store, act, moment):
    published = Published(1, "id", "seal", moment, "anna")
    with pytest.raises(NotFound, match="there is no artifact"), store.write(act) as tx:
        tx.snapshots.add(published, b"", {}, {}, sets=["a" * 64])
