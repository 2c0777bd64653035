"""Static segments that are changed by a query, or by another segment: all of it or nothing."""

import pytest
from evaluating import (
    cancel,
    evaluate,
    history,
    listed,
    make_dynamic,
    make_query,
    make_static,
    outcome,
    users,
    wait,
)
from making import make_segment, move

from turnout.control.v1 import audit_pb2
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.segments.failures import QueryFailed


def populate(plane, key="s", **fields):
    request = pb.PopulateFromQueryRequest(name=f"segments/{key}", query="queries/q", **fields)
    return plane.segments.PopulateFromQuery(request)


def remove(plane, key="s", **fields):
    request = pb.RemoveByQueryRequest(name=f"segments/{key}", query="queries/q", **fields)
    return plane.segments.RemoveByQuery(request)


def subtract(plane, other, key="s", **fields):
    request = pb.SubtractSegmentRequest(
        name=f"segments/{key}", subtrahend=f"segments/{other}", **fields
    )
    return plane.segments.SubtractSegment(request)


def counts(found):
    return found.added_count, found.removed_count, found.member_count


@pytest.fixture
def segment(plane):
    make_query(plane)
    return make_static(plane, ids=["user-0", "user-1", "other"])


@pytest.mark.usefixtures("segment")
def test_a_query_adds_members(plane, database):
    database.ids = [*users(4), "user-2", "Käse", " user-2"]
    found = outcome(wait(plane, populate(plane)))
    assert counts(found) == (4, 0, 7)
    assert found.row_count == 7
    assert found.action == pb.EVALUATION_ACTION_POPULATE
    assert found.end_time.ToNanoseconds() > found.start_time.ToNanoseconds()
    assert listed(plane) == [" user-2", "Käse", "other", *users(4)]


@pytest.mark.usefixtures("segment")
def test_a_query_replaces_members(plane, database):
    database.ids = users(3)
    found = outcome(wait(plane, populate(plane, mode=pb.MEMBERS_MODE_REPLACE)))
    assert counts(found) == (1, 1, 3)
    assert listed(plane) == users(3)


@pytest.mark.parametrize("given", [[], ["user-0"]])
@pytest.mark.usefixtures("segment")
def test_one_that_would_take_most_members_away_is_not_taken_unless_that_is_accepted(
    plane, database, given
):
    database.ids = given
    assert outcome(wait(plane, populate(plane, mode=pb.MEMBERS_MODE_REPLACE))) == "SHRINKS"
    assert listed(plane) == ["other", "user-0", "user-1"]
    failed = history(plane)[0].failure_message
    assert f"from 3 to {len(given)} members, and may by 50% at most" in failed
    wanted = (0, 3 - len(given), len(given))
    for fields in ({"dry_run": True}, {"accept_shrink": True}):
        found = outcome(wait(plane, populate(plane, mode=pb.MEMBERS_MODE_REPLACE, **fields)))
        assert counts(found) == wanted
    assert listed(plane) == given


@pytest.mark.usefixtures("segment")
def test_half_of_the_members_may_go(plane, database):
    wait(plane, populate(plane, mode=pb.MEMBERS_MODE_APPEND))
    database.ids = ["user-0", "new"]
    found = outcome(wait(plane, populate(plane, mode=pb.MEMBERS_MODE_REPLACE)))
    assert counts(found) == (1, 2, 2)
    database.ids = ["another"]
    found = outcome(wait(plane, populate(plane, mode=pb.MEMBERS_MODE_REPLACE)))
    assert counts(found) == (1, 2, 1)


@pytest.mark.usefixtures("segment")
def test_a_query_takes_members_out(plane, database):
    database.ids = users(100)
    found = outcome(wait(plane, remove(plane)))
    assert counts(found) == (0, 2, 1)
    assert listed(plane) == ["other"]


def test_parameters_of_the_call_stand_over_those_of_the_query(plane, database):
    make_query(plane, sql="SELECT unit_id FROM users WHERE age > :age", parameters={"age": 1})
    make_static(plane)
    wait(plane, populate(plane))
    wait(plane, populate(plane, parameters={"age": 18}))
    assert [dict(one.parameters) for one in database.asked] == [{"age": 1}, {"age": 18}]
    assert outcome(wait(plane, populate(plane, parameters={"aeg": 18}))) == "BAD_QUERY"


@pytest.mark.usefixtures("segment")
def test_another_static_segment_is_subtracted(plane):
    make_static(plane, "other", users(2))
    assert counts(outcome(wait(plane, subtract(plane, "other")))) == (0, 2, 1)
    assert listed(plane) == ["other"]
    assert listed(plane, "other") == users(2)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.usefixtures("segment")
def test_a_dynamic_segment_is_subtracted_as_it_is_by_then(plane, database, exact):
    make_dynamic(plane, "d", exact_ids=exact)
    assert outcome(wait(plane, subtract(plane, "d"))) == "NOT_EVALUATED"
    database.ids = [*users(1), "somebody"]
    evaluate(plane, "d")
    database.ids = users(2)  # nobody evaluated that
    assert counts(outcome(wait(plane, subtract(plane, "d")))) == (0, 1, 2)
    assert listed(plane) == ["other", "user-1"]


@pytest.mark.usefixtures("segment")
def test_a_dry_run_counts_and_changes_nothing(plane, database):
    make_static(plane, "other", users(1))
    make_dynamic(plane, "d")
    database.ids = users(3)
    evaluate(plane, "d")
    for begun, wanted in (
        (lambda: populate(plane, dry_run=True, mode=pb.MEMBERS_MODE_REPLACE), (1, 1, 3)),
        (lambda: remove(plane, dry_run=True), (0, 2, 1)),
        (lambda: subtract(plane, "other", dry_run=True), (0, 1, 2)),
        (lambda: subtract(plane, "d", dry_run=True), (0, 2, 1)),
    ):
        found = outcome(wait(plane, begun()))
        assert found.dry_run
        assert counts(found) == wanted
    assert listed(plane) == ["other", "user-0", "user-1"]


@pytest.mark.usefixtures("segment")
def test_what_has_no_list_of_members_is_not_subtracted(plane, refused):
    make_segment(plane, "rule")
    with refused("FAILED_PRECONDITION", "NOT_STATIC") as told:
        subtract(plane, "rule")
    assert "it is `rule`, not `static` or `dynamic`" in told[0].message


def test_only_a_static_one_is_changed_and_not_in_the_archive(plane, refused, segment):
    make_dynamic(plane, "d")
    for change in (populate, remove):
        with refused("FAILED_PRECONDITION", "NOT_STATIC"):
            change(plane, "d")
    move(plane.segments, "ArchiveSegment", segment.name)
    with refused("FAILED_PRECONDITION", "ARCHIVED"):
        populate(plane)


@pytest.mark.usefixtures("segment")
def test_a_query_that_fails_after_some_rows_changes_nothing(plane, database):
    database.ids, database.batch = users(5000), 1000
    database.failure = QueryFailed("CONNECTION_LOST", "gone in the middle")
    for change in (populate, remove):
        assert outcome(wait(plane, change(plane))) == "CONNECTION_LOST"
    assert listed(plane) == ["other", "user-0", "user-1"]
    assert [one.failure_reason for one in history(plane)] == ["CONNECTION_LOST"] * 2


@pytest.mark.usefixtures("segment")
def test_a_cancelled_one_changes_nothing(plane, database):
    database.ids = users(5000)
    database.hold()
    operation = populate(plane)
    database.wait_until_held()
    cancel(plane, operation)
    assert outcome(wait(plane, operation)) == "CANCELLED"
    assert listed(plane) == ["other", "user-0", "user-1"]


@pytest.mark.usefixtures("segment")
def test_they_exclude_each_other(plane, database, refused):
    database.hold()
    operation = populate(plane)
    database.wait_until_held()
    with refused("ABORTED", "EVALUATION_RUNNING") as told:
        remove(plane)
    assert told[0].parts["operation"] == operation.name
    database.go_on()
    wait(plane, operation)


def test_a_segment_that_is_archived_meanwhile_keeps_its_members(plane, database, segment):
    database.ids = users(5)
    database.hold()
    operation = populate(plane)
    database.wait_until_held()
    move(plane.segments, "ArchiveSegment", segment.name)
    database.go_on()
    assert outcome(wait(plane, operation)) == "STALE"


@pytest.mark.usefixtures("segment")
def test_the_log_has_counts_and_who(plane, database):
    database.ids = users(4)
    wait(plane, populate(plane))
    request = audit_pb2.ListAuditEventsRequest(
        filter='method = PopulateFromQuery AND resource = "segments/s"'
    )
    (event,) = plane.audit.ListAuditEvents(request).audit_events
    assert event.actor == "loopback"
    assert (event.before["member_count"], event.after["member_count"]) == (3, 5)
    assert plane.audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest()).intact
