"""One object, through obstore: in memory, in a bucket on loopback, and where all goes wrong."""

import contextlib
import json
import os
import ssl

import pytest
from obstore.store import LocalStore, MemoryStore

from servers.bucket import SECRET, Bucket, environment
from servers.certificates import Authority
from servers.hostile import HostileServer, answer, dripping, head, raw, silent
from servers.ports import free_port
from turnout.serving.fetched import Overtaken, RefreshFailed
from turnout.serving.object_place import ObjectPlace

MOST = 4096
URL = "s3://shop/flags/current.snapshot"
PATH = "/shop/flags/current.snapshot"
DATED = {"Last_Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}  # Azure and Google always say it


@pytest.fixture
def environ(monkeypatch):
    """Sets variables, and no others that a cloud's tools have."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
            monkeypatch.delenv(name)

    def environ(variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return environ


@pytest.fixture
def bucket(environ):
    bucket = Bucket()
    environ(bucket.environment)
    yield bucket
    bucket.close()


@pytest.fixture
def hostile(server, environ):
    environ(environment(f"http://127.0.0.1:{server.port}"))
    return server


def place_at(url=URL, **given):
    return ObjectPlace(url, most_bytes=MOST, **{"silence_s": 0.3, "whole_s": 0.8} | given)


def failure(act, *arguments):
    with pytest.raises(RefreshFailed) as caught:
        act(*arguments)
    assert SECRET not in caught.value.message
    assert "http" not in caught.value.message
    return caught.value


def test_an_object_is_given_with_its_etag_and_not_again(bucket):
    bucket.objects[PATH] = b"first"
    place = place_at()
    sealed, etag = place.fetch(None)
    assert sealed == b"first"
    assert place.fetch(etag) is None
    bucket.objects[PATH] = b"second"
    assert place.fetch(etag).sealed == b"second"


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("make", [MemoryStore, None])
def test_it_is_written_only_over_what_was_seen(make):
    store = make() if make else None
    place, other = place_at(store=store), place_at(store=store)
    assert failure(place.fetch, None).kind == "missing"
    etag = place.replace(b"first", None)
    with pytest.raises(Overtaken):
        other.replace(b"late", None)
    etag = place.replace(b"second", etag)
    with pytest.raises(Overtaken):
        other.replace(b"late", '"another"' if make is None else "1000")
    assert place.fetch(None).sealed == b"second"
    assert place.fetch(etag) is None
    assert other.fetch(None).etag == etag


def test_what_was_removed_is_not_taken_for_what_was_seen(bucket):
    place = place_at()
    etag = place.replace(b"first", None)
    bucket.objects.clear()
    with pytest.raises(Overtaken):
        place.replace(b"second", etag)
    assert bucket.objects == {}


def test_a_store_without_conditional_writes_is_refused(tmp_path):
    place = place_at(store=LocalStore(tmp_path))
    (tmp_path / "flags").mkdir()
    (tmp_path / "flags" / "current.snapshot").write_bytes(b"there")
    etag = place.fetch(None).etag
    assert place.fetch(etag) is None
    assert failure(place.replace, b"new", etag).kind == "refused"
    assert place.fetch(None).sealed == b"there"


def test_a_key_is_written_as_in_other_urls(bucket):
    place = place_at("s3://shop/a%20b/%C3%BC.snapshot")
    place.replace(b"x", None)
    assert list(bucket.objects) == ["/shop/a%20b/%C3%BC.snapshot"]
    assert place.fetch(None).sealed == b"x"


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer(500), "status"),
        (answer(503, b"soon"), "status"),
        (answer(404), "missing"),
        (answer(401), "denied"),
        (answer(403, b"<Error>not-to-be-told</Error>"), "denied"),
        (answer(200, b"half", length=8), "incomplete"),
        (raw(b""), "incomplete"),
        (raw(b"\x00\x01garbage\r\n\r\n"), "garbled"),
        (raw(head() + b"no length"), "garbled"),
        (answer(200, b"x" * (MOST + 1)), "too_large"),
        (answer(200, b"x", length=10**15), "too_large"),
        (silent(), "timeout"),
        (silent(head(200, 8) + b"half"), "timeout"),
        (dripping(head(200, 100) + b"x" * 100), "timeout"),
        (dripping(head(200, 4000)[:-2] + b"\r\n" + b"x" * 4000, 0.01), "timeout"),
    ],
)
def test_what_is_not_whole_and_in_time_is_a_failure_of_its_kind(hostile, script, kind):
    hostile.snapshot = script
    place = place_at()
    assert failure(place.fetch, None).kind == kind
    assert len(hostile.asked) == 1  # who asks decides when to ask again
    hostile.snapshot = answer(200, b"body", ETag='"e"')
    assert place.fetch(None) == (b"body", '"e"')


def test_who_is_redirected_to_shows_no_signature(hostile):
    other = HostileServer()
    other.snapshot = answer(200, b"body", ETag='"e"')
    hostile.snapshot = answer(307, Location=other.url)
    assert place_at().fetch(None).sealed == b"body"
    other.close()
    assert "authorization: " in hostile.asked[0].lower()
    assert "authorization" not in other.asked[0].lower()


def test_nobody_there_is_unreachable(environ):
    environ(environment(f"http://127.0.0.1:{free_port()}"))
    assert failure(place_at().fetch, None).kind == "unreachable"
    assert failure(place_at().replace, b"x", None).kind == "unreachable"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, "denied"), (401, "denied"), (404, "missing"), (500, "status"), (501, "status")],
)
def test_a_refused_writing_is_a_failure_of_its_kind(bucket, status, kind):
    bucket.refuses = status
    assert failure(place_at().replace, b"x", None).kind == kind
    assert bucket.objects == {}


def test_another_key_is_denied(bucket, environ):
    bucket.objects[PATH] = b"first"
    environ({"AWS_ACCESS_KEY_ID": "AKOTHER"})
    assert failure(place_at().fetch, None).kind == "denied"


@pytest.mark.usefixtures("bucket")
def test_without_credentials_it_says_so(environ, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    environ({"AWS_METADATA_ENDPOINT": f"http://127.0.0.1:{free_port()}"})
    assert failure(place_at().fetch, None).kind == "credentials"


def test_a_machine_that_gives_no_credentials_says_so(bucket, server, environ, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    environ({"AWS_METADATA_ENDPOINT": f"http://127.0.0.1:{server.port}"})
    token, nothing = answer(200, b"token"), answer(404)
    server.snapshot = lambda connected, asked: (
        token(connected, asked) if "/api/token " in asked else nothing(connected, asked)
    )
    assert failure(place_at().fetch, None).kind == "credentials"
    assert "/latest/meta-data/" in server.asked[-1]
    assert bucket.asked == []


def test_a_certificate_that_nobody_trusts_is_told_as_such(tmp_path, environ):
    certified = Authority(tmp_path / "ca").sign("bucket", "IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified.certificate, certified.key)
    bucket = Bucket(context)
    environ(bucket.environment)
    with contextlib.closing(bucket):
        assert failure(place_at().fetch, None).kind == "tls"
    assert bucket.asked == []


@pytest.mark.parametrize(
    ("url", "variable"),
    [
        ("s3://b/k", "AWS_SKIP_SIGNATURE"),
        ("az://b/k", "AZURE_SKIP_SIGNATURE"),
        ("gs://b/k", "GOOGLE_SERVICE_ACCOUNT_KEY"),
    ],
)
def test_a_malformed_environment_is_named_and_not_repeated(bucket, environ, url, variable):
    environ({variable: SECRET})
    failed = failure(place_at(url).fetch, None)
    assert failed.kind == "credentials"
    assert f"{variable.partition('_')[0]}_…" in failed.message
    assert bucket.asked == []


def test_an_environment_that_was_put_right_needs_no_other_place(bucket, environ, monkeypatch):
    bucket.objects[PATH] = b"first"
    place = place_at()
    environ({"AWS_SKIP_SIGNATURE": "perhaps"})
    failure(place.fetch, None)
    monkeypatch.delenv("AWS_SKIP_SIGNATURE")
    assert place.fetch(None).sealed == b"first"


@pytest.mark.parametrize(
    ("url", "variables", "path"),
    [
        (
            "az://box/a/b",
            {
                "AZURE_STORAGE_ACCOUNT_NAME": "account",
                "AZURE_STORAGE_ENDPOINT": "{url}",
                "AZURE_SKIP_SIGNATURE": "true",
            },
            "/box/a/b",
        ),
        (
            "gs://box/a/b",
            {
                "GOOGLE_SERVICE_ACCOUNT_KEY": '{{"gcs_base_url": "{url}", "disable_oauth": true,'
                ' "client_email": "", "private_key": "", "private_key_id": ""}}',
            },
            "/box/a%2Fb",
        ),
    ],
)
def test_azure_and_google_are_asked_by_their_own_variables(server, environ, url, variables, path):
    here = f"http://127.0.0.1:{server.port}"
    environ({name: value.format(url=here) for name, value in variables.items()})
    server.snapshot = answer(200, b"body", ETag='"e"', x_goog_generation="7", **DATED)
    assert place_at(url).fetch(None) == (b"body", '"e"')
    assert server.asked[0].startswith(f"GET {path} ")


def test_google_goes_by_its_number_of_a_version(server, environ):
    key = {"gcs_base_url": f"http://127.0.0.1:{server.port}", "disable_oauth": True}
    key |= {"client_email": "", "private_key": "", "private_key_id": ""}
    environ({"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key)})
    place = place_at("gs://box/k")
    server.snapshot = answer(200, b"body", ETag='"e"', x_goog_generation="7", **DATED)
    etag = place.fetch(None).etag
    server.snapshot = answer(200, ETag='"f"', x_goog_generation="8")
    assert place.replace(b"next", etag) == '"f"'
    assert "x-goog-if-generation-match: 7\r\n" in server.asked[-1].lower()
    place.replace(b"then", '"f"')
    assert "x-goog-if-generation-match: 8\r\n" in server.asked[-1].lower()


def test_a_panic_of_obstore_is_a_failure(monkeypatch):
    class PanicException(BaseException):
        pass

    def panic(*_, **__):
        raise PanicException("an index out of range")

    monkeypatch.setattr("obstore.get", panic)
    assert failure(place_at(store=MemoryStore()).fetch, None).kind == "garbled"
