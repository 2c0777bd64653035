"""What makes a folder be read again; every change here is a real one on disk."""

import queue
import shutil
import threading
import time

import pytest

from turnout.sources.folder_watch import FolderWatch

SOON_S = 5.0


class Follower:
    """Follows a watch on a thread, as a worker would."""

    def __init__(self, watch: FolderWatch):
        self.watch = watch
        self.reasons: queue.Queue = queue.Queue()
        self.thread = threading.Thread(target=self._follow)
        self.thread.start()

    def _follow(self):
        for reason in self.watch.changes():
            self.reasons.put((reason, time.monotonic()))

    def wait_for(self, wanted: str) -> float:
        """Waits for a reason; gives when it came."""
        seen = []
        while True:
            try:
                reason, at = self.reasons.get(timeout=SOON_S)
            except queue.Empty:
                pytest.fail(f"no `{wanted}` came, only {seen}")
            seen.append(reason)
            if reason == wanted:
                return at

    def is_quiet_for(self, seconds: float) -> bool:
        try:
            self.reasons.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def follow():
    followers = []

    def follow(path, *, settled=True, **settings):
        follower = Follower(FolderWatch(path, **settings))
        followers.append(follower)
        follower.wait_for("start")
        if settled:
            follower.wait_for("watching")
        return follower

    yield follow
    for follower in followers:
        follower.watch.close()
        follower.thread.join(5)
        assert not follower.thread.is_alive()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.yaml").write_text("one")
    return folder


def test_a_rename_onto_a_document_is_seen_within_150_ms(folder, follow, tmp_path):
    follower = follow(folder)
    taken = []
    for text in "abc":
        (tmp_path / "new.yaml").write_text(text)
        began = time.monotonic()
        (tmp_path / "new.yaml").rename(folder / "a.yaml")
        taken.append(follower.wait_for("changed") - began)
        time.sleep(0.1)
    assert min(taken) < 0.15


def test_a_new_file_a_deleted_file_and_a_file_below_are_seen(folder, follow):
    follower = follow(folder)
    (folder / "b.yaml").write_text("two")
    follower.wait_for("changed")
    (folder / "a.yaml").unlink()
    follower.wait_for("changed")
    (folder / "below").mkdir()
    follower.wait_for("changed")
    (folder / "below" / "c.yaml").write_text("three")
    follower.wait_for("changed")


def test_nothing_comes_while_nothing_changes(folder, follow):
    assert follow(folder).is_quiet_for(0.8)


def test_a_rescan_comes_without_any_event(folder, follow):
    follower = follow(folder, rescan_s=0.1)
    follower.wait_for("rescan")
    follower.wait_for("rescan")


def test_asking_is_answered(folder, follow):
    follower = follow(folder)
    follower.watch.ask()
    follower.wait_for("asked")
    follower.wait_for("watching")
    (folder / "a.yaml").write_text("after")
    follower.wait_for("changed")


def test_a_folder_that_goes_and_comes_back_is_followed(folder, follow):
    follower = follow(folder)
    shutil.rmtree(folder)
    follower.wait_for("gone")
    folder.mkdir()
    follower.wait_for("watching")
    (folder / "a.yaml").write_text("again")
    follower.wait_for("changed")


def test_a_folder_that_is_not_there_at_first_is_found(tmp_path, follow):
    follower = follow(tmp_path / "later", settled=False, rescan_s=0.2)
    follower.wait_for("gone")
    follower.wait_for("rescan")
    follower.watch.ask()
    follower.wait_for("asked")
    (tmp_path / "later").mkdir()
    follower.wait_for("watching")


def test_a_link_that_moves_to_another_folder_is_followed(folder, follow, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(folder)
    follower = follow(link)
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "next").symlink_to(other)
    (tmp_path / "next").rename(link)
    follower.wait_for("watching")
    (other / "b.yaml").write_text("two")
    follower.wait_for("changed")


def test_a_single_file_is_followed_when_it_is_replaced_and_its_neighbours_are_not(
    folder, follow, tmp_path
):
    follower = follow(folder / "a.yaml")
    (folder / "neighbour.yaml").write_text("x")
    assert follower.is_quiet_for(0.4)
    for text in "ab":
        (tmp_path / "new").write_text(text)
        (tmp_path / "new").rename(folder / "a.yaml")
        follower.wait_for("changed")
