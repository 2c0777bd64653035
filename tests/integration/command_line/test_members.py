"""Members of segments by the command line: files, evaluations, their history."""

import os
import threading
import time

import pytest

from servers.waiting import wait_until
from turnout.cli.exit_codes import ExitCode
from turnout.segments.failures import QueryFailed

DOCUMENTS = """\
queries:
  users:
    connection: fake
    sql: "SELECT unit_id FROM users WHERE age > :age"
    parameters: {age: 18}
segments:
  vips: {kind: static, members: [u-1, u-2]}
  known: {kind: static, members: [u-2, u-3]}
  adults: {kind: dynamic, query: users, parameters: {age: 21}}
"""


@pytest.fixture(autouse=True)
def documents(run, tmp_path, plane):  # noqa: ARG001 - it is asked
    path = tmp_path / "documents.yaml"
    path.write_text(DOCUMENTS)
    done = run("apply", path, "--yes")
    assert done.code == ExitCode.OK, done.err


def listed(run, key="vips"):
    return run("segment", "members", "list", key, "-o", "json").json["unit_ids"]


def file(tmp_path, name, *lines):
    path = tmp_path / name
    path.write_text("\n".join([*lines, ""]))
    return path


def test_a_file_is_imported(run, tmp_path):
    path = file(tmp_path, "a.csv", "name,unit_id", "anna,u-2", "ben, u-9")
    done = run("segment", "members", "import", "vips", path)
    assert done.out == (
        "added 1 of 2 given, so that there are 3 in the store;"
        " decisions change with `turnout publish`\n"
    )
    assert listed(run) == [" u-9", "u-1", "u-2"]
    done = run("segment", "members", "import", "vips", path, "--replace", "-o", "json")
    assert done.json == {
        "given_count": 2, "added_count": 0, "removed_count": 1, "member_count": 2,
        "skipped_count": 0, "broken_rows": [],
    }  # fmt: skip
    assert listed(run) == [" u-9", "u-2"]


def test_a_broken_row_is_named_and_nothing_is_applied(run, tmp_path):
    lines = [f"user-{number}" for number in range(50_000)]
    lines[30_000] = "{"
    path = file(tmp_path, "a.jsonl", *(f'"{one}"' if one != "{" else one for one in lines), "[]")
    done = run("segment", "members", "import", "vips", path)
    assert done.code == ExitCode.PROBLEMS
    assert done.err == (
        f"error: {path}:30001: it is no JSON\n"
        f"{path}:50001: the unit id is neither text nor a whole number\n"
        "2 broken rows: nothing was changed, unless `--skip-bad` leaves them out\n"
    )
    assert listed(run) == ["u-1", "u-2"]
    done = run("segment", "members", "import", "vips", path, "--skip-bad")
    assert done.out.startswith("added 49,999 of 49,999 given, so that there are 50,001")
    assert done.err.endswith("skipped 2 broken rows\n")


def test_a_quote_that_is_too_many_takes_no_good_rows_with_it(run, tmp_path):
    path = file(tmp_path, "a.csv", "id", "a", '"b', "c", "d", "e")
    told = f"{path}:3: lines 3 to 6: unexpected end of data"
    done = run("segment", "members", "import", "vips", path)
    assert done.code == ExitCode.PROBLEMS
    assert done.err.startswith(f"error: {told}\n1 broken row: nothing was changed")
    done = run("segment", "members", "import", "vips", path, "--skip-bad")
    assert done.code == ExitCode.PROBLEMS
    assert done.err == (
        f"error: {told}: good rows may be in it: nothing was changed;"
        " look for a quote that is too many in line 3\n"
    )
    assert listed(run) == ["u-1", "u-2"]


def test_what_writes_a_file_may_take_its_time_until_its_first_row(run, tmp_path, monkeypatch):
    monkeypatch.setattr("turnout.control.streams.SILENCE_S", 0.3)
    path = tmp_path / "slow"
    os.mkfifo(path)

    def write():
        with path.open("w") as pipe:
            time.sleep(1.5)
            pipe.write("u-3\n")

    writer = threading.Thread(target=write)
    writer.start()
    done = run("segment", "members", "import", "vips", path)
    writer.join()
    assert done.out.startswith("added 1 of 1 given"), done.err


def test_an_import_can_be_tried(run, tmp_path):
    path = file(tmp_path, "a.txt", "u-2", "u-3")
    done = run("segment", "members", "import", "vips", path, "--dry-run")
    assert done.out == "would have added 1 of 2 given: nothing was changed\n"
    assert listed(run) == ["u-1", "u-2"]


def test_what_the_control_plane_refuses_is_told(run, tmp_path):
    path = file(tmp_path, "a.txt", "u-3")
    done = run("segment", "members", "import", "adults", path)
    assert done.code == ExitCode.REFUSED
    assert "it is `dynamic`, not `static`" in done.err
    assert run("segment", "members", "import", "nobody", path).code == ExitCode.NOT_FOUND
    missing = run("segment", "members", "import", "vips", tmp_path / "none.csv")
    assert missing.code == ExitCode.USAGE


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.txt", "out.parquet"])
def test_what_is_exported_is_imported_again(run, tmp_path, name):
    path = tmp_path / name
    told = run("segment", "members", "export", "vips", path).out
    assert told == f"wrote 2 members to `{path}`\n"
    done = run("segment", "members", "import", "known", path, "--replace")
    assert done.out.startswith("added 1, removed 1 of 2 given")
    assert listed(run, "known") == ["u-1", "u-2"]


def test_members_are_exported_to_standard_output(run):
    assert run("segment", "members", "export", "vips").out == "u-1\nu-2\n"
    told = run("segment", "members", "export", "vips", "--format", "csv").out
    assert told == "unit_id\nu-1\nu-2\n"
    done = run("segment", "members", "export", "adults")
    assert done.code == ExitCode.REFUSED
    assert "has no members yet: evaluate it first" in done.err


def test_a_segment_is_evaluated(run, database):
    database.ids = ["u-1", "u-2", "u-2"]
    done = run("segment", "evaluate", "adults")
    assert done.out == "2 members, of 3 rows: these wait for `turnout publish`\n"
    assert database.asked[0].parameters == {"age": 21}
    database.ids = ["u-1", "u-3"]
    told = run("segment", "evaluate", "adults", "--dry-run").out
    assert told == "there would be 2 members, 1 added, 1 removed, of 2 rows: nothing was changed\n"
    told = run("segment", "evaluate", "adults", "-o", "json").json
    assert (told["state"], told["member_count"], told["added_count"]) == ("succeeded", 2, 1)


def evaluated(run):
    """What is told of an evaluation, behind its counts."""
    return run("segment", "evaluate", "adults").out.partition(": ")[2].strip()


def test_members_that_wait_to_be_published_are_told(run, database, tmp_path):
    waits = "these wait for `turnout publish`"
    database.ids = ["u-1"]
    assert evaluated(run) == waits
    run("publish", "--yes")
    assert evaluated(run) == "decisions go by them, as revision 2"
    edited = tmp_path / "edited.yaml"
    edited.write_text(DOCUMENTS.replace("age: 21", "age: 30"))
    assert run("apply", edited, "--yes").code == ExitCode.OK
    assert evaluated(run) == waits
    run("publish", "--yes")
    assert evaluated(run) == "decisions go by them, as revision 4"
    told = run("segment", "history", "adults", "-o", "json").json
    assert [one["revision"] for one in told] == [4, None, 2, None]
    lines = run("segment", "history", "adults").out.splitlines()
    assert lines[1].endswith("revision 4")
    assert lines[2].endswith("waited to be published")


def test_members_of_what_was_restored_and_not_published_wait(run, database):
    database.ids = ["u-1"]
    run("publish", "--yes")
    for verb in ("archive", "restore"):
        assert run("segment", verb, "adults").code == ExitCode.OK
        if verb == "archive":
            assert run("publish", "--yes").code == ExitCode.OK
    assert evaluated(run) == "these wait for `turnout publish`"


def test_an_evaluation_that_fails_says_why(run, database):
    database.ids = [f"u-{number}" for number in range(10)]
    run("segment", "evaluate", "adults")
    database.ids = ["u-1"]
    done = run("segment", "evaluate", "adults")
    assert done.code == ExitCode.REFUSED
    assert "would shrink by 90%, from 10 to 1 members" in done.err
    assert "the same with `--accept-shrink`" in done.err
    assert run("segment", "evaluate", "adults", "--accept-shrink").code == ExitCode.OK
    database.failure = QueryFailed("CONNECTION_LOST", "the database went away")
    done = run("segment", "evaluate", "adults", "-o", "json")
    assert done.code == ExitCode.UNAVAILABLE
    assert '"reason": "CONNECTION_LOST"' in done.err
    database.failure = QueryFailed("TIMEOUT", "too slow")
    assert run("segment", "evaluate", "adults").code == ExitCode.DEADLINE
    assert run("segment", "evaluate", "vips").code == ExitCode.REFUSED


def test_one_that_runs_is_not_waited_for_and_not_begun_again(run, database):
    database.ids = ["u-1"]
    database.hold()
    started = run("segment", "evaluate", "adults", "--detach", "-o", "json").json["operation"]
    database.wait_until_held()
    done = run("segment", "evaluate", "adults")
    assert done.code == ExitCode.CONFLICT
    assert f"`{started}`: wait for it, or cancel it" in done.err
    number = started.removeprefix("operations/")
    assert f"`turnout operation wait {number}`, `turnout operation cancel {number}`" in done.err
    assert "running" in run("segment", "history", "adults").out
    database.go_on()
    wait_until(
        lambda: run("segment", "history", "adults", "-o", "json").json[0]["state"] == "succeeded",
        "it ends",
    )


@pytest.fixture
def interrupted(monkeypatch, database):
    """Somebody presses Ctrl-C while an evaluation runs, and answers the question."""

    def press(*, terminal, answer=False):
        asked = []

        def confirm(question, **_):
            asked.append(question)
            return answer

        left = [KeyboardInterrupt]

        def sleep(_seconds):
            if left:
                database.wait_until_held()
                raise left.pop()
            threading.Event().wait(0.01)

        monkeypatch.setattr("turnout.cli.control.operating.time.sleep", sleep)
        monkeypatch.setattr("sys.stdin.isatty", lambda: terminal)
        monkeypatch.setattr("typer.confirm", confirm)
        return asked

    return press


def test_whoever_interrupts_it_is_asked_whether_to_cancel(run, database, interrupted):
    database.ids = ["u-1"]
    database.hold()
    asked = interrupted(terminal=True, answer=True)
    done = run("segment", "evaluate", "adults")
    assert asked[0].startswith("cancel `operations/")
    assert done.code == ExitCode.REFUSED
    assert "it was cancelled: the members are as they were" in done.err
    assert run("segment", "history", "adults", "-o", "json").json[0]["state"] == "cancelled"


@pytest.mark.parametrize("terminal", [True, False])
def test_it_goes_on_where_nobody_wants_it_cancelled(run, database, interrupted, terminal):
    database.ids = ["u-1"]
    database.hold()
    interrupted(terminal=terminal)
    done = run("segment", "evaluate", "adults")
    assert done.code == ExitCode.PROBLEMS
    assert "goes on: `turnout operation wait " in done.err
    database.go_on()
    wait_until(lambda: "succeeded" in run("segment", "history", "adults").out, "it went on")


def test_a_query_is_previewed(run, database):
    database.ids = [f"u-{number}" for number in range(12)]
    done = run("query", "preview", "users", "--sample", 2, "--param", "age=65")
    assert done.out == "u-0\nu-1\n12 members, 2 of them above\n"
    assert database.asked[-1].parameters == {"age": 65}
    told = run("segment", "preview", "adults", "-o", "json").json
    assert (told["count"], len(told["sample"])) == (12, 10)
    assert database.asked[-1].parameters == {"age": 21}
    assert run("segment", "preview", "vips").code == ExitCode.USAGE
    assert run("query", "preview", "users", "--param", "age").code == ExitCode.USAGE
    database.failure = QueryFailed("SYNTAX", "no such table `users`")
    done = run("query", "preview", "users")
    assert (done.code, done.err) == (ExitCode.REFUSED, "error: no such table `users`\n")
    database.failure = QueryFailed("TIMEOUT", "too slow")
    assert run("query", "preview", "users").code == ExitCode.DEADLINE
    database.failure = QueryFailed("CONNECTION_LOST", "it went away")
    assert run("segment", "preview", "adults").code == ExitCode.UNAVAILABLE
    wrong = run("query", "preview", "users", "--param", "ages=3")
    assert wrong.code == ExitCode.REFUSED
    assert "the query has no parameter `ages`" in wrong.err


def test_members_come_and_go_by_a_query(run, database):
    database.ids = ["u-2", "u-3"]
    told = run("segment", "populate", "vips", "users", "--param", "age=30").out
    assert told.startswith("3 members in the store, 1 added, 0 removed, of 2 rows;")
    assert listed(run) == ["u-1", "u-2", "u-3"]
    run("segment", "remove-by-query", "vips", "users")
    assert listed(run) == ["u-1"]
    run("segment", "populate", "vips", "users", "--replace")
    assert listed(run) == ["u-2", "u-3"]
    database.ids = []
    done = run("segment", "populate", "vips", "users", "--replace")
    assert done.code == ExitCode.REFUSED
    assert "would shrink by 100%, from 2 to 0 members" in done.err
    assert listed(run) == ["u-2", "u-3"]
    assert run("segment", "populate", "vips", "users", "--replace", "--accept-shrink").code == 0
    assert listed(run) == []


def test_changes_can_be_tried(run, database):
    database.ids = ["u-2", "u-3"]
    for command in (
        ("populate", "vips", "users", "--replace"), ("remove-by-query", "vips", "users"),
        ("subtract", "vips", "known"),
    ):  # fmt: skip
        assert run("segment", *command, "--dry-run").out.endswith("nothing was changed\n")
    assert listed(run) == ["u-1", "u-2"]


def test_another_segment_is_subtracted(run):
    told = run("segment", "subtract", "vips", "known", "-o", "json").json
    assert (told["action"], told["removed_count"]) == ("subtract", 1)
    assert listed(run) == ["u-1"]


def test_the_history_is_a_table_and_a_chart(run, database, monkeypatch):
    for count in (4, 6, 5):
        database.ids = [f"u-{number}" for number in range(count)]
        run("segment", "evaluate", "adults")
    database.failure = QueryFailed("TIMEOUT", "too slow")
    run("segment", "evaluate", "adults")
    lines = run("segment", "history", "adults").out.splitlines()
    assert lines[0].split() == [
        "number", "started", "took", "by", "what", "outcome", "members", "added", "removed",
        "live",
    ]  # fmt: skip
    assert "failed: TIMEOUT" in lines[1]
    number = lines[1].split()[0]
    assert lines[5:7] == ["", f"{number} failed: the query took longer than 600 s and was ended"]
    assert lines[2].split()[-7:-4] == ["5", "0", "1"]
    assert len(lines) == 7
    assert "│" not in "".join(lines)
    everything = run("segment", "history").out.splitlines()
    assert everything[0].startswith("segment")
    assert everything[1].startswith("adults")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "│" in run("segment", "history", "adults").out
    assert run("segment", "history", "nobody").code == ExitCode.NOT_FOUND


def test_operations_are_listed_shown_and_cancelled(run, database):
    database.ids = ["u-1"]
    database.hold()
    name = run("segment", "evaluate", "adults", "--detach", "-o", "json").json["operation"]
    number = name.removeprefix("operations/")
    database.wait_until_held()
    lines = run("operation", "list").out.splitlines()
    assert lines[0].split() == ["operation", "segment", "what", "started", "rows", "state"]
    assert lines[1].split()[:3] == [number, "adults", "evaluate"]
    assert lines[1].endswith("running")
    assert run("operation", "get", name, "-o", "json").json["state"] == "running"
    assert "running " in run("segment", "get", "adults").out
    told = run("operation", "cancel", number)
    assert told.out == f"`{name}` ends, and changes nothing unless it was done just now\n"
    done = run("operation", "wait", number)
    assert done.code == ExitCode.REFUSED
    assert "it was cancelled: the members are as they were" in done.err
    assert run("operation", "list").out.splitlines()[1:] == []
    assert run("operation", "list", "--ended", "-o", "json").json[0]["state"] == "cancelled"
    assert "is over already: cancelled" in run("operation", "cancel", number).out
    assert run("operation", "get", "999").code == ExitCode.NOT_FOUND


def test_an_operation_is_waited_for(run, database):
    database.ids = ["u-1"]
    told = run("segment", "evaluate", "adults", "--detach").out
    number = told.partition("`operations/")[2].partition("`")[0]
    assert told == (
        f"started `operations/{number}`: `turnout operation wait {number}` waits for it\n"
    )
    assert run("operation", "wait", number).out.startswith("1 member")


def test_a_segment_tells_how_its_last_evaluation_went(run, database):
    assert "last evaluation" not in run("segment", "get", "adults").out
    database.ids = ["u-1"]
    run("segment", "evaluate", "adults")
    assert "last evaluation   succeeded, 20" in run("segment", "get", "adults").out
    database.failure = QueryFailed("FAILED", "no disk\n\nis left")
    run("segment", "evaluate", "adults")
    told = run("segment", "get", "adults").out
    assert "last evaluation   failed: FAILED, 20" in told
    assert "failure           no disk is left" in told
    told = run("segment", "get", "adults", "-o", "json").json
    assert told["newest_evaluations"][0]["failure_reason"] == "FAILED"


def test_what_to_type_next_is_said(run):
    done = run("segment", "members", "list", "adults")
    assert "`turnout segment members export adults`" in done.err
    done = run("segment", "restore", "adults")
    assert "does not allow `restore`: it allows `pause`, `archive`" in done.err
