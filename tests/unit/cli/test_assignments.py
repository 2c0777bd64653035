"""Sticky assignments on the command line: told by one decision, carried by the next."""

import io
import json
import sys

import pytest

from turnout.cli.exit_codes import ExitCode

AT = "2026-01-31T12:00:00+00:00"
WHOLE = {
    "experiment": "button",
    "epoch": 1,
    "unit_kind": "user",
    "unit_id": "u-1",
    "variant": "green",
    "assigned_at": AT,
}


@pytest.fixture
def experiment(tmp_path):
    def write(**fields):
        weights = {"control": {"weight": "0%", "value": 0}, "green": {"weight": "100%", "value": 1}}
        button = {
            "status": "running",
            "audience": {"attribute": "city", "is": "SF"},
            "variants": weights,
        }
        file = tmp_path / "button.json"
        inside = {"experiment": "button", "variant_is": "green"}
        document = {
            "experiments": {"button": button | fields},
            "segments": {"greens": {"match": inside}},
        }
        file.write_text(json.dumps(document))
        return ["--documents", file, "-o", "json"]

    return write


def outcome(done):
    assert done.code == ExitCode.OK, done.err
    return done.json["variant"], done.json["reason"]


def test_what_a_decision_tells_to_keep_is_carried_by_the_next(run, experiment, tmp_path):
    asked = ["decide", "button", "--unit", "u-1", *experiment()]
    kept = tmp_path / "kept.json"
    first = run(*asked, "--attr", "city=SF")
    assert outcome(first) == ("green", "ASSIGNED")
    assert outcome(run(*asked, "--attr", "city=LA")) == ("control", "NOT_IN_AUDIENCE")
    for told in (first.json, first.json["assignments_to_persist"]):
        kept.write_text(json.dumps(told))
        moved = run(*asked, "--attr", "city=LA", "--assignments", kept)
        assert outcome(moved) == ("green", "STICKY")
        assert moved.json["assignments_to_persist"] == []


def test_assignments_come_from_standard_input_too(run, experiment, monkeypatch):
    asked = ["decide", "button", "--unit", "u-1", *experiment()]
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps([WHOLE])))
    assert outcome(run(*asked, "--assignments", "-")) == ("green", "STICKY")


def test_assignments_of_several_files_count_together(run, experiment, tmp_path):
    asked = ["decide", "button", "--unit", "u-1", *experiment()]
    for name, told in (("nothing", []), ("green", [WHOLE]), ("nobody", [])):
        (tmp_path / name).write_text(json.dumps(told))
        asked += ["--assignments", tmp_path / name]
    assert outcome(run(*asked)) == ("green", "STICKY")


def test_an_assignment_is_written_in_two_words(run, experiment):
    asked = ["decide", "button", "--unit", "u-1", "--assigned", "button=green"]
    assert outcome(run(*asked, *experiment())) == ("green", "STICKY")
    assert outcome(run(*asked, *experiment(audience_sticky=False))) == ("control", "LEFT_TARGET")
    assert outcome(run(*asked, *experiment(epoch=2))) == ("control", "NOT_IN_AUDIENCE")
    second = [*asked, "--assigned", "button@2=green"]
    assert outcome(run(*second, *experiment(epoch=2))) == ("green", "STICKY")


def test_an_assignment_in_two_words_is_of_the_units_that_are_named(run, experiment):
    asked = ["decide", "button", "--assigned", "button=green", *experiment(unit="device")]
    assert outcome(run(*asked, "--unit-of", "device=d-1")) == ("green", "STICKY")
    assert outcome(run(*asked, "--unit", "u-1", "--unit-of", "device=d-1")) == ("green", "STICKY")


def test_an_assignment_in_two_words_is_as_of_the_instant_that_is_asked_at(run, experiment):
    asked = ["decide", "button", "--unit", "u-1", "--assigned", "button=green", "--now"]
    documents = experiment(ttl="1 hour")
    assert outcome(run(*asked, "2001-01-31T12:00Z", *documents)) == ("green", "STICKY")


def test_segments_heed_assignments_too(run, experiment):
    documents = experiment()
    asked = ["segment", "check", "greens", "--unit", "u-1", *documents]
    assert run(*asked).json["state"] == "FALSE"
    assert run(*asked, "--assigned", "button=green").json["state"] == "TRUE"
    listed = run("segment", "list", "--unit", "u-1", "--assigned", "button=green", *documents)
    assert listed.json["keys"] == ["greens"]


def test_an_explanation_heeds_assignments_too(run, experiment):
    asked = ["decide", "button", "--explain", "--unit", "u-1", "--assigned", "button=green"]
    assert outcome(run(*asked, *experiment())) == ("green", "STICKY")


@pytest.mark.parametrize("written", ["button", "=green", "button=", "button@=green", "@2=green"])
def test_an_assignment_that_is_none_is_wrong_usage(run, experiment, written):
    done = run("decide", "button", "--unit", "u-1", "--assigned", written, *experiment())
    assert done.code == ExitCode.USAGE
    message = json.loads(done.err)["error"]["message"]
    assert message.startswith(f"`--assigned {written}` is no assignment: write EXPERIMENT=VARIANT")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--assigned", "button=green"],
            "`--assigned button=green` is nobody's: name the unit, for example `--unit u-1`",
        ),
        (
            ["--unit", "u", "--assigned", "button=green", "--assigned", "button=control"],
            "`--assigned button=…` is given twice: keep one",
        ),
    ],
)
def test_an_assignment_is_somebodys_and_given_once(run, experiment, options, told):
    done = run("decide", "button", *options, *experiment())
    assert (done.code, json.loads(done.err)["error"]["message"]) == (ExitCode.USAGE, told)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("{}", "holds no list of assignments"),
        ('{"assignments_to_persist": {}}', "holds no list of assignments"),
        ("[7]", "holds something else as record 0"),
        ([WHOLE, WHOLE | {"color": 1}], "has a field `color` in record 1"),
        ([{**WHOLE, "epoch": "1"}], "has no usable `epoch` in record 0"),
        ([{**WHOLE, "epoch": True}], "has no usable `epoch` in record 0"),
        ([{**WHOLE, "snapshot_id": None}], "has no usable `snapshot_id` in record 0"),
        ([{**WHOLE, "assigned_at": "2026-01-31"}], "has no usable `assigned_at` in record 0"),
        ([{**WHOLE, "assigned_at": "soon"}], "has no usable `assigned_at` in record 0"),
        ([{"experiment": "button", "variant": "green"}], "has no usable `epoch` in record 0"),
    ],
)
def test_a_file_that_holds_no_assignments_is_wrong_usage(run, experiment, tmp_path, content, told):
    kept = tmp_path / "kept"
    kept.write_text(content if isinstance(content, str) else json.dumps(content))
    done = run("decide", "button", "--unit", "u-1", "--assignments", kept, *experiment())
    assert done.code == ExitCode.USAGE
    message = json.loads(done.err)["error"]["message"]
    assert message == (
        f"`--assignments {kept}` {told}: give what `turnout decide --output json` printed, or the"
        " list in its `assignments_to_persist`"
    )


def test_a_file_of_assignments_that_is_not_there_is_named(run, experiment, tmp_path):
    done = run("decide", "button", "--assignments", tmp_path / "none", *experiment())
    assert done.code == ExitCode.USAGE
    assert f"`--assignments {tmp_path}/none` is not there" in done.err
