"""`plan`, `publish`, `rollback` and `snapshots`."""

import json
from datetime import UTC, datetime

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from servers.control import Refusal
from turnout.cli.exit_codes import ExitCode
from turnout.control.v1 import release_pb2

AT = Timestamp()
AT.FromDatetime(datetime(2026, 11, 22, 12, 30, tzinfo=UTC))
CHANGE = release_pb2.PlannedChange(
    name="flags/x", kind=release_pb2.CHANGE_KIND_CHANGED, differences=["default: 1 → 2"]
)
PROBLEM = release_pb2.Problem(name="flags/x", field="default", message="there is no `of`")


def snapshot(revision, **more):
    fields = {"name": f"snapshots/{revision}", "id": "ab" * 32, "publish_time": AT}
    fields |= {"publisher": "anna", "changed": ["flags/x"], "size_bytes": 1234}
    return release_pb2.Snapshot(revision=revision, **(fields | more))


@pytest.fixture
def planned(plane):
    plane.answers["Plan"] = release_pb2.PlanResponse(
        current=snapshot(3), changes=[CHANGE], plan_id="p-1"
    )
    plane.answers["Publish"] = snapshot(4)
    return plane


def test_plan_shows_what_would_change(run, planned):
    done = run("plan")
    assert done.code == ExitCode.OK
    assert done.out == (
        "changed   flags/x\n          default: 1 → 2\n1 changed\n"
        "to publish exactly this: turnout publish --plan p-1\n"
    )
    told = run("plan", "-o", "json").json
    assert told["plan_id"] == "p-1"
    assert told["current"]["revision"] == 3
    assert not planned.requests("Publish")


def test_who_changed_all_of_it_is_said_once(run, plane):
    def changes(*authors):
        return [
            release_pb2.PlannedChange(name=f"flags/{at}", authors=one)
            for at, one in enumerate(authors)
        ]

    plane.answers["Plan"] = release_pb2.PlanResponse(changes=changes(["anna"], ["anna"]))
    assert run("plan").out.startswith("changed   flags/0\nchanged   flags/1\n2 changed, by anna\n")
    plane.answers["Plan"] = release_pb2.PlanResponse(changes=changes(["anna"], ["anna", "ben"]))
    assert "flags/1\n          by anna, ben\n2 changed\n" in run("plan").out


def test_problems_keep_it_from_being_published(run, plane):
    plane.answers["Plan"] = release_pb2.PlanResponse(problems=[PROBLEM], changes=[CHANGE])
    for command in (["plan"], ["publish", "--yes"]):
        done = run(*command)
        assert done.code == ExitCode.PROBLEMS
        assert done.err == (
            "flags/x default: there is no `of`\n"
            "error: the store has 1 problem: nothing can be published\n"
        )
    told = run("plan", "-o", "json")
    assert told.code == ExitCode.PROBLEMS
    assert told.json["problems"][0]["field"] == "default"
    error = json.loads(run("publish", "--yes", "-o", "json").err)["error"]
    assert error["problems"] == [
        {"name": "flags/x", "field": "default", "message": "there is no `of`"}
    ]
    assert not plane.requests("Publish")


def test_publish_shows_the_plan_asks_and_publishes_exactly_that(run, planned, terminal):
    assert run("publish").code == ExitCode.USAGE
    terminal(False)
    assert run("publish").code == ExitCode.PROBLEMS
    assert not planned.requests("Publish")
    terminal(True)
    done = run("publish", "--comment", "spring")
    assert done.out.startswith("changed   flags/x\n")
    assert done.out.endswith("published revision 4 (snapshot abababababab)\n")
    (request,) = planned.requests("Publish")
    assert (request.plan_id, request.comment) == ("p-1", "spring")
    assert len(request.request_id) == 36


def test_publish_of_another_plan_is_a_conflict(run, planned):
    assert run("publish", "--plan", "p-1", "--yes").code == ExitCode.OK
    done = run("publish", "--plan", "p-0", "--yes")
    assert done.code == ExitCode.CONFLICT
    assert "look at `turnout plan` again" in done.err
    assert len(planned.requests("Publish")) == 1


def test_somebody_faster_is_a_conflict(run, planned):
    def refuse(_):
        raise Refusal(grpc.StatusCode.ABORTED, "something changed", reason="PLAN_OUTDATED")

    planned.answers["Publish"] = refuse
    done = run("publish", "--yes")
    assert done.code == ExitCode.CONFLICT
    assert "run it again" in done.err


def test_publish_of_nothing_makes_no_revision(run, planned):
    planned.answers["Plan"] = release_pb2.PlanResponse(current=snapshot(3))
    done = run("publish")
    assert done.code == ExitCode.OK
    assert done.out == "nothing changes\nnothing to publish: what is current says the same\n"
    assert run("publish", "-o", "json").json == {"published": None}
    assert not planned.requests("Publish")


def test_a_first_publish_may_be_of_nothing(run, planned):
    planned.answers["Plan"] = release_pb2.PlanResponse(plan_id="p-0")
    assert run("publish", "--yes", "-o", "json").json["published"]["revision"] == 4


def test_rollback_shows_what_changes_and_asks(run, plane, terminal):
    plane.answers |= {"GetSnapshot": snapshot(4), "Rollback": snapshot(5, rollback_of=3)}
    refused = run("rollback", "3")
    assert refused.code == ExitCode.USAGE
    assert refused.out == "changes   flags/x\n"
    terminal(True)
    done = run("rollback", "snapshots/3", "--comment", "back")
    assert done.code == ExitCode.OK
    assert done.out.endswith("published revision 5 (snapshot abababababab)\n")
    *asked, did = plane.requests("Rollback")
    assert all(one.validate_only and not one.request_id for one in asked)
    assert (did.name, did.comment, did.validate_only) == ("snapshots/3", "back", False)
    assert run("rollback", "3", "--yes", "-o", "json").json["published"]["rollback_of"] == 3


def test_rollback_to_what_is_current_changes_nothing(run, plane):
    plane.answers |= {"GetSnapshot": snapshot(4), "Rollback": snapshot(4)}
    done = run("rollback", "4")
    assert done.code == ExitCode.OK
    assert done.out == "nothing to roll back: what is current says the same\n"
    assert run("rollback", "4", "-o", "json").json == {"published": None}
    assert all(one.validate_only for one in plane.requests("Rollback"))


@pytest.mark.parametrize("revision", ["x", "", "-1", "1.5", "snapshots/x", "²"])
def test_what_is_no_revision_is_wrong_usage(run, plane, revision):
    done = run("rollback", "--yes", "--", revision)
    assert done.code == ExitCode.USAGE
    assert "is no revision" in done.err
    assert not plane.asked


def test_snapshots_are_listed_and_shown(run, plane):
    plane.answers["ListSnapshots"] = release_pb2.ListSnapshotsResponse(
        snapshots=[
            snapshot(2, current=True, rollback_of=1),
            snapshot(1, comment="first", members_of=7),
        ]
    )
    plane.answers["GetSnapshot"] = snapshot(2, current=True)
    lines = [line.split("   ") for line in run("snapshots").out.splitlines()]
    assert [cell.strip() for cell in lines[0] if cell] == [
        "revision", "published", "by", "changed", "comment",
    ]  # fmt: skip
    assert lines[1][-1].strip() == "current, back to 1"
    assert lines[2][-1].strip() == "members only, since 7"
    assert "1 item" in run("snapshots").out
    assert [one["revision"] for one in run("snapshots", "-o", "json").json] == [2, 1]
    assert plane.requests("ListSnapshots")[0].page_size == 20
    shown = run("snapshots", "current").out
    assert "revision    2, current\n" in shown
    assert "size        1,234 bytes\n" in shown
    assert run("snapshots", "2", "-o", "json").json["publish_time"] == "2026-11-22T12:30:00Z"
    assert [one.name for one in plane.requests("GetSnapshot")] == [
        "snapshots/current",
        "snapshots/2",
    ]
