"""Documents to a real control plane and back, by commands."""

import shutil
from pathlib import Path

import pytest

from turnout.cli.exit_codes import ExitCode

SHOP = Path(__file__).parents[3] / "examples" / "shop"
RAMP = """\
flags:
  zz:
    variants: {{on: 1, off: 2}}
    default: {default}
    rules:
      - {{name: ramp, split: {{on: {share}, off: {rest}}}}}
"""


def ramp(default="off", share=25):
    return RAMP.format(default=default, share=f"{share}%", rest=f"{100 - share}%")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "documents"
    made.mkdir()
    (made / "a.yaml").write_text(ramp())
    return made


@pytest.fixture
def ok(run, plane):
    assert plane.address

    def ok(*arguments):
        done = run(*arguments)
        assert done.code == ExitCode.OK, done.err
        return done

    return ok


def test_a_folder_is_applied_and_published_and_is_the_same_then(run, ok, tmp_path):
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    assert run("diff", shop).code == ExitCode.PROBLEMS
    done = ok("apply", shop, "--yes", "--publish", "--comment", "first")
    assert "applied: 39 added, 1 changed\n" in done.out
    assert "\n39 added, 1 changed, by loopback\n" in done.out
    assert "published revision 1 " in done.out
    assert ok("diff", shop).out == "nothing changes\n"
    assert ok("apply", shop).out == "nothing changes\n"
    (snapshot,) = ok("snapshots", "-o", "json").json
    assert (snapshot["comment"], snapshot["current"]) == ("first", True)


@pytest.mark.parametrize("split", [[], ["--split"]], ids=["one file", "a folder"])
@pytest.mark.parametrize("document_set", ["default", "other"])
def test_of_what_is_exported_apply_changes_nothing(ok, tmp_path, split, document_set):
    ok("apply", SHOP, "--yes", "--publish")
    path = tmp_path / ("exported" if split else "exported.yaml")
    ok("export", path, *split)
    assert ok("check", path).out.startswith("no problems: 12 flags, 6 experiments, 19 segments")
    assert ok("diff", path, "--set", document_set).out == "nothing changes\n"
    assert ok("plan").out == "nothing changes\n"
    again = tmp_path / "again.yaml"
    ok("export", again)
    assert ok("export").out == again.read_text()


def test_weights_that_change_move_the_fewest_units(ok, folder):
    ok("apply", folder, "--yes", "--publish")
    (folder / "a.yaml").write_text(ramp(share=50))
    ok("apply", folder, "--yes")
    assert "moves 25 % of the units" in ok("plan").out
    ranges = ok("flag", "get", "zz", "-o", "json").json["document"]["rules"][0]["ranges"]
    assert ranges == {"on": ["0%-25%", "75%-100%"], "off": ["25%-75%"]}


def test_what_others_changed_stays_and_a_conflict_writes_nothing(run, ok, folder):
    ok("apply", folder, "--yes")
    ok("flag", "disable", "zz")
    (folder / "a.yaml").write_text(ramp(default="on"))
    told = ok("apply", folder, "--yes", "-o", "json").json
    assert [one["differences"] for one in told["changes"]] == [['default: "off" → "on"']]
    assert ok("flag", "get", "zz", "-o", "json").json["document"]["status"] == "disabled"
    (folder / "a.yaml").write_text(ramp(default="on") + "    status: enabled\n")
    done = run("apply", folder, "--yes")
    assert done.code == ExitCode.CONFLICT
    assert done.out.startswith("conflict  flags/zz status\n")
    assert ok("flag", "get", "zz", "-o", "json").json["document"]["status"] == "disabled"


def test_what_left_the_folder_is_removed_unless_it_is_kept(run, ok, folder):
    (folder / "b.yaml").write_text("segments: {all: {kind: everyone}}")
    ok("apply", folder, "--yes")
    (folder / "b.yaml").unlink()
    assert ok("diff", folder, "--keep-missing").out == "nothing changes\n"
    assert ok("diff", folder, "--set", "other").out == "nothing changes\n"
    shown = "removed   segments/all\n          it is active\n1 removed\n"
    assert run("diff", folder).out == f"live      segments/all left the documents\n{shown}"
    refused = run("apply", folder, "--yes")
    assert (refused.code, "`--prune`" in refused.err) == (ExitCode.REFUSED, True)
    ok("segment", "get", "all")
    assert run("diff", folder, "--prune").out == shown
    ok("apply", folder, "--yes", "--prune")
    assert run("segment", "get", "all").code == ExitCode.NOT_FOUND


def test_what_was_archived_leaves_the_folder_and_stays_in_the_store(run, ok, folder):
    (folder / "b.yaml").write_text("segments: {all: {kind: everyone}}")
    ok("apply", folder, "--yes")
    (folder / "b.yaml").write_text("segments: {all: {kind: everyone, status: archived}}")
    ok("apply", folder, "--yes")
    (folder / "b.yaml").unlink()
    assert ok("diff", folder).out == "nothing changes\n"
    ok("segment", "delete", "all", "--yes")
    assert run("segment", "get", "all").code == ExitCode.NOT_FOUND


def test_a_folder_may_build_on_another(run, ok, tmp_path, folder):
    (folder / "b.yaml").write_text("segments: {all: {kind: everyone}}")
    other = tmp_path / "other.yaml"
    other.write_text(
        "flags:\n  y:\n    variants: {on: 1, off: 0}\n    default: off\n"
        "    rules: [{name: r, when: {segment: all}, serve: on}]\n"
    )
    early = run("apply", other, "--yes", "--set", "other")
    assert early.code == ExitCode.PROBLEMS
    assert "other.yaml:5:" in early.err
    ok("apply", folder, "--yes")
    ok("apply", other, "--yes", "--set", "other", "--publish")


def test_what_only_the_store_knows_to_be_wrong_is_told_with_its_line(run, ok, folder, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(
        "flags:\n  y:\n    variants: {on: 1, off: 0}\n    default: off\n"
        "    rules: [{when: {flag: zz, variant_is: off}, serve: on}]\n"
    )
    ok("apply", folder, "--yes")
    ok("apply", other, "--yes", "--set", "other")
    (folder / "a.yaml").write_text("flags:\n  zz: {variants: {on: 1}, default: on}\n")
    done = run("apply", folder, "--yes")
    assert done.code == ExitCode.PROBLEMS
    assert done.err == (
        "a.yaml:2:18: flag `y` asks for variant `off`: keep it, or change that first\n"
        "  zz: {variants: {on: 1}, default: on}\n"
        "                 ^\n"
        f"error: `{folder}` has problems: nothing is applied\n"
    )
    assert run("diff", folder).code == ExitCode.REFUSED
