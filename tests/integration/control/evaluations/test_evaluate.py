"""Evaluations by RPC: what they replace, and everything that leaves the members as they are."""

import pytest
from evaluating import (
    begin,
    cancel,
    evaluate,
    history,
    make_dynamic,
    make_query,
    make_static,
    members,
    outcome,
    users,
    wait,
)
from google.longrunning import operations_pb2
from making import move
from sqlalchemy import text

from servers.queried import FakeConnections
from servers.waiting import wait_until
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.control.v1 import query_pb2, release_pb2, segment_pb2
from turnout.segments.failures import QueryFailed
from turnout.store import Act


def state(evaluation):
    return pb.EvaluationState.Name(evaluation.state).removeprefix("EVALUATION_STATE_")


@pytest.fixture
def segment(plane, database):
    """An active one with 100 members."""
    make_query(plane)
    made = make_dynamic(plane)
    database.ids = users(100)
    assert evaluate(plane).member_count == 100
    return made


def test_the_result_of_the_query_becomes_the_members(plane, database, tmp_path):
    make_query(plane, parameters={"days": 30}, sql="SELECT unit_id FROM users WHERE :days > 1")
    make_dynamic(plane, parameters={"days": 7})
    assert members(plane, tmp_path) is None
    database.ids = [*users(3000), *users(10)]
    found = evaluate(plane)
    assert (found.row_count, found.member_count) == (3010, 3000)
    assert state(found) == "SUCCEEDED"
    assert found.name.startswith("segments/s/evaluations/")
    assert found.operation == f"operations/{found.name.rpartition('/')[2]}"
    assert database.asked[0].parameters == {"days": 7}
    assert found.revision == 0, "nothing is published: they wait"
    held = members(plane, tmp_path)
    assert len(held) == 3000
    assert held.sha256 == found.set_sha256
    assert all(held.contains(one) for one in users(3000))
    assert not held.contains("user-3000")
    database.ids = users(3000, 100)
    again = evaluate(plane)
    assert (again.member_count, again.added_count, again.removed_count) == (3000, 100, 100)
    assert [one.name for one in history(plane)] == [again.name, found.name]
    request = segment_pb2.GetSegmentRequest(name="segments/s")
    assert plane.segments.GetSegment(request).member_count == 3000


def test_it_is_live_at_once_and_nothing_else_goes_along(plane, database):
    make_query(plane)
    make_dynamic(plane)
    plane.released.publish(Act("anna", "Publish"))
    make_static(plane, "other", ["u-1"])
    database.ids = users(10)
    assert evaluate(plane).revision == 2
    assert history(plane)[0].revision == 2
    found = plane.releases.GetSnapshot(release_pb2.GetSnapshotRequest(name="snapshots/current"))
    assert found.revision == 2
    assert plane.released.published("segments/other") is None
    # What was written goes with the next publication, and the members stay.
    assert plane.released.publish(Act("anna", "Publish")).revision == 3


@pytest.mark.usefixtures("segment")
def test_a_dry_run_counts_and_keeps_nothing(plane, database, tmp_path):
    before = members(plane, tmp_path).sha256
    database.ids = users(10)
    found = evaluate(plane, dry_run=True)
    assert (found.dry_run, found.member_count, found.removed_count) == (True, 10, 90)
    assert found.set_sha256 == ""
    assert members(plane, tmp_path).sha256 == before


def test_that_of_a_draft_is_a_dry_run(plane, database, tmp_path):
    make_query(plane)
    make_dynamic(plane, status="SEGMENT_STATUS_DRAFT")
    database.ids = users(10)
    found = evaluate(plane)
    assert (found.dry_run, found.member_count) == (True, 10)
    assert members(plane, tmp_path) is None


def test_a_paused_one_is_evaluated_by_hand(plane, database, segment, tmp_path):
    move(plane.segments, "PauseSegment", segment.name)
    database.ids = users(90)
    assert evaluate(plane).member_count == 90
    assert len(members(plane, tmp_path)) == 90


def test_an_archived_one_is_not(plane, refused, segment):
    move(plane.segments, "ArchiveSegment", segment.name)
    with refused("FAILED_PRECONDITION", "ARCHIVED") as told:
        begin(plane)
    assert told[0].parts["allowed_verbs"] == "Restore"


def test_only_a_dynamic_one_is(plane, refused):
    make_static(plane)
    with refused("FAILED_PRECONDITION", "NOT_DYNAMIC") as told:
        begin(plane)
    assert told[0].parts["kind"] == "static"
    with refused("NOT_FOUND", "SEGMENT_NOT_FOUND"):
        begin(plane, "nobody")


@pytest.mark.usefixtures("segment")
def test_one_runs_at_a_time(plane, database, refused):
    database.hold()
    first = begin(plane)
    database.wait_until_held()
    with refused("ABORTED", "EVALUATION_RUNNING") as told:
        begin(plane)
    assert told[0].parts["operation"] == first.name
    assert first.name in told[0].message
    database.go_on()
    assert outcome(wait(plane, first)).member_count == 100
    assert evaluate(plane).member_count == 100


@pytest.mark.usefixtures("tmp_path")
def test_so_many_run_at_once_and_others_wait(start, database):
    plane = start(connections=FakeConnections(database), at_once=1)
    make_query(plane)
    for key in ("a", "b"):
        make_dynamic(plane, key)
    database.ids = users(5)
    database.hold()
    first, second = begin(plane, "a"), begin(plane, "b")
    database.wait_until_held()
    assert len(database.asked) == 1
    database.go_on()
    assert outcome(wait(plane, first)).member_count == 5
    assert outcome(wait(plane, second)).member_count == 5


@pytest.mark.usefixtures("segment")
def test_a_cancelled_one_changes_nothing(plane, database, tmp_path):
    before = members(plane, tmp_path).sha256
    database.ids = users(500)
    database.hold()
    operation = begin(plane)
    database.wait_until_held()
    cancel(plane, operation)
    done = wait(plane, operation)
    assert outcome(done) == "CANCELLED"
    assert done.error.code == 1
    assert members(plane, tmp_path).sha256 == before
    assert state(history(plane)[0]) == "CANCELLED"
    cancel(plane, operation)  # what is over stays as it is
    database.go_on()
    assert evaluate(plane).member_count == 500


FAILURES = [
    ("TIMEOUT", 4), ("CONNECTION_LOST", 14), ("SYNTAX", 9), ("NO_ID_COLUMN", 9),
    ("MIXED_TYPES", 9), ("NOT_READ_ONLY", 9), ("FAILED", 9),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "code"), FAILURES)
@pytest.mark.usefixtures("segment")
def test_a_query_that_fails_changes_nothing_and_says_why(plane, database, tmp_path, reason, code):
    before = members(plane, tmp_path).sha256
    database.failure = QueryFailed(reason, "the database says so")
    done = wait(plane, begin(plane))
    assert (outcome(done), done.error.code) == (reason, code)
    wanted = "took longer than" if reason == "TIMEOUT" else "the database says so"
    assert wanted in done.error.message
    assert members(plane, tmp_path).sha256 == before
    told = history(plane)[0]
    assert (state(told), told.failure_reason) == ("FAILED", reason)
    database.failure = None
    assert evaluate(plane).member_count == 100


@pytest.mark.parametrize(
    ("ids", "limit", "reason"),
    [(users(50), 49, "TOO_MANY_ROWS"), ([*users(5), None], 1000, "NULL_ID")],
)
def test_a_result_that_is_cut_off_or_has_no_ids_is_not_taken(
    plane, database, tmp_path, ids, limit, reason
):
    make_query(plane, limit=limit)
    make_dynamic(plane)
    database.ids = ids
    assert evaluate(plane) == reason
    assert members(plane, tmp_path) is None


@pytest.mark.usefixtures("segment")
def test_one_that_shrinks_too_far_is_not_taken_unless_that_is_meant(plane, database, tmp_path):
    before = members(plane, tmp_path).sha256
    database.ids = users(49)
    done = wait(plane, begin(plane))
    assert outcome(done) == "SHRINKS"
    assert "from 100 to 49" in done.error.message
    assert members(plane, tmp_path).sha256 == before
    assert evaluate(plane, accept_shrink=True).member_count == 49


@pytest.mark.usefixtures("segment")
def test_a_query_that_was_changed_meanwhile_is_not_taken(plane, database, tmp_path):
    before = members(plane, tmp_path).sha256
    database.ids = users(200)
    database.hold()
    operation = begin(plane)
    database.wait_until_held()
    query = query_pb2.Query(name="queries/q", sql="SELECT unit_id FROM others")
    plane.queries.UpdateQuery(query_pb2.UpdateQueryRequest(query=query))
    database.go_on()
    done = wait(plane, operation)
    assert outcome(done) == "STALE"
    assert "query `q` was changed meanwhile" in done.error.message
    assert members(plane, tmp_path).sha256 == before


def test_a_segment_that_was_archived_meanwhile_keeps_its_members(
    plane, database, segment, tmp_path
):
    before = members(plane, tmp_path).sha256
    database.ids = users(200)
    database.hold()
    operation = begin(plane)
    database.wait_until_held()
    move(plane.segments, "ArchiveSegment", segment.name)
    database.go_on()
    assert outcome(wait(plane, operation)) == "STALE"
    assert members(plane, tmp_path).sha256 == before


def test_a_description_that_was_changed_meanwhile_does_no_harm(plane, database, segment):
    database.hold()
    operation = begin(plane)
    database.wait_until_held()
    changed = segment_pb2.Segment(name=segment.name, description="said anew")
    plane.segments.UpdateSegment(segment_pb2.UpdateSegmentRequest(segment=changed))
    database.go_on()
    assert outcome(wait(plane, operation)).member_count == 100


@pytest.mark.usefixtures("database")
def test_a_connection_that_nobody_declared_is_told(plane):
    make_query(plane, connection="elsewhere")
    make_dynamic(plane)
    done = wait(plane, begin(plane))
    assert outcome(done) == "UNKNOWN_CONNECTION"
    assert "there is no connection `elsewhere`: there are `fake`" in done.error.message


@pytest.mark.usefixtures("database", "segment")
def test_a_repeated_request_starts_one(plane):
    request_id = "6f1c1c1e-9f0a-4c1b-8a53-0d6a7c1f2b3d"
    first = begin(plane, request_id=request_id)
    assert begin(plane, request_id=request_id).name == first.name
    wait(plane, first)
    assert len(history(plane)) == 2


@pytest.mark.usefixtures("segment")
def test_progress_is_told(plane, database):
    database.ids = users(3000)
    database.hold()
    operation = begin(plane)

    def progress():
        request = operations_pb2.GetOperationRequest(name=operation.name)
        found = plane.operations.GetOperation(request)
        told = pb.EvaluationProgress()
        assert found.metadata.Unpack(told)
        assert not found.done
        return told

    wait_until(lambda: progress().row_count == 1000, "a batch came")
    assert progress().segment == "segments/s"
    database.go_on()
    wait(plane, operation)


@pytest.mark.usefixtures("segment")
def test_the_files_of_a_run_are_gone_after_it(plane, database, tmp_path):
    database.failure = QueryFailed("FAILED", "no")
    evaluate(plane)
    wait_until(lambda: not list((tmp_path / "runs").iterdir()), "nothing is left")


@pytest.mark.usefixtures("tmp_path")
def test_a_plane_that_ends_says_so_of_what_runs(start, database):
    plane = start(connections=FakeConnections(database))
    make_query(plane)
    make_dynamic(plane)
    database.ids = users(5)
    database.hold()
    begin(plane)
    database.wait_until_held()
    plane.evaluator.stop()
    (told,) = history(plane)
    assert (state(told), told.failure_reason) == ("FAILED", "INTERRUPTED")


@pytest.mark.usefixtures("segment")
def test_members_of_before_that_are_damaged_are_replaced(plane, database):
    with plane.store.write(Act("x", "Damage")) as tx:
        zeros = {"zeros": bytes(tx.memberships.of("s").size)}
        tx.audit._connection.execute(text("UPDATE artifact_chunks SET content = :zeros"), zeros)
    database.ids = users(101)
    found = evaluate(plane)
    assert state(found) == "SUCCEEDED"
    assert found.member_count == 101
