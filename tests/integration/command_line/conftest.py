"""A control plane on a free port over a fresh store, and the command line that asks it."""

import pytest

from command_line import runner
from servers.queried import FakeConnections, FakeDatabase
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.means import Means
from turnout.control.server import ControlServer
from turnout.control.settings import ControlSettings
from turnout.releases.releases import Releases
from turnout.store import Store

VARIABLES = ("TURNOUT_CONTROL", "TURNOUT_TOKEN", "TURNOUT_TOKEN_FILE")


@pytest.fixture
def run(monkeypatch, capsys):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return runner(monkeypatch, capsys)


@pytest.fixture
def database():
    """What queries of the connection `fake` ask."""
    fake = FakeDatabase()
    yield fake
    fake.go_on()


@pytest.fixture
def start(tmp_path, run, monkeypatch, database):
    """Starts a control plane that the commands ask from then on."""
    assert run
    ends = []

    def begin(**settings):
        store = Store.open(f"sqlite:///{tmp_path}/store.db")
        given = ControlSettings(**({"listen": "127.0.0.1:0", "grace_s": 5.0} | settings))
        releases = Releases(store)
        means = Means(store, releases, FakeConnections(database))
        evaluator = Evaluator(means, tmp_path / "runs")
        server = ControlServer(store, releases, given, evaluator=evaluator)
        ends.append(store.close)
        evaluator.start()
        ends.append(evaluator.stop)
        server.start()
        ends.append(server.stop)
        monkeypatch.setenv("TURNOUT_CONTROL", server.address)
        return server

    yield begin
    for end in reversed(ends):
        end()


@pytest.fixture
def plane(start):
    """A control plane that believes the loopback."""
    return start()
