"""Folders, files and mappings become catalogues."""

import enum
import os
import time

import pytest

from turnout.documents import read_mapping, read_paths
from turnout.documents.problem import Fault

FLAG = "flags: {f: {variants: {on: true}, default: on}}\n"


def names(catalogue):
    return [file.name for file in catalogue.files]


def test_folder_is_read_whole_but_for_hidden_and_other_files(tmp_path):
    for name in ("b.yaml", "a.yml", "sub/c.json", "notes.md", ".hidden.yaml", ".git/x.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert names(read_paths(tmp_path)) == ["a.yml", "b.yaml", "sub/c.json"]


def test_one_file(tmp_path):
    (tmp_path / "a.yaml").write_text(FLAG)
    (file,) = read_paths(tmp_path / "a.yaml").files
    assert file.name == "a.yaml"
    assert [*file.document.items] == [("flag", "f")]


def test_missing_path_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_paths(tmp_path / "nothing")


def test_unchanged_files_are_kept_by_content(tmp_path):
    (tmp_path / "a.yaml").write_text(FLAG)
    (tmp_path / "b.yaml").write_text("segments: {}")
    first = {file.name: file.document for file in read_paths(tmp_path).files}
    (tmp_path / "b.yaml").write_text("segments: {s: {kind: everyone}}")
    second = {file.name: file.document for file in read_paths(tmp_path).files}
    assert second["a.yaml"] is first["a.yaml"]
    assert second["b.yaml"] is not first["b.yaml"]


def test_fingerprint_follows_names_and_bytes(tmp_path):
    (tmp_path / "a.yaml").write_text(FLAG)
    first = read_paths(tmp_path).fingerprint
    assert read_paths(tmp_path).fingerprint == first
    (tmp_path / "a.yaml").write_text(FLAG + "#")
    changed = read_paths(tmp_path).fingerprint
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    assert len({first, changed, read_paths(tmp_path).fingerprint}) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_file_that_may_not_be_read_is_a_broken_document(tmp_path):
    (tmp_path / "a.yaml").write_text(FLAG)
    (tmp_path / "a.yaml").chmod(0)
    (file,) = read_paths(tmp_path).files
    assert file.document.broken
    assert "cannot be read" in file.document.faults[0].message


def test_json_with_tabs_and_escapes(tmp_path):
    text = (
        '{\n\t"flags":\t{"f":{"variants":{"x":"\\ud83d\\ude00\\/\\t\\\\u0041"},"default":"x"}}\n}'
    )
    (tmp_path / "a.json").write_text(text)
    (file,) = read_paths(tmp_path).files
    assert not file.document.faults
    assert file.document.items["flag", "f"].raw["variants"] == {"x": "😀/\t\\u0041"}


def test_byte_order_mark_and_carriage_returns(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfflags:\r\n  f: 1\r\n  f: 2\r\n")
    (file,) = read_paths(tmp_path).files
    (fault,) = file.document.items["flag", "f"].faults
    mark = file.document.locate(fault)
    assert (mark.line, mark.column) == (3, 3)
    assert file.document.line(3) == "  f: 2"


def test_places_of_values_keys_and_aliases(tmp_path):
    text = "segments:\n  a: &a\n    members: [u, 'v',\n      w]\n  b: *a\n"
    (tmp_path / "a.yaml").write_text(text)
    document = read_paths(tmp_path).files[0].document

    def place(*path, at_key=False):
        return tuple(document.locate(Fault(path, "", at_key)))

    assert place("segments", "a", "members", 1) == (3, 18)
    assert place("segments", "a", "members", 2) == (4, 7)
    assert place("segments", "a", "members", at_key=True) == (3, 5)
    assert place("segments", "b") == (5, 6)
    assert place("segments", "b", "members", 1) == (5, 6)
    assert place("segments", "a", "nothing") == (2, 6)


def test_faults_belong_to_their_item():
    document = read_mapping({"flags": {"f": {"variants": {1, 2}}, "g": {}}}).files[0].document
    assert not document.broken
    assert "is a set" in document.items["flag", "f"].faults[0].message
    assert not document.items["flag", "g"].faults


def test_mapping_is_copied():
    mapping = {"flags": {"f": {"tags": ["a"]}}}
    catalogue = read_mapping(mapping)
    mapping["flags"]["f"]["tags"].append("b")
    assert catalogue.files[0].document.items["flag", "f"].raw == {"tags": ["a"]}


def test_mapping_of_files_and_mapping_of_sections():
    assert names(read_mapping({"b.yaml": {}, "a.json": {"flags": {}}})) == ["a.json", "b.yaml"]
    assert names(read_mapping({"flags": {}})) == ["documents"]
    assert names(read_mapping({})) == ["documents"]
    assert read_mapping({"flag": {}}).files[0].document.broken


def test_mapping_holds_what_json_has():
    class Level(enum.IntEnum):
        ONE = 1

    raw = {"variants": {"a": Level.ONE}, "rules": ({"serve": "a"},), 5: 1}
    document = read_mapping({"flags": {"f": raw}}).files[0].document
    item = document.items["flag", "f"]
    assert item.raw == {"variants": {"a": 1}, "rules": [{"serve": "a"}]}
    assert type(item.raw["variants"]["a"]) is int
    assert "must be text" in item.faults[0].message


def test_long_catalogues_are_read_fast(tmp_path):
    """10,000 lines in well under a second, wherever this runs."""
    rule = "      - {name: r, when: {attribute: plan, is: [pro, team]}, serve: on}\n"
    flag = "  f%d:\n    variants: {on: true, off: false}\n    default: off\n    rules:\n"
    text = "flags:\n" + "".join(flag % at + rule * 6 for at in range(1000))
    (tmp_path / "a.yaml").write_text(text)
    started = time.perf_counter()
    assert len(read_paths(tmp_path).files[0].document.items) == 1000
    assert time.perf_counter() - started < 3


def test_folder_inside_that_may_not_be_read_is_an_error(tmp_path, monkeypatch):
    """Its items must not look as if they were deleted."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.yaml").write_text(FLAG)
    whole = os.scandir

    def scandir(path):
        if str(path).endswith("inner"):
            raise PermissionError(13, "denied")
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError):
        read_paths(tmp_path)


def test_pipes_are_left_alone(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "nothing")
    assert not names(read_paths(tmp_path))
