"""A control plane that answers as a test tells it to, and the command line that asks it."""

import pytest

from servers.control import FakeControl

VARIABLES = ("TURNOUT_CONTROL", "TURNOUT_TOKEN", "TURNOUT_TOKEN_FILE")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)


@pytest.fixture
def plane(monkeypatch):
    fake = FakeControl()
    monkeypatch.setenv("TURNOUT_CONTROL", fake.address)
    yield fake
    fake.close()


@pytest.fixture
def terminal(monkeypatch):
    """Somebody sits there and types."""

    def types(answer):
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)

    return types
