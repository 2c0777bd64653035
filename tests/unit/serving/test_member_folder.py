"""A set is in its place whole or not at all, whatever comes and whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple

import pytest

from servers.waiting import wait_until
from turnout.engine import MemberSet, MemberSetBuilder
from turnout.serving.fetched import RefreshFailed
from turnout.serving.landing import Landing
from turnout.serving.member_folder import MemberFolder, delta_name, set_name

KEY = bytes(16)


class Named(NamedTuple):
    sha256: str
    size: int


@pytest.fixture
def make(tmp_path):
    """Makes a set elsewhere; gives how it is named, and its bytes."""

    def make(ids, after=None):
        path = tmp_path / "made.set"
        succeeding = MemberSet.open(_written(tmp_path / "base", after)) if after else None
        builder = MemberSetBuilder(KEY, succeeding=succeeding)
        builder.add([f"u-{one}" for one in ids])
        made = builder.finish(path)
        return Named(made.sha256, made.size), path.read_bytes()

    return make


@pytest.fixture
def folder(tmp_path):
    return MemberFolder(tmp_path / "state" / "members")


def _written(path, content):
    path.write_bytes(content)
    return path


def giving(content):
    def fetch(to, most_bytes):
        assert len(content) <= most_bytes
        to.write_bytes(content)

    return fetch


def failing(kind="unreachable", content=b""):
    def fetch(to, _most_bytes):
        to.write_bytes(content)
        raise RefreshFailed(kind, "it is not there today")

    return fetch


def never(_to, _most_bytes):
    raise AssertionError("nothing was to be fetched")


def names(folder):
    return sorted(one.name for one in folder.path.glob("*"))


def delta_between(tmp_path, old, new):
    path = tmp_path / "made.delta"
    base, target = (
        MemberSet.open(_written(tmp_path / name, content))
        for name, content in (("from", old), ("to", new))
    )
    assert base.delta(target, path)
    return path.read_bytes()


def test_what_came_is_there_for_its_owner_only(folder, make):
    named, content = make(range(100))
    assert folder.missing([named]) == [named]
    folder.receive(named, giving(content))
    assert folder.missing([named]) == []
    assert folder.path_of(named.sha256).read_bytes() == content
    assert names(folder) == [set_name(named.sha256)]
    assert folder.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-1],
        lambda content: content + b"?",
        lambda content: content[:-1] + b"?",
        lambda _: b"<html>sign in</html>",
        lambda _: b"",
    ],
)
def test_what_is_not_what_was_named_is_not_kept(folder, make, change):
    named, content = make(range(100))

    def fetch(to, _most_bytes):
        to.write_bytes(change(content))

    with pytest.raises(RefreshFailed):
        folder.receive(named, fetch)
    assert names(folder) == []
    folder.receive(named, giving(content))
    assert folder.missing([named]) == []


def test_another_set_of_the_same_size_is_not_taken(folder, make):
    named, content = make(range(100))
    other = make(range(100, 200))[1]
    assert len(content) == len(other)
    with pytest.raises(RefreshFailed, match=named.sha256) as caught:
        folder.receive(named, giving(other))
    assert caught.value.kind == "damaged"


def test_what_was_cut_off_is_gone_on_with(folder, make):
    named, content = make(range(100))
    with pytest.raises(RefreshFailed):
        folder.receive(named, failing(content=content[:40]))
    folder.clear_leftovers()
    assert folder.missing([named]) == [named]

    def rest(to, _most_bytes):
        assert to.read_bytes() == content[:40]
        to.write_bytes(content)

    folder.receive(named, rest)
    assert names(folder) == [set_name(named.sha256)]


def test_what_had_come_whole_is_not_fetched_again(folder, make):
    named, content = make(range(100))
    folder.path.mkdir(parents=True)
    (folder.path / f"{named.sha256}.part").write_bytes(content)
    folder.receive(named, never)
    assert folder.missing([named]) == []


def test_a_part_that_is_too_long_is_begun_again(folder, make):
    named, content = make(range(100))
    folder.path.mkdir(parents=True)
    (folder.path / f"{named.sha256}.part").write_bytes(content + b"?")

    def fetch(to, _most_bytes):
        assert not to.exists()
        to.write_bytes(content)

    folder.receive(named, fetch)


def test_a_damaged_file_is_missing_and_is_replaced(folder, make):
    named, content = make(range(100))
    folder.path.mkdir(parents=True)
    for damaged in (content[:-1], content[:-1] + b"?"):
        # Replaced, not written to: somebody may have mapped it.
        _written(folder.path / "new", damaged).rename(folder.path_of(named.sha256))
        again = MemberFolder(folder.path)
        assert again.missing([named]) == [named]
    again.receive(named, giving(content))
    assert again.missing([named]) == []


def test_a_set_is_made_of_another_by_a_delta(folder, make, tmp_path):
    old, before = make(range(1000))
    new, after = make(range(5, 1003), after=before)
    delta = delta_between(tmp_path, before, after)
    assert len(delta) < len(after)
    folder.receive(old, giving(before))
    folder.receive_delta(new, old.sha256, giving(delta))
    assert folder.path_of(new.sha256).read_bytes() == after
    assert len(names(folder)) == 2


def test_a_delta_that_leads_elsewhere_leaves_nothing(folder, make, tmp_path):
    old, before = make(range(1000))
    new, after = make(range(5, 1003), after=before)
    other, elsewhere = make(range(6, 1004), after=before)
    assert new.size == other.size
    folder.receive(old, giving(before))
    wrong = delta_between(tmp_path, before, elsewhere)
    backwards = delta_between(tmp_path, after, before)
    for delta in (wrong, backwards, wrong[:-1], b"", after[:100]):
        with pytest.raises(RefreshFailed) as caught:
            folder.receive_delta(new, old.sha256, giving(delta))
        assert caught.value.kind in {"damaged", "state_folder"}
        assert names(folder) == [set_name(old.sha256)]
    with pytest.raises(RefreshFailed, match="today"):
        folder.receive_delta(new, old.sha256, failing("missing"))
    with pytest.raises(RefreshFailed):
        folder.receive_delta(new, other.sha256, giving(wrong))
    assert names(folder) == [set_name(old.sha256)]


def test_what_nobody_names_goes_and_a_mapped_set_goes_on_answering(folder, make):
    first, content = make(range(100))
    second, other = make(range(200))
    for named, bytes_ in ((first, content), (second, other)):
        folder.receive(named, giving(bytes_))
    (folder.path / delta_name(first.sha256, second.sha256)).write_bytes(b"x")
    (folder.path / delta_name(second.sha256, first.sha256)).write_bytes(b"x")
    (folder.path / f"{'0' * 64}.part").write_bytes(b"x")
    mapped = MemberSet.open(folder.path_of(first.sha256))
    folder.keep_only({second.sha256})
    kept = sorted([set_name(second.sha256), delta_name(first.sha256, second.sha256)])
    assert names(folder) == kept
    assert mapped.contains("u-99")
    assert not mapped.contains("u-100")
    assert folder.missing([first]) == [first]


def test_what_was_named_a_moment_ago_may_be_spared(folder, make):
    first, content = make(range(100))
    folder.receive(first, giving(content))
    folder.keep_only({first.sha256})
    folder.keep_only(set(), spare_s=60)
    assert names(folder) == [set_name(first.sha256)]
    long_ago = time.time() - 61
    os.utime(folder.path_of(first.sha256), (long_ago, long_ago))
    folder.keep_only({first.sha256}, spare_s=60)
    folder.keep_only(set(), spare_s=60)
    assert names(folder) == [set_name(first.sha256)]
    os.utime(folder.path_of(first.sha256), (long_ago, long_ago))
    folder.keep_only(set(), spare_s=60)
    assert names(folder) == []


def test_what_was_begun_of_a_set_that_is_still_to_come_stays(folder, make):
    named, content = make(range(100))
    with pytest.raises(RefreshFailed):
        folder.receive(named, failing(content=content[:40]))
    folder.keep_only({named.sha256})
    assert names(folder) == [f"{named.sha256}.part"]
    folder.keep_only(set())
    assert names(folder) == []
    folder.receive(named, giving(content))
    (folder.path / f"{named.sha256}.part").write_bytes(content[:40])
    folder.keep_only({named.sha256})
    assert names(folder) == [set_name(named.sha256)]


def test_without_a_folder_there_is_nothing_to_remove(folder):
    folder.keep_only(set())
    folder.clear_leftovers()
    assert not folder.path.exists()


def test_what_cannot_end_is_not_begun(folder):
    with pytest.raises(RefreshFailed, match="has room for") as caught:
        folder.receive(Named("0" * 64, 1 << 60), never)
    assert caught.value.kind == "state_folder"


def test_a_full_disk_is_a_failure_of_the_state_folder(folder, make):
    named, content = make(range(100))
    folder.path.mkdir(parents=True)
    (folder.path / f"{named.sha256}.part").symlink_to("/dev/full")

    def fetch(to, most_bytes):
        with Landing(to, most_bytes) as landing:
            landing.write(content)

    with pytest.raises(RefreshFailed) as caught:
        folder.receive(named, fetch)
    assert caught.value.kind == "state_folder"
    folder.receive(named, giving(content))


def test_a_folder_that_cannot_be_made_is_a_failure(make, tmp_path):
    named, content = make(range(10))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RefreshFailed) as caught:
        MemberFolder(tmp_path / "file" / "members").receive(named, giving(content))
    assert caught.value.kind == "state_folder"


RECEIVING = """
import sys, time
from pathlib import Path
from turnout.serving.landing import Landing
from turnout.serving.member_folder import MemberFolder

class Named:
    sha256, size = sys.argv[2], int(sys.argv[3])

def fetch(to, most_bytes):
    with to.open("ab") as file:
        for byte in Path(sys.argv[4]).read_bytes():
            file.write(bytes([byte]))
            file.flush()
            time.sleep(0.001)

MemberFolder(Path(sys.argv[1])).receive(Named, fetch)
"""


def test_killed_while_receiving_it_leaves_no_half_and_goes_on(folder, make, tmp_path):
    named, content = make(range(500))
    whole = _written(tmp_path / "whole", content)
    folder.path.mkdir(parents=True)
    (folder.path / ".x.set.1-0.tmp").write_bytes(b"of one that was killed before")
    command = [sys.executable, "-c", RECEIVING, str(folder.path), named.sha256, str(named.size)]
    part = folder.path / f"{named.sha256}.part"
    with subprocess.Popen([*command, str(whole)]) as receiving:
        wait_until(lambda: part.exists() and part.stat().st_size > 50, "a part")
        receiving.send_signal(signal.SIGKILL)
    folder.clear_leftovers()
    assert names(folder) == [part.name]
    assert folder.missing([named]) == [named]

    def rest(to, _most_bytes):
        there = to.read_bytes()
        assert content.startswith(there)
        to.write_bytes(content)

    folder.receive(named, rest)
    assert names(folder) == [set_name(named.sha256)]
