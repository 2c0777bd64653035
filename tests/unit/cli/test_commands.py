"""The commands: what they print for people and for programs, and how they end."""

import errno
import json
import os

import pytest

from turnout.cli.exit_codes import ExitCode
from turnout.results import Unavailable


def test_check_counts_what_is_good(run, documents):
    done = run("check", documents)
    assert done.code == ExitCode.OK
    assert done.out.startswith("no problems: 1 flag, 0 experiments, 3 segments (snapshot ")


def test_check_shows_each_problem_with_its_line(run, documents):
    (documents / "b.yaml").write_text("flags:\n  x:\n    variants: {on: 1}\n    default: of\n")
    (documents / "c.yaml").write_text("a: [")
    done = run("check", documents)
    assert done.code == ExitCode.PROBLEMS
    assert "b.yaml:4:14: " in done.err
    assert "    default: of\n" in done.err
    assert "^" in done.err
    assert "c.yaml:" in done.err
    assert "problems" in done.err
    assert done.out == ""


def test_check_tells_programs_the_same(run, documents):
    good = run("check", documents, "--output", "json").json
    assert good["ok"]
    assert len(good["id"]) == 64
    (documents / "b.yaml").write_text("flags:\n  x:\n    variants: {on: 1}\n    default: of\n")
    done = run("check", documents, "-o", "json")
    assert done.code == ExitCode.PROBLEMS
    (problem,) = done.json["problems"]
    assert (problem["kind"], problem["key"], problem["line"]) == ("flag", "x", 4)
    assert not done.json["ok"]


def test_check_counts_no_problem_that_it_left_out(run, documents):
    flags = "".join(f"  f{n}: {{variants: {{on: 1}}, default: of}}\n" for n in range(1200))
    (documents / "b.yaml").write_text(f"flags:\n{flags}")
    done = run("check", documents)
    assert "and 200 more problems from here" in done.err
    assert done.err.endswith("\nmore than 1000 problems\n")


def test_check_lets_no_document_write_to_the_terminal(run, documents):
    (documents / "b.yaml").write_text("x: \x1b[31m\n")
    done = run("check", documents)
    assert done.code == ExitCode.PROBLEMS
    assert "\x1b" not in done.err
    assert "b.yaml:1:" in done.err


def test_a_path_that_is_not_there_is_wrong_usage(run, tmp_path):
    for arguments in (["check"], ["decide", "x", "--documents"]):
        done = run(*arguments, tmp_path / "none")
        assert done.code == ExitCode.USAGE
        assert "is not there" in done.err


@pytest.mark.parametrize("arguments", [["check"], ["decide", "x", "--documents"]])
def test_a_path_that_cannot_be_used_is_named(run, documents, monkeypatch, arguments):
    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path / "in"))

    monkeypatch.setattr("turnout.documents.read_paths", refuse)
    done = run(*arguments, documents)
    assert done.code == ExitCode.USAGE
    assert done.err == f"error: cannot use `{documents}/in`: permission denied\n"


def test_a_name_that_is_too_long_is_wrong_usage(run):
    done = run("check", "a" * 5000)
    assert done.code == ExitCode.USAGE
    assert "file name too long" in done.err


def test_a_folder_without_documents_is_wrong_usage(run, tmp_path):
    (tmp_path / "notes.txt").write_text("flags")
    done = run("check", tmp_path)
    assert done.code == ExitCode.USAGE
    assert "holds no file .yaml, .yml or .json" in done.err


def test_check_warns_of_what_may_not_be_meant(run, documents):
    (documents / "b.yaml").write_text(
        "segments:\n  elsewhere: {match: {attribute: state, is_not: NV}}\n"
    )
    done = run("check", documents)
    assert done.code == ExitCode.OK
    assert "b.yaml:2:41: warning: `is_not` lets in every unit without `state`" in done.err
    assert done.err.endswith("\n1 warning\n")
    assert done.out.startswith("no problems: ")
    (warning,) = run("check", documents, "-o", "json").json["warnings"]
    assert (warning["kind"], warning["key"], warning["line"]) == ("segment", "elsewhere", 2)


def test_strict_makes_a_warning_a_problem(run, documents):
    (documents / "s.yaml").write_text(
        "queries: {q: {sql: select 1 as unit_id}}\nsegments: {s: {kind: dynamic, query: q}}\n"
    )
    assert run("check", documents, "--strict").code == ExitCode.OK
    (documents / "b.yaml").write_text(
        "segments:\n  nobody: {match: {all: [{attribute: age, is: 1}, {attribute: age, is: 2}]}}\n"
    )
    done = run("check", documents, "--strict")
    assert (done.code, done.out) == (ExitCode.PROBLEMS, "")
    assert "b.yaml:2:68: warning: this never matches: `age is 1` and `age is 2`" in done.err
    told = run("check", documents, "--strict", "-o", "json")
    assert (told.code, told.json["ok"], len(told.json["warnings"])) == (
        ExitCode.PROBLEMS,
        False,
        1,
    )


def test_strict_writes_no_ranges_while_something_is_not_meant(run, documents):
    (documents / "b.yaml").write_text(
        "segments:\n  elsewhere: {match: {attribute: state, is_not: NV}}\n"
    )
    before = {file: file.read_text() for file in documents.glob("*.yaml")}
    assert run("check", documents, "--strict", "--write-ranges").code == ExitCode.PROBLEMS
    assert {file: file.read_text() for file in documents.glob("*.yaml")} == before


def test_programs_get_errors_as_an_object_too(run, documents):
    asked = ["-o", "json", "--documents", documents]
    done = run("decide", "chekout", *asked)
    assert (done.code, done.out) == (ExitCode.NOT_FOUND, "")
    assert json.loads(done.err) == {
        "error": {
            "message": "no flag or experiment has the key `chekout`",
            "exit_code": 3,
            "code": "NOT_FOUND",
            "reason": "FLAG_NOT_FOUND",
            "metadata": {"key": "chekout"},
        }
    }
    usage = json.loads(run("segment", "list", *asked, "--attr", "plan").err)["error"]
    assert usage["exit_code"] == ExitCode.USAGE
    assert "`--attr plan`" in usage["message"]
    (documents / "b.yaml").write_text("flags: {x: {}}")
    done = run("decide", "checkout", *asked)
    assert done.code == ExitCode.PROBLEMS
    assert {one["file"] for one in json.loads(done.err)["error"]["problems"]} == {"b.yaml"}


def test_decide_from_documents(run, documents):
    done = run("decide", "checkout", "--unit", "u-1", "--documents", documents, "-o", "json")
    assert done.code == ExitCode.OK
    decision = done.json
    assert decision["variant"] == "on"
    assert decision["value"] is True
    assert decision["reason"] == "TARGETING_MATCH"
    assert decision["rule"] == "staff first"
    assert decision["unknown_attributes"] == []
    assert len(decision["snapshot"]["id"]) == 64


def test_documents_go_before_the_server_that_the_environment_names(run, documents, monkeypatch):
    monkeypatch.setenv("TURNOUT_ADDRESS", "unix:/nowhere")
    done = run("decide", "checkout", "--unit", "u-1", "--documents", documents, "-o", "json")
    assert done.json["variant"] == "on"
    assert run("decide", "checkout", "--unit", "u-1").code == ExitCode.UNAVAILABLE


def test_decide_for_people_says_what_matters(run, documents):
    done = run(
        "decide", "checkout", "--unit", "u-2", "--attr", "plan=pro", "--documents", documents
    )
    assert "paying" in done.out
    assert "TARGETING_MATCH" in done.out
    assert "experiment" not in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('"gold"', "gold"),
        ('""', '""'),
        ('["a", "b"]', '["a", "b"]'),
        ("{}", "{}"),
        ("0", "0"),
        ('"\\e[31mred\\n"', '"\\u001b[31mred\\n"'),
    ],
)
def test_a_value_is_shown_whatever_it_is_and_steers_no_terminal(run, documents, value, shown):
    (documents / "b.yaml").write_text(f"flags: {{v: {{variants: {{a: {value}}}, default: a}}}}")
    lines = run("decide", "v", "--documents", documents).out.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines if line.startswith("value ")] == [shown]


def test_decide_tells_programs_what_to_keep_by_name(run, tmp_path):
    file = tmp_path / "experiment.yaml"
    weights = "{control: {weight: 0%, value: a}, b: {weight: 100%, value: b}}"
    file.write_text(f"experiments:\n  e:\n    status: running\n    variants: {weights}\n")
    asked = ["decide", "e", "--unit", "u-1", "--now", "2026-01-31T12:00Z", "--documents", file]
    whole = run(*asked, "-o", "json").json
    assert whole["assignments_to_persist"] == [
        {
            "experiment": "e",
            "epoch": 1,
            "unit_kind": "user",
            "unit_id": "u-1",
            "variant": "b",
            "assigned_at": "2026-01-31T12:00:00+00:00",
            "snapshot_id": whole["snapshot"]["id"],
        }
    ]
    assert "assignments_to_persist" not in run(*asked).out


def test_decide_heeds_what_is_unknown(run, documents):
    asked = ["decide", "checkout", "--unit", "u-2", "--documents", documents, "-o", "json"]
    assert run(*asked).json["degraded"] is False
    for unknown in (["--unknown", "plan"], ["--partial"]):
        decision = run(*asked, *unknown).json
        assert decision["degraded"] is True
        assert decision["unknown_attributes"] == ["plan"]


def test_an_unknown_key_is_exit_code_3(run, documents):
    done = run("decide", "chekout", "--documents", documents)
    assert done.code == ExitCode.NOT_FOUND
    assert "`chekout`" in done.err
    assert done.err.startswith("error: ")
    assert run("segment", "check", "none", "--documents", documents).code == ExitCode.NOT_FOUND


def test_documents_with_problems_decide_nothing(run, documents):
    (documents / "b.yaml").write_text("flags: {x: {}}")
    done = run("decide", "checkout", "--documents", documents)
    assert done.code == ExitCode.PROBLEMS
    assert "b.yaml:1:" in done.err


@pytest.mark.parametrize("command", [("list",), ("check", "k")])
def test_a_server_of_which_nothing_was_published_says_how(run, monkeypatch, command):
    class Unpublished:
        def _refuse(self, *_given, **_more):
            raise Unavailable("no snapshot has been loaded yet", reason="NO_SNAPSHOT")

        matching_segments = check_segment = _refuse

    monkeypatch.setattr("turnout.cli.question.open_answers", lambda *_: Unpublished())
    done = run("segment", *command, "--unit", "u-1")
    assert done.code == ExitCode.UNAVAILABLE
    assert done.err.startswith("error: no snapshot has been loaded yet\n  nothing was published")
    assert "`turnout publish`" in done.err


def test_no_server_is_exit_code_4(run, tmp_path):
    done = run("decide", "x", "--address", f"unix:{tmp_path}/none")
    assert done.code == ExitCode.UNAVAILABLE
    assert f"unix:{tmp_path}/none" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide"],
        ["decide", "x", "--attr", "plan"],
        ["decide", "x", "--now", "soon"],
        ["decide", "x", "--documents", ".", "--address", "127.0.0.1:1"],
        ["bench", "--address", "192.0.2.1:8013"],
        ["serve", "--role", "nonsense"],
        ["serve", "x", "--listen", "0.0.0.0:8013"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_exit_code_2(run, arguments):
    assert run(*arguments).code == ExitCode.USAGE


def test_segments_are_checked_and_listed(run, documents):
    asked = ["--unit", "u-1", "--documents", documents, "-o", "json"]
    check = run("segment", "check", "staff", *asked).json
    assert (check["state"], check["reason"]) == ("TRUE", "MEMBER")
    listed = run("segment", "list", *asked, "--unknown", "plan").json
    assert (listed["keys"], listed["unknown_keys"]) == (["all", "staff"], ["pro"])
    table = run("segment", "list", "--documents", documents, "--attr", "plan=pro").out
    assert [line.split() for line in table.splitlines()] == [
        ["segment", "state"],
        ["all", "TRUE"],
        ["pro", "TRUE"],
    ]


def test_segments_are_listed_by_tag_or_by_prefix(run, documents):
    (documents / "b.yaml").write_text("segments: {anyone: {kind: everyone, tags: [people]}}")
    asked = ["segment", "list", "--documents", documents, "-o", "json"]
    assert run(*asked).json["keys"] == ["all", "anyone"]
    assert run(*asked, "--tag", "people").json["keys"] == ["anyone"]
    assert run(*asked, "--prefix", "al").json["keys"] == ["all"]


def test_the_schema_is_json_schema(run):
    schema = run("schema").json
    assert "$schema" in schema
    assert {"flags", "segments", "experiments"} <= set(schema["properties"])


def test_bench_measures_in_process(run, documents):
    (timing,) = run("bench", "--calls", "1000", "-o", "json").json
    assert timing["calls"] == 1000
    assert 0 < timing["p50_us"] <= timing["p99_us"]
    (timing,) = run("bench", "--calls", "1000", "--documents", documents, "-o", "json").json
    assert "checkout" in timing["what"]


@pytest.fixture
def called(monkeypatch, tmp_path):
    """What the process is replaced by."""
    called = []

    def execve(program, arguments, environment):
        called.append((program, arguments, environment))
        raise SystemExit(0)

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return called


def test_serve_becomes_the_serving_process(run, documents, called):
    address = "redis://:secret@127.0.0.1:6379"
    run("serve", documents, "--threads", "3", "--listen", "none", "--sticky", address)
    ((program, arguments, environment),) = called
    assert arguments[:-1] == [program, "-P", "-m", "turnout.server"]
    launch = json.loads(arguments[-1])
    assert (launch["threads"], launch["listen"]) == (3, None)
    assert launch["worker"]["documents"] == str(documents)
    assert launch["sticky"]["store"] == "redis"
    # Arguments can be read by everybody on the machine.
    assert "secret" not in str(arguments)
    assert environment["TURNOUT_STICKY"] == address


def test_an_option_of_serve_goes_before_the_environment_even_when_it_is_0(
    run, documents, called, monkeypatch
):
    monkeypatch.setenv("TURNOUT_STALE_AFTER", "7")
    monkeypatch.setenv("TURNOUT_GRACE", "8")
    run("serve", documents, "--stale-after", "0")
    launch = json.loads(called[0][1][-1])
    assert (launch["stale_after_s"], launch["grace_s"]) == (0, 8)


def test_help_names_the_exit_codes(run):
    done = run("--help")
    assert done.code == 0
    assert "Exit codes" in done.out
    for code in ExitCode:
        assert f" {int(code)} " in done.out


def test_the_version_is_shown(run):
    assert run("--version").out.startswith("turnout ")


def test_explain_shows_the_way_for_people_and_for_programs(run, documents):
    (documents / "z.yaml").write_text(
        "attributes: {name: {type: string, sensitive: true}}\n"
        "segments: {ada: {match: {attribute: name, is: Ada}}}\n"
        "flags:\n  z:\n    variants: {on: 1, off: 0}\n    default: off\n"
        "    rules: [{name: hers, when: {segment: ada}, serve: on}]\n"
    )
    asked = ["decide", "z", "--explain", "--attr", "name=ada", "--documents", documents]
    shown = run(*asked).out
    assert "rule `hers`   true\n└── segment `ada`   true\n    └── name is   •••   true" in shown
    (rule,) = run(*asked, "-o", "json").json["steps"]
    condition = rule["steps"][0]["steps"][0]
    assert condition == {
        "kind": "CONDITION", "name": "name", "outcome": "TRUE", "operator": "is",
        "state": "SET", "masked": True,
    }  # fmt: skip
    nothing = ["--attr", "plan=", "--documents", documents, "-o", "json"]
    (empty,) = run("segment", "check", "pro", "--explain", *nothing).json["steps"]
    assert empty["steps"][0]["value"] == "", "an empty text is a value too"
    checked = run("segment", "check", "ada", "--explain", "--documents", documents).out
    assert "segment `ada`   false\n└── name is   not set   false" in checked
