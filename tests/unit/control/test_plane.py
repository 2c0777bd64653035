"""The first token of an admin is shown, whatever becomes of the database meanwhile."""

import pytest

from turnout.control import plane as planes
from turnout.control.plane import ControlPlane, PlaneSettings
from turnout.control.settings import ControlSettings
from turnout.sources.last_known_good import StateFolder
from turnout.store import Store, Unavailable


class Flaky:
    """A store whose database is gone at first."""

    def __init__(self, store):
        self.store, self.write = store, store.write
        self.left = 2

    def read(self):
        self.left -= 1
        if self.left >= 0:
            raise Unavailable("gone")
        return self.store.read()


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


@pytest.fixture
def plane(tmp_path, monkeypatch):
    monkeypatch.setattr(planes, "_RETRY_S", 0.0)

    def plane(show):
        settings = PlaneSettings("", "", control=ControlSettings(authentication=True))
        return ControlPlane(settings, StateFolder(tmp_path / "state"), print, show)

    return plane


def test_a_database_that_is_gone_is_waited_for(plane, store):
    shown = []
    plane(shown.append)._make_first_token(Flaky(store))
    assert len(shown) == 1


def test_a_token_that_cannot_be_shown_is_not_made(plane, store, caplog):
    def broken(_secret):
        raise BrokenPipeError("nobody reads")

    plane(broken)._make_first_token(store)
    assert "cannot be shown, and is not made: nobody reads" in caplog.text
    with store.read() as tx:
        assert tx.tokens.page() == []
