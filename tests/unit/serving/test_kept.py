"""A sidecar that is killed at any moment goes on with what it served last."""

import os

import pytest

from turnout.serving.fetched import Fetched, RefreshFailed
from turnout.serving.kept import KeptSnapshot
from turnout.serving.refresh import Refresh

PLACE = "http://here/v1/snapshot"


class Origin:
    """Gives the snapshot that it was told to."""

    place = PLACE

    def __init__(self, sealed=None):
        self.sealed = sealed

    def fetch(self, _etag):
        return Fetched(self.sealed, None) if self.sealed else None


class Killed(BaseException):
    """Nothing runs after it, as after kill -9."""


@pytest.fixture
def make(tmp_path, served, gathering):
    """A refresh as a process has it that starts in the state folder."""

    def make(sealed=None):
        origin = Origin(sealed)
        return Refresh(origin, served, KeptSnapshot(tmp_path, PLACE), gathering(origin))

    return make


@pytest.fixture
def revision_after_restart(make, served):
    def restart():
        served.loaded.clear()
        make()._serve_kept()
        return served.loaded[-1][0] if served.loaded else None

    return restart


def die(*_args, **_named):
    raise Killed


def test_killed_before_what_it_serves_is_on_the_disk_it_serves_it_again(
    make, seal, revision_after_restart, monkeypatch
):
    make(seal(1)).refresh()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", die)
        with pytest.raises(Killed):
            make(seal(2)).refresh()
    assert revision_after_restart() == 2
    make(None).refresh()
    assert revision_after_restart() == 2


def test_killed_while_it_lays_down_the_next_one_it_serves_the_one_before(
    make, seal, tmp_path, revision_after_restart
):
    make(seal(1)).refresh()
    (tmp_path / "last-known-good.staged").write_bytes(seal(2)[:50])
    assert revision_after_restart() == 1


def test_what_was_refused_is_not_served_after_a_restart(make, seal, served, revision_after_restart):
    make(seal(1)).refresh()
    served.refuses.add(seal(2)[8:40].hex())
    with pytest.raises(RefreshFailed, match="refused"):
        make(seal(2)).refresh()
    served.refuses.clear()
    assert revision_after_restart() == 1


def test_what_is_staged_and_served_is_kept_with_the_next_refresh(
    make, seal, tmp_path, revision_after_restart
):
    make(seal(1)).refresh()
    (tmp_path / "last-known-good.staged").write_bytes(seal(2))
    refresh = make()
    refresh._serve_kept()
    refresh.refresh()
    assert [path.name for path in tmp_path.glob("last*")] == ["last-known-good.snapshot"]
    assert revision_after_restart() == 2


def test_what_cannot_be_staged_is_kept_and_nothing_older_comes_back(
    make, seal, tmp_path, revision_after_restart
):
    make(seal(1)).refresh()
    (tmp_path / "last-known-good.staged").write_bytes(seal(1))
    (tmp_path / "last-known-good.new").mkdir()
    make(seal(2)).refresh()
    assert revision_after_restart() == 2


def test_what_another_source_staged_is_not_served(make, seal, tmp_path, revision_after_restart):
    make(seal(1)).refresh()
    (tmp_path / "source").write_text("http://there/v1/snapshot")
    (tmp_path / "last-known-good.staged").write_bytes(seal(2))
    assert revision_after_restart() is None
    make(seal(1)).refresh()
    assert revision_after_restart() == 1
