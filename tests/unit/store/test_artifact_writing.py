"""Large files: in many short transactions, of which nobody sees the half."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from turnout.store import Act, Invalid
from turnout.store.artifact_writing import AT_ONCE, LEASE
from turnout.store.artifacts import UNNAMED_FOR
from turnout.store.tables import artifact_chunks

CONTENT = bytes(range(100))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr("turnout.store.artifacts.PIECE", 4)


@pytest.fixture
def cut(store, monkeypatch, member_set):
    """Writes a file until the process is killed, after the first few pieces."""

    def die(_seconds):
        raise SystemExit

    def done(content=CONTENT):
        made = member_set(content)
        with monkeypatch.context() as patch:
            patch.setattr("turnout.store.artifact_writing.time.sleep", die)
            with pytest.raises(SystemExit):
                store.add_artifact(made[1], made[2])
        return made

    return done


def read(store, name):
    with store.read() as tx:
        return b"".join(tx.artifacts.pieces(name))


def age(store, name, by):
    with store.write(Act("x", "Age")) as tx:
        then = int((datetime.now(UTC) - by).timestamp() * 1_000_000)
        tx.audit._connection.execute(
            text("UPDATE artifacts SET created_at = :then WHERE name = :name"),
            {"then": then, "name": name},
        )


@pytest.mark.parametrize("content", [b"", b"1234", CONTENT])
@pytest.mark.usefixtures("small")
def test_a_file_comes_back_as_it_was_and_leaves_no_event(store, member_set, content):
    _, name, path = member_set(content)
    store.add_artifact(name, path)
    store.add_artifact(name, path)
    assert read(store, name) == content
    with store.read() as tx:
        assert tx.artifacts.size(name) == len(content)
        assert tx.audit.page() == []


@pytest.mark.usefixtures("small")
def test_others_write_while_a_file_is_written(store, act, member_set, monkeypatch):
    """Between any two transactions: that they need not wait for it is what they are for."""
    counted = []

    def write(_seconds):
        with store.write(act) as tx:
            tx.items.create("segment", f"s{len(counted)}", {}, "active")
            assert not tx.artifacts.has(name)
            counted.append(1)

    monkeypatch.setattr("turnout.store.artifact_writing.time.sleep", write)
    _, name, path = member_set(CONTENT)
    store.add_artifact(name, path)
    assert len(counted) == -(-len(CONTENT) // (4 * AT_ONCE))
    assert read(store, name) == CONTENT


def test_a_file_is_written_while_another_one_has_the_head_of_the_log(store, act, member_set):
    if "sqlite" in store.place:
        pytest.skip("a file has one writer at a time")
    _, name, path = member_set(CONTENT)
    with store.write(act):
        writing = threading.Thread(target=store.add_artifact, args=(name, path))
        writing.start()
        writing.join(5)
        assert not writing.is_alive()
    assert read(store, name) == CONTENT


@pytest.mark.usefixtures("small")
def test_half_a_file_is_none_and_is_written_anew(store, act, cut):
    _, name, path = cut()
    with store.write(act) as tx:
        assert not tx.artifacts.has(name)
        chunks = select(func.count()).select_from(artifact_chunks)
        assert tx.audit._connection.execute(chunks).scalar() == AT_ONCE
    age(store, name, LEASE + timedelta(seconds=1))
    store.add_artifact(name, path)
    assert read(store, name) == CONTENT


@pytest.mark.usefixtures("small")
def test_one_that_another_process_writes_is_waited_for(store, act, cut, monkeypatch):
    _, name, path = cut()
    waited = []

    def finish(_seconds):
        waited.append(1)
        with store.write(act) as tx:
            tx.artifacts.add(name, path)

    monkeypatch.setattr("turnout.store.artifact_writing.time.sleep", finish)
    store.add_artifact(name, path)
    assert waited == [1]
    assert read(store, name) == CONTENT


@pytest.mark.usefixtures("small")
def test_who_was_slow_does_not_write_into_the_file_of_another(store, member_set, monkeypatch):
    _, name, path = member_set(CONTENT)
    others = []

    def take_over(_seconds):
        if not others:
            others.append(1)
            age(store, name, LEASE + timedelta(seconds=1))
            store.add_artifact(name, path)

    monkeypatch.setattr("turnout.store.artifact_writing.time.sleep", take_over)
    store.add_artifact(name, path)
    assert read(store, name) == CONTENT


@pytest.mark.usefixtures("small")
def test_half_a_file_goes_even_where_something_names_it(
    store, cut, member_set, moment, publish_sets
):
    """A delta that leads to a set which is live."""
    _, name, _ = cut()
    whole = member_set(b"whole")
    store.add_artifact(whole[1], whole[2])
    publish_sets([whole[0]], at=moment)
    with store.write(Act("x", "Rename")) as tx:
        tx.audit._connection.execute(
            text("UPDATE artifacts SET member_set = :whole WHERE name = :name"),
            {"whole": whole[0], "name": name},
        )
    for one in (name, whole[1]):
        age(store, one, UNNAMED_FOR * 2)
    with store.write(Act("x", "Remove")) as tx:
        assert tx.artifacts.remove_unnamed(datetime.now(UTC) - UNNAMED_FOR) == [name]
        chunks = select(artifact_chunks.c.name).distinct()
        assert tx.audit._connection.execute(chunks).scalars().all() == [whole[1]]


def test_what_is_no_artifact_is_refused_before_anything_is_written(store, tmp_path):
    (tmp_path / "file").write_bytes(b"other")
    with pytest.raises(Invalid, match="is not the name of"):
        store.add_artifact("x.set", tmp_path / "file")
    with pytest.raises(Invalid, match="not what its name says"):
        store.add_artifact(f"{'a' * 64}.set", tmp_path / "file")
