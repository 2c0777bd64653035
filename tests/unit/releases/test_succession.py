"""A set and the one before it."""

import pytest
from sqlalchemy import text

from turnout.engine import MemberSet, MemberSetBuilder
from turnout.releases.succession import Succession, bring
from turnout.store import Act, Damaged, Membership

KEY = bytes(range(16))
IDS = [f"u-{at}" for at in range(3000)]


def built(path, ids):
    builder = MemberSetBuilder(KEY)
    builder.add(ids)
    return builder.finish(path)


@pytest.fixture
def before(room, tmp_path):
    """The set of a segment `s`."""
    made = built(tmp_path / "before.set", IDS)
    membership = Membership(made.sha256, made.size, made.count, made.kind, None, KEY, 1)
    room.create("segment", "s", {"kind": "static"}, "active")
    with room.store.write(Act("anna", "Build")) as tx:
        tx.artifacts.add(f"{made.sha256}.set", tmp_path / "before.set")
        tx.memberships.replace("s", membership)
    return membership


def succession(room, folder):
    with room.store.read() as tx:
        return Succession.of(tx, "s", folder)


def damage(room, statement):
    with room.store.write(Act("x", "Damage")) as tx:
        tx.audit._connection.execute(text(statement))


def test_the_first_set_has_a_key_of_its_own(room, tmp_path):
    room.create("segment", "s", {"kind": "static"}, "active")
    one, other = succession(room, tmp_path), succession(room, tmp_path)
    assert (one.before, one.former) == (None, None)
    assert len(one.hash_key) == 16
    assert one.hash_key != other.hash_key
    made = built(tmp_path / "fresh.set", IDS)
    assert one.files(tmp_path / "fresh.set") == {f"{made.sha256}.set": tmp_path / "fresh.set"}


def test_a_small_change_comes_with_a_delta(room, before, tmp_path):
    found = succession(room, tmp_path)
    assert (found.before, found.hash_key) == (before, KEY)
    made = built(tmp_path / "fresh.set", [*IDS, "u-new"])
    files = found.files(tmp_path / "fresh.set")
    assert list(files) == [f"{made.sha256}.set", f"{before.sha256}..{made.sha256}.delta"]
    delta = files[f"{before.sha256}..{made.sha256}.delta"]
    former = MemberSet.open(found.former)
    assert former.apply_delta(delta, tmp_path / "made.set") == made.sha256


@pytest.mark.parametrize("ids", [IDS, [f"x-{at}" for at in range(3000)]])
def test_the_same_or_wholly_other_members_come_without(room, before, tmp_path, ids):
    made = built(tmp_path / "fresh.set", ids)
    assert (made.sha256 == before.sha256) is (ids is IDS)
    files = succession(room, tmp_path).files(tmp_path / "fresh.set")
    assert list(files) == [f"{made.sha256}.set"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM artifact_chunks",
        "UPDATE artifact_chunks SET content = zeroblob(length(content))",
        "UPDATE artifact_chunks SET content = CAST(substr(content, 1, 100) AS BLOB)",
        "DELETE FROM artifacts",
    ],
)
def test_a_set_of_before_that_is_not_whole_is_none(room, before, tmp_path, caplog, statement):
    damage(room, statement)
    found = succession(room, tmp_path)
    assert (found.before, found.former, found.hash_key) == (before, None, KEY)
    assert "built anew" in caplog.text


def test_damaged_members_are_not_brought(room, before, tmp_path):
    damage(room, "UPDATE artifact_chunks SET content = zeroblob(length(content))")
    with room.store.read() as tx, pytest.raises(Damaged):
        bring(tx, before, tmp_path / "brought.set")
