"""What an address may look like, and what is asked without one."""

import socket

import pytest

from turnout.addresses import default_socket
from turnout.client.address import default, parse
from turnout.results import InvalidArgument


@pytest.mark.parametrize(
    ("text", "path", "host", "port", "authority"),
    [
        ("unix:/run/turnout.sock", "/run/turnout.sock", "", 0, "localhost"),
        ("unix:///run/turnout.sock", "/run/turnout.sock", "", 0, "localhost"),
        ("unix:turnout.sock", "turnout.sock", "", 0, "localhost"),
        ("localhost:8013", None, "localhost", 8013, "localhost:8013"),
        ("localhost", None, "localhost", 8013, "localhost:8013"),
        ("10.0.0.1:80", None, "10.0.0.1", 80, "10.0.0.1:80"),
        ("[::1]:9000", None, "::1", 9000, "[::1]:9000"),
        ("[::1]", None, "::1", 8013, "[::1]:8013"),
    ],
)
def test_an_address_is_read(text, path, host, port, authority):
    address = parse(text)
    assert (address.path, address.host, address.port) == (path, host, port)
    assert address.authority == authority


@pytest.mark.parametrize("text", ["", "unix:", ":8013", "host:port", "host:99999", "http://x:80"])
def test_another_text_is_refused(text):
    with pytest.raises(InvalidArgument, match=r"unix:/"):
        parse(text)


def test_without_an_address_the_socket_is_asked_if_it_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default().port == 8013
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "turnout.sock"))
        assert default().path == str(tmp_path / "turnout.sock")


@pytest.mark.parametrize("runtime", [None, "", "gone"])
def test_the_socket_may_be_in_the_state_folder(runtime, tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    if runtime is not None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime and str(tmp_path / runtime))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "turnout").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "turnout" / "turnout.sock"))
        assert default().path == str(tmp_path / "turnout" / "turnout.sock")
        assert default().path == str(default_socket())
