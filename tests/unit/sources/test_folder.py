"""What reading a folder gives, and when it is no reading at all."""

import os

import pytest

from turnout.sources import SourceUnreachable
from turnout.sources.folder import FolderSource


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.yaml").write_text("flags: {}")
    return folder


def names(source):
    return [file.name for file in source.read().files]


def test_a_folder_and_a_file_are_read(folder):
    (folder / "b.json").write_text("{}")
    (folder / "notes.txt").write_text("no document")
    assert names(FolderSource(folder)) == ["a.yaml", "b.json"]
    assert names(FolderSource(folder / "a.yaml")) == ["a.yaml"]


def test_the_fingerprint_follows_the_content(folder):
    source = FolderSource(folder)
    first = source.read().fingerprint
    os.utime(folder / "a.yaml", (1, 1))
    assert source.read().fingerprint == first
    (folder / "a.yaml").write_text("flags: {} # new")
    assert source.read().fingerprint != first


def test_the_place_is_absolute(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert FolderSource(folder.relative_to(folder.parent)).place == str(folder)


@pytest.mark.parametrize("broken", ["gone", "empty", "gone file"])
def test_a_folder_that_is_gone_or_empty_is_unreachable(folder, broken):
    source = FolderSource(folder / "a.yaml" if broken == "gone file" else folder)
    (folder / "a.yaml").unlink()
    if broken == "gone":
        folder.rmdir()
    with pytest.raises(SourceUnreachable, match=str(folder)):
        source.read()


def test_a_path_that_leads_through_a_file_is_unreachable(folder):
    with pytest.raises(SourceUnreachable, match="not a directory"):
        FolderSource(folder / "a.yaml" / "below").read()
