"""What is built from the values of a launch."""

import pytest

from servers.bucket import Bucket
from servers.waiting import wait_until
from turnout.serving.backoff import Backoff
from turnout.serving.sidecar import refresh_of


@pytest.fixture
def built(served, tmp_path):
    def built(url, *, token="", **given):
        launch = {"url": url, "token_file": "", "ca": "", "cert": "", "key": ""}
        launch |= {"poll_s": 10.0, "watch": True, "most_bytes": 1 << 20}
        launch |= {"most_set_bytes": 1 << 20} | given
        return refresh_of(launch, served, tmp_path, token=token)

    return built


@pytest.mark.parametrize(
    ("url", "watch", "watched"),
    [
        ("http://127.0.0.1:1/v1/snapshot", True, True),
        ("http://127.0.0.1:1/behind/a/proxy/v1/snapshot", True, True),
        ("http://127.0.0.1:1/v1/snapshot", False, False),
        ("https://store.example/bucket/current", True, False),
        ("file:///a/b", True, False),
        ("s3://bucket/v1/snapshot", True, False),
    ],
)
def test_a_stream_is_followed_where_there_is_one(built, url, watch, watched):
    assert (built(url, watch=watch)._news is not None) == watched


def test_a_file_is_looked_at_often_and_its_name_is_decoded(built, tmp_path):
    path = tmp_path / "a b.snapshot"
    refresh = built(path.as_uri())
    assert refresh._poll_s <= 0.25
    assert refresh.place == path.as_uri()


@pytest.mark.parametrize(
    ("url", "given", "warned"),
    [
        ("http://192.0.2.1/v1/snapshot", {"token": "t"}, True),
        ("http://control/v1/snapshot", {"token_file": "/t"}, True),
        ("http://control/v1/snapshot", {}, False),
        ("http://127.0.0.1:1/v1/snapshot", {"token": "t"}, False),
        ("http://localhost:1/v1/snapshot", {"token": "t"}, False),
        ("https://control/v1/snapshot", {"token": "t"}, False),
    ],
)
def test_a_token_in_the_clear_is_warned_of(built, caplog, url, given, warned):
    built(url, **given)
    assert ("in the clear" in caplog.text) == warned


def test_an_object_is_followed_and_its_faults_change_nothing(built, served, seal, monkeypatch):
    bucket = Bucket()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    refresh = built("s3://shop/current", poll_s=0.05)
    refresh._backoff = Backoff(first_s=0.02, longest_s=0.1)
    refresh.start()
    try:
        wait_until(lambda: "missing" in served.failed, "that there is none")
        bucket.objects["/shop/current"] = seal(1)
        served.wait_for(1)
        asked = len(bucket.asked)
        wait_until(lambda: len(bucket.asked) > asked + 2, "a few polls")
        assert served.loaded == [(1, True)]
        bucket.refuses = 500
        wait_until(lambda: "status" in served.failed, "a failure")
        bucket.objects["/shop/current"] = seal(2)[:-1]
        bucket.refuses = 0
        wait_until(lambda: "damaged" in served.failed, "that it is damaged")
        assert served.loaded == [(1, True)]
        bucket.objects["/shop/current"] = seal(3)
        served.wait_for(3)
        bucket.objects["/shop/current"] = seal(2)
        wait_until(lambda: "older_revision" in served.failed, "that it is older")
        assert served.loaded[-1] == (3, True)
    finally:
        refresh.stop()
        bucket.close()
