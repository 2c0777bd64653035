"""`turnout check --write-ranges`."""

import json

import pytest

from turnout.cli.exit_codes import ExitCode
from turnout.compiler import compile_documents
from turnout.documents import read_paths

EXPERIMENTS = """\
# Our tests.
experiments:
  button:   # the green one
    status: running
    variants:
      control: {weight: 33%, value: 1}   # as it was
      green:   {weight: 33%, value: 2}
      red:     {weight: 34%, value: 3}
    traffic: 50%
  later: {variants: {control: {weight: 50%, value: 1}, b: {weight: 50%, value: 2}}}
"""
FLAGS = {
    "flags": {
        "ramp": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "rules": [{"split": {"on": "25%", "off": "75%"}}],
        }
    }
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tests.yaml").write_text(EXPERIMENTS)
    (tmp_path / "flags.json").write_text(json.dumps(FLAGS, indent=2))
    return tmp_path


def texts(folder):
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_it_writes_what_is_missing_says_so_and_changes_no_decision(run, folder):
    before = compile_documents(read_paths(folder)).id
    done = run("check", folder, "--write-ranges")
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "flags.json: wrote the ranges of flag `ramp` rules[0]",
        "tests.yaml: wrote the ranges of experiment `button`",
    ]
    written = '    ranges: {control: ["0%-33%"], green: ["33%-66%"], red: ["66%-100%"]}\n'
    found = texts(folder)
    assert found["tests.yaml"] == EXPERIMENTS.replace("    traffic:", f"{written}    traffic:")
    rule = json.loads(found["flags.json"])["flags"]["ramp"]["rules"][0]
    assert rule["ranges"] == {"on": ["0%-25%"], "off": ["25%-100%"]}
    assert compile_documents(read_paths(folder)).id == before


def test_a_second_time_there_is_nothing_to_write(run, folder):
    run("check", folder, "--write-ranges")
    found, times = texts(folder), [file.stat().st_mtime_ns for file in folder.iterdir()]
    done = run("check", folder, "--write-ranges")
    assert done.out.splitlines()[0] == "the files hold all ranges already"
    assert texts(folder) == found
    assert [file.stat().st_mtime_ns for file in folder.iterdir()] == times


def test_a_change_of_weights_then_moves_the_least(run, folder):
    run("check", folder, "--write-ranges")
    file = folder / "tests.yaml"
    text = file.read_text().replace("weight: 33%, value: 1", "weight: 50%, value: 1")
    text = text.replace("weight: 33%, value: 2", "weight: 25%, value: 2")
    file.write_text(text.replace("weight: 34%", "weight: 25%"))
    assert run("check", file, "--write-ranges").code == 0
    ranges = '{control: ["0%-33%", "58%-66%", "91%-100%"], green: ["33%-58%"], red: ["66%-91%"]}'
    assert ranges in file.read_text()


def test_programs_are_told_what_was_written(run, folder):
    done = run("check", folder / "flags.json", "--write-ranges", "-o", "json").json
    assert done["ranges_written"] == [
        {
            "file": "flags.json",
            "item": "flag `ramp` rules[0]",
            "ranges": {"on": ["0%-25%"], "off": ["25%-100%"]},
        }
    ]
    assert run("check", folder, "-o", "json").json.get("ranges_written") is None
    again = run("check", folder / "flags.json", "--write-ranges", "-o", "json").json
    assert again["ranges_written"] == []


def test_documents_with_problems_are_not_touched(run, folder):
    (folder / "bad.yaml").write_text("flags: {f: 5}\n")
    found = texts(folder)
    assert run("check", folder, "--write-ranges").code == ExitCode.PROBLEMS
    assert texts(folder) == found


def test_without_the_option_nothing_is_written(run, folder):
    found = texts(folder)
    assert run("check", folder).code == 0
    assert texts(folder) == found


def test_one_file_that_cannot_be_changed_keeps_all_as_they_are(run, folder):
    (folder / "alias.yaml").write_text(
        "flags:\n  a: &a {variants: {on: 1}, default: on, salt: x, rules: [{split: {on: 100%}}]}\n"
        "  b: {variants: {on: 1}, default: on, rules: &r [{split: {on: 100%}}]}\n"
        "  c: {variants: {on: 1}, default: on, rules: *r}\n"
    )
    found = texts(folder)
    done = run("check", folder, "--write-ranges")
    assert done.code == ExitCode.PROBLEMS
    assert "alias.yaml: `flags.c.rules[0]` is written as an alias" in done.err
    assert texts(folder) == found
