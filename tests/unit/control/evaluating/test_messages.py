"""Runs as messages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google.rpc import error_details_pb2

from turnout.control.evaluating.messages import evaluation_message, operation_message
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.store import Evaluation, EvaluationState

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
RUNNING = Evaluation(
    number=17, segment="s", item_id=3, method="EvaluateSegment", dry_run=False, trigger="schedule",
    actor="turnout", started_at=BEGAN, beat_at=BEGAN, ended_at=None, cancel_requested=False,
    version=17, state=EvaluationState.RUNNING, rows=5,
)  # fmt: skip
ENDED = replace(RUNNING, ended_at=BEGAN + timedelta(seconds=3))


def progress(operation):
    found = pb.EvaluationProgress()
    assert operation.metadata.Unpack(found)
    return found


def test_one_that_runs_tells_how_far_it_is():
    operation = operation_message(RUNNING)
    assert (operation.name, operation.done) == ("operations/17", False)
    assert operation.WhichOneof("result") is None
    assert progress(operation).evaluation == "segments/s/evaluations/17"
    assert progress(operation).row_count == 5
    assert progress(operation_message(RUNNING, rows=9)).row_count == 9


def test_one_that_went_well_answers_with_itself():
    done = replace(ENDED, state=EvaluationState.SUCCEEDED, count=4, added=0, removed=None, size=9)
    operation = operation_message(done)
    found = pb.Evaluation()
    assert operation.response.Unpack(found)
    assert found == evaluation_message(done)
    assert (found.scheduled, found.member_count, found.size_bytes) == (True, 4, 9)
    assert found.HasField("added_count")
    assert not found.HasField("removed_count")
    assert found.end_time.ToDatetime(UTC) - found.start_time.ToDatetime(UTC) == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("reason", "code"), [("TIMEOUT", 4), ("STALE", 10), ("BUG", 13), ("SHRINKS", 9), ("NEW", 9)]
)
def test_one_that_failed_says_why(reason, code):
    failed = replace(
        ENDED, state=EvaluationState.FAILED, failure_reason=reason, failure_message="why"
    )
    operation = operation_message(failed)
    assert (operation.error.code, operation.error.message) == (code, "why")
    info = error_details_pb2.ErrorInfo()
    assert operation.error.details[0].Unpack(info)
    assert (info.reason, info.domain) == (reason, "turnout")
    assert info.metadata["segment"] == "segments/s"


def test_one_that_was_cancelled_says_so():
    operation = operation_message(replace(ENDED, state=EvaluationState.CANCELLED))
    assert operation.error.code == 1
    assert "as they were" in operation.error.message
