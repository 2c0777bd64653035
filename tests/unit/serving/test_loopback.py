"""Whether a host is this machine."""

import pytest

from turnout.serving.loopback import host_of, is_here


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.0.1", "::1"])
def test_this_machine(host):
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "10.0.0.1", "localhost.example.org", "2130706433"]
)
def test_another_or_any(host):
    assert not is_here(host)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("127.0.0.1:8013", "127.0.0.1"),
        ("[::1]:8013", "::1"),
        ("flags.example.org:443", "flags.example.org"),
    ],
)
def test_the_host_of_an_address(address, host):
    assert host_of(address) == host
