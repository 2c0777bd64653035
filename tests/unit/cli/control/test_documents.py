"""`apply`, `diff` and `export`: what is asked, shown, refused and written."""

import json

import grpc
import pytest

from servers.control import Refusal
from turnout.cli.exit_codes import ExitCode
from turnout.control.v1 import document_pb2, release_pb2

CHANGES = [
    release_pb2.PlannedChange(name="flags/checkout", kind=release_pb2.CHANGE_KIND_ADDED),
    release_pb2.PlannedChange(
        name="flags/banner",
        kind=release_pb2.CHANGE_KIND_CHANGED,
        differences=['default: "off" → "on"'],
        moved_ppm=125_000,
        unreachable_rules=["ramp"],
        authors=["anna", "ben"],
    ),
    release_pb2.PlannedChange(name="segments/old", kind=release_pb2.CHANGE_KIND_REMOVED),
]
SHOWN = """\
added     flags/checkout
changed   flags/banner
          default: "off" → "on"
          moves 12.5 % of the units
          rule `ramp` is never reached any more
          by anna, ben
removed   segments/old
1 added, 1 changed, 1 removed
"""
CONFLICT = document_pb2.Conflict(
    name="flags/checkout", field="default", in_documents='"on"', in_store=""
)
STORE = {
    "workspace": {"key": "shop"},
    "attributes": {"plan": {"type": "string"}, "email": {"type": "string", "sensitive": True}},
    "segments": {"pro": {"match": {"attribute": "plan", "is": "pro"}}},
    "flags": {"x": {"variants": {"on": True}, "default": "on"}},
}


def apply_answer(changes=CHANGES, **more):
    return document_pb2.ApplyDocumentsResponse(changes=changes, **more)


def refuse(code, message, **more):
    def answer(_):
        raise Refusal(code, message, **more)

    return answer


@pytest.fixture
def applied(plane):
    plane.answers["ApplyDocuments"] = apply_answer()
    return plane


def test_apply_compares_then_asks_then_applies(run, applied, documents, terminal):
    terminal(True)
    done = run("apply", documents, "--set", "shop", "--keep-missing")
    assert done.code == ExitCode.OK, done.err
    assert done.out == f"{SHOWN}applied: 1 added, 1 changed, 1 removed\n"
    asked, did = applied.requests("ApplyDocuments")
    assert (asked.validate_only, did.validate_only) == (True, False)
    assert not asked.request_id
    assert len(did.request_id) == 36
    for one in (asked, did):
        assert (one.document_set, one.keep_missing, one.force) == ("shop", True, False)
        assert set(json.loads(one.documents)) == {"segments", "flags"}


def test_apply_does_nothing_without_a_yes(run, applied, documents, terminal):
    nobody = run("apply", documents)
    assert nobody.code == ExitCode.USAGE
    assert nobody.out == SHOWN
    assert "write `--yes`" in nobody.err
    assert run("apply", documents, "-o", "json").code == ExitCode.USAGE
    terminal(False)
    assert run("apply", documents).code == ExitCode.PROBLEMS
    assert all(one.validate_only for one in applied.requests("ApplyDocuments"))


def test_apply_removes_nothing_that_is_live_unless_it_is_told_to(run, plane, documents):
    plane.answers["ApplyDocuments"] = apply_answer(live=["segments/old"])
    done = run("apply", documents, "--yes")
    assert done.code == ExitCode.REFUSED
    assert done.out == f"live      segments/old left the documents\n{SHOWN}"
    assert "nothing was applied" in done.err
    told = json.loads(run("apply", documents, "--yes", "-o", "json").err)["error"]
    assert told["live"] == ["segments/old"]
    assert all(one.validate_only for one in plane.requests("ApplyDocuments"))
    pruned = run("apply", documents, "--yes", "--prune")
    assert pruned.code == ExitCode.OK, pruned.err
    assert pruned.out.startswith(SHOWN)
    assert all(one.prune for one in plane.requests("ApplyDocuments")[-2:])
    both = run("apply", documents, "--prune", "--keep-missing")
    assert (both.code, "are opposites" in both.err) == (ExitCode.USAGE, True)


def test_apply_of_what_is_there_asks_nobody(run, plane, documents):
    plane.answers["ApplyDocuments"] = apply_answer([])
    done = run("apply", documents)
    assert (done.code, done.out) == (ExitCode.OK, "nothing changes\n")
    assert len(plane.asked) == 1


def test_apply_tells_programs(run, applied, documents):
    told = run("apply", documents, "--yes", "-o", "json").json
    assert told["applied"]
    assert len(applied.requests("ApplyDocuments")) == 2
    assert told["published"] is None
    assert [one["kind"] for one in told["changes"]] == ["added", "changed", "removed"]
    assert told["changes"][1]["moved_ppm"] == 125_000


def test_apply_shows_problems_of_the_documents_with_their_line_and_asks_nobody(
    run, plane, documents
):
    (documents / "b.yaml").write_text("flags:\n  x:\n    variants: {on: 1}\n    default: of\n")
    done = run("apply", documents, "--yes")
    assert done.code == ExitCode.PROBLEMS
    assert "b.yaml:4:14: " in done.err
    assert done.err.endswith(f"error: `{documents}` has problems: nothing is applied\n")
    assert not plane.requests("ApplyDocuments")
    told = json.loads(run("apply", documents, "-o", "json").err)["error"]
    assert told["problems"][0]["line"] == 4


def test_apply_may_refer_to_what_another_folder_brought(run, applied, tmp_path):
    (tmp_path / "a.yaml").write_text(
        "flags:\n  y:\n    variants: {on: 1, off: 0}\n    default: off\n"
        "    rules: [{when: {segment: pro}, serve: on}]\n"
    )
    applied.answers["ExportDocuments"] = document_pb2.ExportDocumentsResponse(
        documents=json.dumps(STORE)
    )
    done = run("apply", tmp_path, "--yes")
    assert done.code == ExitCode.OK, done.err
    del applied.answers["ExportDocuments"]
    assert run("apply", tmp_path, "--yes").code == ExitCode.PROBLEMS


def test_apply_places_what_the_server_finds_wrong(run, plane, documents):
    plane.answers["ApplyDocuments"] = refuse(
        grpc.StatusCode.FAILED_PRECONDITION,
        "2 problems",
        reason="HAS_PROBLEMS",
        metadata={"problem_count": "5"},
        subjects=[
            ("flags/checkout rules[1].when", "this is wrong"),
            ("flags/other default", "that is wrong"),
        ],
    )
    done = run("apply", documents, "--yes")
    assert done.code == ExitCode.PROBLEMS
    assert done.err.startswith("a.yaml:11:30: this is wrong\n")
    assert done.err.endswith(
        "error: 2 problems\n  flags/other default: that is wrong\n  and 3 more\n"
    )


def test_conflicts_come_first_and_nothing_is_applied(run, plane, documents):
    plane.answers["ApplyDocuments"] = apply_answer(conflicts=[CONFLICT])
    done = run("apply", documents, "--yes")
    assert done.code == ExitCode.CONFLICT
    assert done.out.startswith(
        "conflict  flags/checkout default\n"
        '          documents: "on"\n'
        "          store:     (not there)\n"
        "added     flags/checkout\n"
    )
    assert "`--force`" in done.err
    assert all(one.validate_only for one in plane.requests("ApplyDocuments"))
    error = json.loads(run("apply", documents, "--yes", "-o", "json").err)["error"]
    assert error["conflicts"] == [
        {"name": "flags/checkout", "field": "default", "in_documents": "on"}
    ]


def test_force_overrules(run, plane, documents):
    plane.answers["ApplyDocuments"] = apply_answer(conflicts=[CONFLICT])
    done = run("apply", documents, "--yes", "--force")
    assert done.code == ExitCode.OK
    assert done.out.startswith("overruled flags/checkout default\n")
    assert all(one.force for one in plane.requests("ApplyDocuments"))


def test_warnings_of_the_server_are_placed(run, plane, documents):
    warning = release_pb2.Problem(name="flags/checkout", field="rules[0]", message="never matches")
    plane.answers["ApplyDocuments"] = apply_answer(warnings=[warning])
    done = run("diff", documents)
    assert "a.yaml:10:9: warning: never matches\n" in done.err
    told = run("diff", documents, "-o", "json").json["warnings"]
    assert told == [
        {
            "name": "flags/checkout",
            "field": "rules[0]",
            "message": "never matches",
            "file": "a.yaml",
            "line": 10,
            "column": 9,
        }
    ]


def test_diff_ends_as_diff_does(run, plane, documents):
    plane.answers["ApplyDocuments"] = apply_answer([])
    assert run("diff", documents).code == 0
    plane.answers["ApplyDocuments"] = apply_answer()
    done = run("diff", documents)
    assert (done.code, done.out) == (1, SHOWN)
    assert not run("diff", documents, "-o", "json").json["same"]
    assert all(one.validate_only for one in plane.requests("ApplyDocuments"))
    (documents / "b.yaml").write_text("flags: {x: {variants: {on: 1}, default: of}}")
    broken = run("diff", documents)
    assert broken.code == ExitCode.REFUSED
    assert "b.yaml:1:" in broken.err


def test_apply_publishes_what_the_plan_shows(run, applied, documents):
    snapshot = release_pb2.Snapshot(revision=7, id="a" * 64)
    applied.answers["Plan"] = release_pb2.PlanResponse(changes=CHANGES, plan_id="p-1")
    applied.answers["Publish"] = snapshot
    done = run("apply", documents, "--yes", "--publish", "--comment", "spring")
    assert done.code == ExitCode.OK, done.err
    assert done.out.endswith("published revision 7 (snapshot aaaaaaaaaaaa)\n")
    (request,) = applied.requests("Publish")
    assert (request.comment, request.plan_id) == ("spring", "p-1")
    told = run("apply", documents, "--yes", "--publish", "-o", "json").json
    assert told["published"]["revision"] == 7
    applied.answers["Publish"] = refuse(grpc.StatusCode.PERMISSION_DENIED, "no", reason="ROLE")
    failed = run("apply", documents, "--yes", "--publish", "-o", "json")
    assert failed.code == ExitCode.DENIED
    assert json.loads(failed.err)["error"]["applied"]
    stray = run("apply", documents, "--yes", "--comment", "spring")
    assert stray.code == ExitCode.USAGE
    assert "add `--publish`" in stray.err


@pytest.fixture
def stored(plane):
    plane.answers["ExportDocuments"] = document_pb2.ExportDocumentsResponse(
        documents=json.dumps(STORE)
    )
    return plane


SHORT = STORE | {"attributes": STORE["attributes"] | {"plan": "string"}}
EXPORTED = """\
workspace:
  key: shop
attributes:
  plan: string
  email:
    type: string
    sensitive: true
segments:
  pro:
    match: {attribute: plan, is: pro}
flags:
  x:
    variants: {'on': true}
    default: 'on'
"""


@pytest.mark.usefixtures("stored")
def test_export_writes_documents(run, tmp_path):
    assert run("export").out == EXPORTED
    assert run("export", "-").out == EXPORTED
    assert run("export", "-o", "json").json == SHORT
    file = tmp_path / "deep" / "all.yaml"
    done = run("export", file)
    assert done.out == f"{file}: 1 segment, 1 flag, the workspace, the attributes\n"
    assert file.read_text() == EXPORTED
    run("export", tmp_path / "all.json")
    assert json.loads((tmp_path / "all.json").read_text()) == SHORT


def test_export_splits_into_sections(run, stored, tmp_path):
    folder = tmp_path / "docs"
    assert run("export", folder, "--split").code == ExitCode.OK
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["attributes.yaml", "flags.yaml", "segments.yaml", "workspace.yaml"]
    assert stored.requests("ExportDocuments")[0].show_archived
    run("export", "--no-archived")
    assert not stored.requests("ExportDocuments")[1].show_archived
    (folder / "layers.yaml").write_text("layers: {old: {allocations: {}}}")
    assert run("export", folder, "--split").code == ExitCode.USAGE
    assert "old" in (folder / "layers.yaml").read_text()
    told = run("export", folder, "--split", "--yes", "-o", "json").json
    assert len(told["files"]) == 4
    assert (folder / "layers.yaml").read_text() == ""
    assert run("check", folder).code == ExitCode.OK


def test_export_overwrites_nothing_unasked(run, stored, tmp_path, terminal):
    file = tmp_path / "all.yaml"
    file.write_text("mine")
    refused = run("export", file)
    assert refused.code == ExitCode.USAGE
    terminal(False)
    assert run("export", file).code == ExitCode.PROBLEMS
    assert file.read_text() == "mine"
    assert run("export", file, "--yes").code == ExitCode.OK
    assert file.read_text() == EXPORTED
    assert stored.asked


def test_export_says_where_it_cannot_write(run, plane, tmp_path):
    file = tmp_path / "a.yaml"
    file.touch()
    for arguments in ([tmp_path], [file, "--split"], ["--split"]):
        done = run("export", *arguments)
        assert done.code == ExitCode.USAGE, arguments
    assert not plane.asked
