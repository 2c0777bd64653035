"""A file that is replaced whole, and only over what was seen."""

import threading

import pytest

from turnout.releases.file_place import FilePlace
from turnout.serving.fetched import Overtaken, RefreshFailed


@pytest.fixture
def path(tmp_path):
    return tmp_path / "current.snapshot"


@pytest.fixture
def place(path):
    return FilePlace(path, most_bytes=1 << 20)


def test_what_was_written_is_there_and_nothing_beside_it(place, path):
    etag = place.replace(b"first", None)
    assert path.read_bytes() == b"first"
    assert place.fetch(etag) is None
    etag = place.replace(b"second", etag)
    assert place.fetch(None) == (b"second", etag)
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_of_the_old_file_keeps_it_whole(place, path):
    etag = place.replace(b"first" * 100_000, None)
    with path.open("rb") as reader:
        reader.read(1)
        place.replace(b"2", etag)
        assert len(reader.read()) == 5 * 100_000 - 1


def test_what_another_has_written_stays(place, path):
    path.write_bytes(b"there")
    with pytest.raises(Overtaken):
        place.replace(b"late", None)
    etag = place.fetch(None).etag
    path.unlink()
    with pytest.raises(Overtaken):
        place.replace(b"late", etag)
    assert not path.exists()


def test_of_many_who_saw_nothing_one_writes(path):
    outcomes = []

    def write(at):
        try:
            FilePlace(path, most_bytes=1 << 20).replace(b"%d" % at, None)
            outcomes.append(at)
        except Overtaken:
            pass

    threads = [threading.Thread(target=write, args=[at]) for at in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = outcomes
    assert path.read_bytes() == b"%d" % winner


def test_a_folder_that_is_not_there_is_named(tmp_path):
    place = FilePlace(tmp_path / "gone" / "a.snapshot", most_bytes=9)
    with pytest.raises(RefreshFailed) as missing:
        place.fetch(None)
    assert missing.value.kind == "missing"
    with pytest.raises(RefreshFailed, match=r"cannot write `.*gone/a.snapshot`: no such file"):
        place.replace(b"x", None)


def test_sets_are_copied_beside_it(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    place = FilePlace(folder / "current.snapshot", most_bytes=100)
    (tmp_path / "a").write_bytes(b"members")
    assert not place.has_beside("a.set", 7)
    place.put_beside("a.set", tmp_path / "a")
    assert place.has_beside("a.set", 7)
    assert not place.has_beside("a.set", 8)
    assert [one.name for one in (folder / "members").iterdir()] == ["a.set"]
    place.fetch_beside("a.set", tmp_path / "back", 7)
    assert (tmp_path / "back").read_bytes() == b"members"
    with pytest.raises(FileNotFoundError):
        place.put_beside("b.set", tmp_path / "gone")
    (folder / "members" / "a.set").unlink()
    (folder / "members").rmdir()
    (folder / "members").write_bytes(b"")
    with pytest.raises(RefreshFailed, match="cannot write"):
        place.put_beside("a.set", tmp_path / "a")
