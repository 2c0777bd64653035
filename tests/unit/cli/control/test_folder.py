"""The documents that are applied: what is sent of them, and where a field stands in them."""

import json

import pytest

from turnout.cli.control.folder import Folder
from turnout.cli.failures import Failed

SEGMENTS = """\
workspace: {timezone: Europe/Berlin}
attributes:
  plan: string
segments:
  pro: {match: {attribute: plan, is: pro}}
"""
FLAGS = """\
workspace:
  key: shop
flags:
  new.checkout:
    variants: {on: true, off.really: false}
    default: on
    overrides: {u.1: on}
    rules:
      - name: ramp
        when: {segment: pro}
        serve: on
  new: {variants: {on: true}, default: on}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.yaml").write_text(SEGMENTS)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/b.yaml").write_text(FLAGS)
    return Folder(tmp_path)


def test_all_files_are_sent_as_one(folder):
    sent = json.loads(folder.to_json())
    assert sent["workspace"] == {"timezone": "Europe/Berlin", "key": "shop"}
    assert sent["attributes"] == {"plan": "string"}
    assert list(sent["flags"]) == ["new.checkout", "new"]
    assert list(sent["flags"]["new.checkout"])[:2] == ["variants", "default"]
    assert "layers" not in sent


@pytest.mark.parametrize(
    ("name", "field", "place"),
    [
        ("flags/new.checkout", "", "deep/b.yaml:4:3"),
        ("flags/new.checkout", "rules[0].when.segment", "deep/b.yaml:10:25"),
        ("flags/new.checkout", "rules[7].when", "deep/b.yaml:9:7"),
        ("flags/new.checkout", "variants.off.really", "deep/b.yaml:5:38"),
        ("flags/new.checkout", "overrides.u.1", "deep/b.yaml:7:22"),
        ("flags/new.checkout", "salt", "deep/b.yaml:4:3"),
        ("flags/new", "default", "deep/b.yaml:12:40"),
        ("segments/pro", "match", "a.yaml:5:16"),
        ("workspace", "timezone", "a.yaml:1:23"),
        ("workspace", "key", "deep/b.yaml:2:8"),
        ("workspace", "attributes.plan", "a.yaml:3:9"),
    ],
)
def test_a_field_is_found_where_it_is_written(folder, name, field, place):
    problem = folder.place(name, field, "is wrong")
    assert f"{problem.file}:{problem.line}:{problem.column}" == place
    assert problem.message == "is wrong"
    assert problem.line_text


@pytest.mark.parametrize("name", ["flags/other", "segments/new", "campaigns/x", "", "attributes"])
def test_what_is_not_written_here_has_no_place(folder, name):
    assert folder.place(name, "default", "is wrong") is None
    assert folder.place("workspace", "attributes.other", "is wrong") is None


def test_what_another_folder_brought_may_be_referred_to(tmp_path):
    (tmp_path / "b.yaml").write_text(FLAGS)
    folder = Folder(tmp_path)
    (problem,) = folder.problems()
    assert "pro" in problem.message
    stored = {"segments": {"pro": {"kind": "everyone"}}, "workspace": {"key": "other"}}
    assert folder.problems(stored=json.dumps(stored)) == ()


def test_what_this_folder_says_is_not_taken_from_the_store(tmp_path):
    (tmp_path / "b.yaml").write_text("flags: {x: {variants: {on: 1}, default: of}}")
    stored = {"flags": {"x": {"variants": {"on": 1}, "default": "on"}}}
    (problem,) = Folder(tmp_path).problems(stored=json.dumps(stored))
    assert problem.file == "b.yaml"


def test_problems_of_the_store_are_not_told_as_those_of_the_folder(tmp_path):
    (tmp_path / "b.yaml").write_text("flags: {x: {variants: {on: 1}, default: on}}")
    stored = {"flags": {"y": {"variants": {"on": 1}, "default": "off"}}}
    assert Folder(tmp_path).problems(stored=json.dumps(stored)) == ()


def test_a_folder_without_documents_is_refused(tmp_path):
    for path, why in ((tmp_path, "holds no file"), (tmp_path / "none", "is not there")):
        with pytest.raises(Failed, match=why):
            Folder(path)
