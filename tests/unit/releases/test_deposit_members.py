"""Member sets are where sidecars read before the snapshot that names them."""

import pytest
from obstore.store import MemoryStore

from servers.bucket import Bucket
from servers.member_sets import Made, naming
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.deposit import Deposit, place_of
from turnout.releases.file_place import FilePlace
from turnout.serving.fetched import RefreshFailed
from turnout.serving.member_folder import MemberFolder
from turnout.serving.object_place import ObjectPlace

FIRST = Made.users(0, 1000)
SECOND = Made.users(5, 1003, after=FIRST)


@pytest.fixture
def members(tmp_path):
    folder = tmp_path / "members"
    folder.mkdir()
    return MemberFolder(folder)


@pytest.fixture
def feed():
    return CurrentSnapshot()


@pytest.fixture
def put(feed, members):
    """Makes a snapshot current that names sets, which are in the folder."""

    def put(revision, *sets, deltas=(), default="off"):
        for made in sets:
            members.path_of(made.sha256).write_bytes(made.content)
        for old, new in deltas:
            (members.path / old.delta_name(new)).write_bytes(old.delta_to(new))
        named = {f"s{at}": made for at, made in enumerate(sets)}
        sealed = naming(named, default=default).seal(revision)
        feed.put(sealed)
        return sealed

    return put


@pytest.fixture
def bucket(monkeypatch):
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    yield bucket
    bucket.close()


@pytest.fixture(params=["file", "object"])
def place(request, tmp_path):
    if request.param == "object":
        return ObjectPlace("s3://shop/a/current", most_bytes=1 << 20, store=MemoryStore())
    (tmp_path / "shared").mkdir()
    return FilePlace(tmp_path / "shared" / "current", most_bytes=1 << 20)


def test_sets_and_deltas_are_there_too(place, feed, members, put, tmp_path):
    deposit = Deposit(feed, place, members)
    put(1, FIRST)
    deposit.look()
    sealed = put(2, SECOND, deltas=[(FIRST, SECOND), (SECOND, FIRST)])
    deposit.look()
    assert place.fetch(None).sealed == sealed
    expected = {
        FIRST.name: FIRST.content,
        SECOND.name: SECOND.content,
        FIRST.delta_name(SECOND): FIRST.delta_to(SECOND),
    }
    for name, content in expected.items():
        to = tmp_path / "to"
        to.unlink(missing_ok=True)
        place.fetch_beside(name, to, 1 << 20)
        assert to.read_bytes() == content
    # That of another set, which the snapshot does not name, is not.
    assert not place.has_beside(SECOND.delta_name(FIRST), len(SECOND.delta_to(FIRST)))


def test_they_come_first_and_once(bucket, feed, members, put):
    deposit = Deposit(feed, place_of("s3://shop/a/current"), members)
    put(1, FIRST)
    deposit.look()
    deposit.look()
    put(2, FIRST, default="on")
    deposit.look()
    written = [path for method, path in bucket.asked if method == "PUT"]
    assert written == [f"/shop/a/members/{FIRST.name}", "/shop/a/current", "/shop/a/current"]


def test_where_members_would_be_lost_a_snapshot_waits_for_its_set(bucket, feed, members, put):
    deposit = Deposit(feed, place_of("s3://shop/a/current"), members)
    first = put(1, FIRST)
    deposit.look()
    put(2, SECOND)
    members.path_of(SECOND.sha256).unlink()
    for _ in range(2):
        with pytest.raises(RefreshFailed, match=SECOND.sha256[:12]) as caught:
            deposit.look()
        assert caught.value.kind == "members"
    assert bucket.objects["/shop/a/current"] == first
    second = put(2, SECOND)
    deposit.look()
    assert bucket.objects["/shop/a/current"] == second


def test_where_nobody_loses_members_a_snapshot_does_not_wait(bucket, feed, members, put):
    deposit = Deposit(feed, place_of("s3://shop/a/current"), members)
    for revision, default in ((1, "off"), (2, "on")):
        sealed = put(revision, FIRST, SECOND, default=default)
        members.path_of(FIRST.sha256).unlink()
        with pytest.raises(RefreshFailed, match=FIRST.sha256[:12]):
            deposit.look()
        assert bucket.objects["/shop/a/current"] == sealed
        assert f"/shop/a/members/{SECOND.name}" in bucket.objects
    # It is asked for until it is there.
    put(2, FIRST, SECOND, default="on")
    deposit.look()
    assert bucket.objects[f"/shop/a/members/{FIRST.name}"] == FIRST.content
    assert bucket.count("PUT") == 4


def test_a_set_that_is_there_already_need_not_be_here(bucket, feed, members, put):
    deposit = Deposit(feed, place_of("s3://shop/a/current"), members)
    put(1, FIRST)
    deposit.look()
    second = put(2, FIRST, default="on")
    members.path_of(FIRST.sha256).unlink()
    deposit.look()
    assert bucket.objects["/shop/a/current"] == second


def test_a_set_that_was_cut_or_removed_there_is_written_again(bucket, feed, members, put):
    put(1, FIRST)
    place = f"/shop/a/members/{FIRST.name}"
    Deposit(feed, place_of("s3://shop/a/current"), members).look()
    for damage in (lambda: bucket.objects.pop(place), lambda: bucket.objects.update({place: b"x"})):
        damage()
        Deposit(feed, place_of("s3://shop/a/current"), members).look()
        assert bucket.objects[place] == FIRST.content
