"""The loader: the newest announcement is served, once, and a refused file changes nothing."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from servers.waiting import wait_until
from turnout.serving.loader import Announcement, Loader, step_back
from turnout.snapshot.seal import seal_of

MEMBERS = Path("/state/members")


def lacks_nothing(_sealed):
    return frozenset()


def sealed(mark: str) -> bytes:
    return b"TURNOUT\x01" + mark.encode().ljust(32, b".") + b"content"


class Holder:
    """A data plane that remembers what it was told; refuses what is marked as bad."""

    def __init__(self):
        self.told = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def load(self, sealed_bytes, *, confirmed=True, age_s=0.0, members=None):
        self.members = members
        self.age_s = age_s
        self.entered.set()
        self.gate.wait(10)
        mark = sealed_bytes[8:40].rstrip(b".").decode()
        if mark.startswith("bad"):
            raise ValueError("checksum")
        self.told.append((mark, confirmed))

    def give_back(self):
        pass

    def confirm(self):
        self.told.append("confirm")

    def wait_for(self, wanted):
        wait_until(lambda: wanted in self.told, f"it was told {wanted}")


@pytest.fixture
def holder():
    return Holder()


@pytest.fixture
def write(tmp_path):
    def write(mark, *, confirmed=True):
        path = tmp_path / "snapshot"
        path.write_bytes(sealed(mark))
        return Announcement(path, confirmed=confirmed, id="f" * 64, revision=1)

    return write


def test_a_new_file_is_loaded_and_the_same_file_is_confirmed(holder, write):
    loader = Loader(holder, MEMBERS, lacks_nothing)
    assert loader.load(write("a"))
    assert loader.load(write("a"))
    assert loader.load(write("b"))
    assert holder.told == [("a", True), "confirm", ("b", True)]


def test_a_file_found_at_start_is_not_confirmed(holder, write):
    loader = Loader(holder, MEMBERS, lacks_nothing)
    announced = write("a", confirmed=False)
    a_minute_ago = time.time() - 60
    os.utime(announced.path, (a_minute_ago, a_minute_ago))
    assert loader.load(announced)
    assert holder.told == [("a", False)]
    assert 60 <= holder.age_s < 70
    assert loader.load(write("a"))
    assert holder.told == [("a", False), "confirm"]


def test_a_refused_file_changes_nothing_and_is_said_once(holder, write, caplog):
    loader = Loader(holder, MEMBERS, lacks_nothing)
    assert loader.load(write("a"))
    with caplog.at_level(logging.ERROR):
        assert not loader.load(write("bad"))
        assert not loader.load(write("bad"))
    assert [record.getMessage().endswith("checksum") for record in caplog.records] == [True]
    assert loader.load(write("a"))
    assert holder.told == [("a", True), "confirm"]


def test_what_is_served_is_confirmed_without_reading_it_again(holder, write):
    loader = Loader(holder, MEMBERS, lacks_nothing)
    announced = write("a")
    assert loader.load(announced)
    announced.path.unlink()
    assert loader.load(announced._replace(seal=seal_of(sealed("a"))))
    assert not loader.load(announced._replace(seal=seal_of(sealed("b"))))
    assert holder.told == [("a", True), "confirm"]


def test_its_sets_are_looked_for_in_the_folder(holder, write):
    assert Loader(holder, MEMBERS, lacks_nothing).load(write("a"))
    assert holder.members == MEMBERS


def test_sets_that_come_later_are_served(holder, write):
    lacking = {"1", "2"}
    loader = Loader(holder, MEMBERS, lambda _: frozenset(lacking))
    assert loader.load(write("a"))
    assert loader.load(write("a"))
    assert holder.told == [("a", True), "confirm"]
    lacking.remove("1")
    assert loader.load(write("a"))
    lacking.clear()
    assert loader.load(write("a"))
    assert loader.load(write("a"))
    assert holder.told == [("a", True), "confirm", ("a", True), ("a", True), "confirm"]


def test_a_missing_or_empty_file_is_no_snapshot(holder, tmp_path):
    loader = Loader(holder, MEMBERS, lacks_nothing)
    assert not loader.load(Announcement(tmp_path / "none", confirmed=True))
    assert not loader.load(Announcement(tmp_path, confirmed=True))
    assert holder.told == []


def test_of_several_announcements_the_newest_is_loaded(holder, write):
    loader = Loader(holder, MEMBERS, lacks_nothing)
    holder.gate.clear()
    loader.start()
    loader.announce(write("a"))
    assert holder.entered.wait(5)
    loader.announce(write("b"))
    loader.announce(write("c"))
    holder.gate.set()
    holder.wait_for(("c", True))
    loader.stop()
    # The file had changed under the first announcement, too: what counts is what it holds.
    assert ("b", True) not in holder.told


BUSY = """
import time
print(flush=True)
until = time.monotonic() + 1
while time.monotonic() < until:
    pass
print(time.process_time())
"""


def test_beside_a_program_that_takes_the_whole_core_it_goes_on_slowly():
    """What is published is decided by on a busy machine too: a nice thread, no idle one."""
    core = {min(os.sched_getaffinity(0))}
    taken = []

    def work(rival):
        os.sched_setaffinity(threading.get_native_id(), core)
        step_back()
        began = time.thread_time()
        while rival.poll() is None:
            pass
        taken.append(time.thread_time() - began)

    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as rival:
        os.sched_setaffinity(rival.pid, core)
        rival.stdout.readline()
        thread = threading.Thread(target=work, args=[rival])
        thread.start()
        thread.join()
        its = float(rival.stdout.read())
    assert 0.03 < taken[0] / its < 0.5
