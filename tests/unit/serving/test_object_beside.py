"""Member sets beside an object: in pieces, gone on with, written whole."""

import os

import pytest
from obstore.store import MemoryStore

from servers.bucket import SECRET, Bucket
from turnout.serving import object_place
from turnout.serving.fetched import RefreshFailed
from turnout.serving.object_place import ObjectPlace

URL = "s3://shop/flags/current.snapshot"
PATH = "/shop/flags/members/a.set"
CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.fixture
def bucket(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
            monkeypatch.delenv(name)
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(object_place, "_PIECE_BYTES", 1000)
    yield bucket
    bucket.close()


@pytest.fixture
def place():
    return ObjectPlace(URL, most_bytes=1, silence_s=0.3, whole_s=0.8)


@pytest.fixture
def fetch(place, tmp_path):
    def fetch(most_bytes=SIZE):
        place.fetch_beside("a.set", tmp_path / "part", most_bytes)
        return (tmp_path / "part").read_bytes()

    return fetch


def failure(act, *arguments):
    with pytest.raises(RefreshFailed) as caught:
        act(*arguments)
    assert SECRET not in caught.value.message
    return caught.value


def test_it_comes_in_pieces(bucket, fetch):
    bucket.objects[PATH] = CONTENT
    assert fetch() == CONTENT
    assert bucket.count("GET") == 11


def test_what_was_cut_off_is_gone_on_with(bucket, fetch):
    bucket.objects[PATH] = CONTENT
    bucket.sends_at_most = 2500
    assert failure(fetch).kind == "incomplete"
    assert bucket.count("GET") == 3
    bucket.sends_at_most = None
    assert fetch() == CONTENT
    assert bucket.count("GET") == 3 + 9


def test_what_is_missing_refused_or_too_large_is_a_failure_of_its_kind(bucket, fetch):
    assert failure(fetch).kind == "missing"
    bucket.objects[PATH] = CONTENT
    assert failure(fetch, SIZE - 1).kind == "too_large"
    bucket.refuses = 403
    assert failure(fetch).kind == "denied"
    bucket.refuses = 500
    assert failure(fetch).kind == "status"


def test_it_is_written_beside_the_object(bucket, place, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(CONTENT)
    assert not place.has_beside("a.set", SIZE)
    place.put_beside("a.set", path)
    assert bucket.objects == {PATH: CONTENT}
    assert place.has_beside("a.set", SIZE)
    assert not place.has_beside("a.set", SIZE - 1)
    bucket.refuses = 403
    assert failure(place.has_beside, "a.set", SIZE).kind == "denied"
    assert failure(place.put_beside, "a.set", path).kind == "denied"
    with pytest.raises(FileNotFoundError):
        place.put_beside("a.set", tmp_path / "gone")


def test_a_large_one_is_written_in_parts(tmp_path):
    place = ObjectPlace(URL, most_bytes=1, store=MemoryStore())
    path = tmp_path / "a"
    path.write_bytes(CONTENT * 1000)  # 10 MB
    place.put_beside("a.set", path)
    place.fetch_beside("a.set", tmp_path / "b", SIZE * 1000)
    assert (tmp_path / "b").read_bytes() == path.read_bytes()


def test_an_object_at_the_top_of_a_bucket_has_its_sets_there(bucket, tmp_path):
    place = ObjectPlace("s3://shop/current.snapshot", most_bytes=1)
    (tmp_path / "a").write_bytes(b"x")
    place.put_beside("a.set", tmp_path / "a")
    assert list(bucket.objects) == ["/shop/members/a.set"]
