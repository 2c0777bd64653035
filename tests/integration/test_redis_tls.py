"""`rediss://`: a Redis whose certificate is checked."""

import shutil
import subprocess

import pytest
from doors import ServerDoor, sealed

from servers.redis import RedisServer, skip_without
from servers.waiting import wait_until
from turnout import Context

EXPERIMENT = {
    "status": "running",
    "variants": {n: {"weight": "50%", "value": n} for n in ("control", "green")},
}
KEY_OPTIONS = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@pytest.fixture
def certified(tmp_path):
    """A Redis with a certificate of an authority of its own."""
    skip_without()
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path / "certificates"
    folder.mkdir()

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    authority = ("-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=authority")
    openssl("req", "-x509", *KEY_OPTIONS, "-days", "2", *authority)
    openssl("req", *KEY_OPTIONS, "-keyout", "key", "-out", "csr", "-subj", "/CN=redis")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
    openssl("x509", "-req", "-in", "csr", *signed, "-days", "2", "-out", "crt")
    server = RedisServer(tmp_path / "redis")
    for name, value in {
        "tls-cert-file": folder / "crt",
        "tls-key-file": folder / "key",
        "tls-ca-cert-file": folder / "ca.crt",
        "tls-auth-clients": "no",
        "tls-port": server.port + 5_000,
    }.items():
        server.ask("CONFIG", "SET", name, str(value))
    yield f"rediss://127.0.0.1:{server.port + 5_000}", folder / "ca.crt"
    server.kill()


def decide(door, unit):
    return door.decide(Context(unit))


def test_a_certificate_that_is_trusted_is_enough(certified, tmp_path, monkeypatch):
    address, authority = certified
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    door = ServerDoor(tmp_path, sticky_redis=address, sticky_budget_s=2.0)
    door.load(sealed({"experiments": {"button": EXPERIMENT}}))
    wait_until(lambda: not decide(door, "u-1").degraded, "a connection")
    assert decide(door, "u-1").reason == "STICKY"
    door.close()


def test_one_that_is_not_is_no_store(certified, tmp_path):
    address, _ = certified
    door = ServerDoor(tmp_path, sticky_redis=address, sticky_budget_s=0.2)
    door.load(sealed({"experiments": {"button": EXPERIMENT}}))
    assert all(decide(door, "u-1").degraded for _ in range(10))
    door.close()
