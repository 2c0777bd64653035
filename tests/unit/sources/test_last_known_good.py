"""The state folder: replaced whole, checked when read, one worker at a time."""

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.serving.state_folder import StateFolderInUse
from turnout.snapshot.seal import NotSealed
from turnout.snapshot.v1 import snapshot_pb2
from turnout.sources.last_known_good import StateFolder, open_sealed


def sealed(revision: int = 7) -> bytes:
    header = snapshot_pb2.Header(id="0" * 64, revision=revision)
    message = snapshot_pb2.Snapshot(header=header, content=b"content").SerializeToString()
    return b"TURNOUT\x01" + hashlib.sha256(message).digest() + message


@pytest.fixture
def state(tmp_path):
    return StateFolder(tmp_path / "deep" / "state")


def test_the_folder_is_made_for_its_owner_only(state):
    assert state.snapshot_path.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_is_there_at_first(state):
    assert state.read_snapshot() is None
    assert state.read_history() is None
    assert state.read_source() is None


def test_a_snapshot_is_read_back(state):
    state.write_snapshot(sealed(7))
    state.write_snapshot(sealed(8))
    kept = state.read_snapshot()
    assert kept is not None
    assert kept.header.revision == 8
    assert kept.seal == sealed(8)[8:40].hex()


def test_history_is_read_back(state):
    state.write_history({"revision": 3, "documents": {"é": [1, None]}})
    assert state.read_history() == {"revision": 3, "documents": {"é": [1, None]}}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000])
def test_a_history_that_makes_no_sense_is_as_none(state, content):
    state.write_history({})
    (state.snapshot_path.parent / "history.json").write_bytes(content)
    assert state.read_history() is None


@given(st.data())
def test_a_snapshot_cut_or_changed_anywhere_is_refused(data):
    whole = sealed()
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = bytearray(whole)
    flipped[at] ^= 1 << bit
    with pytest.raises(NotSealed):
        open_sealed(bytes(flipped))
    with pytest.raises(NotSealed):
        open_sealed(whole[:at])


def test_a_right_checksum_over_nonsense_is_refused():
    nonsense = b"\xff\xff\xff"
    with pytest.raises(NotSealed, match="cannot be read"):
        open_sealed(b"TURNOUT\x01" + hashlib.sha256(nonsense).digest() + nonsense)


def test_only_one_worker_writes_at_a_time(state):
    with state.lock(0), pytest.raises(StateFolderInUse, match="--state-dir"):
        state.lock(0.05)
    state.lock(0).close()


def test_leftovers_of_a_killed_worker_are_removed(state):
    state.write_snapshot(sealed())
    leftover = state.snapshot_path.with_name("history.json.new")
    leftover.write_bytes(b"half")
    state.clear_leftovers()
    assert not leftover.exists()
    assert state.read_snapshot() is not None


def test_another_source_leaves_nothing_of_the_last_one(state):
    state.write_snapshot(sealed())
    state.write_history({"revision": 1})
    state.change_source("/other")
    assert (state.read_source(), state.read_snapshot(), state.read_history()) == (
        "/other",
        None,
        None,
    )


def test_confirming_moves_the_time_of_the_file(state):
    state.write_snapshot(sealed())
    os.utime(state.snapshot_path, (1, 1))
    state.confirm()
    assert state.snapshot_path.stat().st_mtime > 1_000_000
