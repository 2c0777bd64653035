"""Long-running operations: listed, waited for, cancelled, by any control plane."""

import time

import pytest
from evaluating import (
    begin,
    cancel,
    evaluate,
    history,
    make_dynamic,
    make_query,
    outcome,
    users,
    wait,
)
from google.longrunning import operations_pb2 as pb
from google.protobuf import duration_pb2
from scheduling import make_token

from servers.queried import FakeConnections
from turnout.control.v1 import evaluation_pb2


@pytest.fixture
def segment(plane, database):
    make_query(plane)
    database.ids = users(3)
    return make_dynamic(plane)


def listed(plane, **fields):
    answer = plane.operations.ListOperations(pb.ListOperationsRequest(**fields))
    return [one.name for one in answer.operations], answer.next_page_token


@pytest.mark.usefixtures("segment")
def test_they_are_listed_in_pages_the_newest_first(plane):
    names = [begin_and_wait(plane) for _ in range(3)][::-1]
    assert listed(plane) == (names, "")
    first, token = listed(plane, name="operations", page_size=2)
    assert (first, listed(plane, name="operations", page_size=2, page_token=token)) == (
        names[:2], (names[2:], ""),
    )  # fmt: skip


def begin_and_wait(plane):
    return wait(plane, begin(plane)).name


@pytest.mark.usefixtures("segment")
def test_those_that_run_are_listed_alone(plane, database):
    begin_and_wait(plane)
    assert listed(plane, filter="done = false") == ([], "")
    database.hold()
    running = begin(plane)
    assert listed(plane, filter="done = false") == ([running.name], "")


@pytest.mark.usefixtures("segment")
@pytest.mark.parametrize(
    "request_fields", [{"name": "evaluations"}, {"filter": "done = true"}, {"filter": "x = 1"}]
)
def test_lists_that_cannot_be_meant_are_refused(plane, refused, request_fields):
    with refused("INVALID_ARGUMENT"):
        listed(plane, **request_fields)


@pytest.mark.usefixtures("segment")
def test_one_is_waited_for_as_long_as_was_said(plane, database):
    database.hold()
    operation = begin(plane)
    began = time.monotonic()
    request = pb.WaitOperationRequest(
        name=operation.name, timeout=duration_pb2.Duration(nanos=300_000_000)
    )
    assert not plane.operations.WaitOperation(request).done
    assert 0.3 <= time.monotonic() - began < 10
    database.go_on()
    assert outcome(wait(plane, operation)).member_count == 3


@pytest.mark.usefixtures("plane")
@pytest.mark.parametrize("name", ["operations/x", "operations/", "evaluations/7", ""])
def test_names_that_are_none_are_refused(plane, refused, name):
    for method, request in (
        ("GetOperation", pb.GetOperationRequest),
        ("CancelOperation", pb.CancelOperationRequest),
        ("WaitOperation", pb.WaitOperationRequest),
    ):
        with refused("INVALID_ARGUMENT", "BAD_NAME"):
            getattr(plane.operations, method)(request(name=name))
    with refused("NOT_FOUND", "EVALUATION_NOT_FOUND"):
        plane.operations.GetOperation(pb.GetOperationRequest(name="operations/999999"))


@pytest.mark.usefixtures("segment")
def test_none_is_deleted(plane, refused):
    name = begin_and_wait(plane)
    with refused("UNIMPLEMENTED", "UNKNOWN_METHOD"):
        plane.operations.DeleteOperation(pb.DeleteOperationRequest(name=name))


def test_another_control_plane_tells_of_it_and_cancels_it(start, url, database, tmp_path):
    connections = FakeConnections(database)
    one, other = (
        start(url, connections=connections, runs=tmp_path / name) for name in ("one", "other")
    )
    make_query(one)
    make_dynamic(one)
    database.ids = users(3)
    database.hold()
    operation = begin(one)
    database.wait_until_held()
    found = other.operations.GetOperation(pb.GetOperationRequest(name=operation.name))
    assert not found.done
    cancel(other, operation)
    assert outcome(wait(other, operation)) == "CANCELLED"
    progress = evaluation_pb2.EvaluationProgress()
    assert wait(one, operation).metadata.Unpack(progress)
    assert progress.cancel_requested


def test_roles_say_who_may(start, database, refused):
    plane = start(connections=FakeConnections(database))
    make_query(plane)
    make_dynamic(plane)
    editor = plane.as_token(make_token(plane, "ben", "ROLE_EDITOR"))
    with refused("PERMISSION_DENIED", "ROLE_TOO_SMALL") as told:
        begin(editor)
    assert told[0].parts["needed"] == "publisher"
    limited = plane.as_token(make_token(plane, "pia", key_prefixes=["other-"]))
    with refused("PERMISSION_DENIED", "OUT_OF_REACH"):
        begin(limited)
    database.hold()
    operation = begin(plane)
    viewer = plane.as_token(make_token(plane, "vera", "ROLE_VIEWER"))
    assert listed(viewer)[0] == [operation.name]
    for caller, reason in ((viewer, "ROLE_TOO_SMALL"), (limited, "OUT_OF_REACH")):
        with refused("PERMISSION_DENIED", reason):
            cancel(caller, operation)
    cancel(editor, operation)
    assert outcome(wait(viewer, operation)) == "CANCELLED"


@pytest.mark.usefixtures("segment")
def test_evaluations_are_found_by_their_names(plane, refused):
    made = evaluate(plane)
    request = evaluation_pb2.GetEvaluationRequest(name=made.name)
    assert plane.segments.GetEvaluation(request) == made
    make_dynamic(plane, "t")
    for name in ("segments/t/evaluations/" + made.name.rpartition("/")[2],
                 "segments/s/evaluations/999999"):  # fmt: skip
        with refused("NOT_FOUND", "EVALUATION_NOT_FOUND"):
            plane.segments.GetEvaluation(evaluation_pb2.GetEvaluationRequest(name=name))
    for name in ("segments/s", "segments/s/evaluations/x", "evaluations/7"):
        with refused("INVALID_ARGUMENT", "BAD_NAME"):
            plane.segments.GetEvaluation(evaluation_pb2.GetEvaluationRequest(name=name))


@pytest.mark.usefixtures("segment")
def test_the_history_of_all_segments_comes_in_pages(plane, refused):
    make_dynamic(plane, "t")
    names = [evaluate(plane, key).name for key in ("s", "t", "s")][::-1]
    request = evaluation_pb2.ListEvaluationsRequest(parent="segments/-", page_size=2)
    page = plane.segments.ListEvaluations(request)
    assert [one.name for one in page.evaluations] == names[:2]
    request.page_token = page.next_page_token
    page = plane.segments.ListEvaluations(request)
    assert [one.name for one in page.evaluations] == names[2:]
    assert not page.next_page_token
    assert len(history(plane, "t")) == 1
    with refused("NOT_FOUND", "SEGMENT_NOT_FOUND"):
        history(plane, "nobody")
