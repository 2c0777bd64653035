"""Control planes over one PostgreSQL: what both see, and what is told while it is gone."""

import contextlib

import grpc
import pytest
from making import make_experiment, make_flag, make_segment, move

from servers.waiting import wait_until
from turnout.control.v1 import audit_pb2, flag_pb2, release_pb2, segment_pb2


@pytest.fixture
def url(postgres):
    url = postgres.new_database()
    yield url
    postgres.drop(url)


def names(plane):
    return [one.name for one in plane.flags.ListFlags(flag_pb2.ListFlagsRequest()).flags]


def test_two_control_planes_share_everything(start, url, refused):
    one, other = start(url), start(url)
    made = make_flag(one, "f", description="one")
    assert names(other) == ["flags/f"]
    given = flag_pb2.Flag(name=made.name, etag=made.etag, description="two")
    changed = other.flags.UpdateFlag(flag_pb2.UpdateFlagRequest(flag=given))
    with refused("ABORTED", "ETAG_MISMATCH") as told:
        one.flags.UpdateFlag(flag_pb2.UpdateFlagRequest(flag=given))
    assert told[0].parts["etag"] == changed.etag
    make_segment(one, kind="SEGMENT_KIND_STATIC", status="SEGMENT_STATUS_ACTIVE")
    request = segment_pb2.AddMembersRequest(name="segments/s", unit_ids=["u-1", "ä", "Z"])
    assert other.segments.AddMembers(request).added_count == 3
    make_flag(other, "g", rules=[{"when": {"segment": "s"}, "serve": "on"}])
    move(one.flags, "EnableFlag", "flags/g")
    with refused("FAILED_PRECONDITION", "IN_USE"):
        other.segments.ArchiveSegment(segment_pb2.ArchiveSegmentRequest(name="segments/s"))
    make_experiment(other)
    move(one.experiments, "StartExperiment", "experiments/e")
    plan = other.releases.Plan(release_pb2.PlanRequest())
    published = one.releases.Publish(release_pb2.PublishRequest(plan_id=plan.plan_id))
    asked = release_pb2.GetSnapshotRequest(name="snapshots/current")
    assert other.releases.GetSnapshot(asked) == published
    verdict = other.audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest())
    assert (verdict.intact, verdict.event_count) == (True, 9)


def test_a_database_that_is_gone_is_told_and_comes_back(start, own_postgres, refused):
    plane = start(own_postgres.url())
    make_flag(plane, "before")
    own_postgres.kill()
    with refused("UNAVAILABLE") as told:
        make_flag(plane, "meanwhile")
    assert told[0].retry_s == 1
    assert told[0].reason in ("STORE_UNAVAILABLE", "OUTCOME_UNKNOWN")
    own_postgres.start()

    def comes_back():
        with contextlib.suppress(grpc.RpcError):
            return make_flag(plane, "after")

    wait_until(comes_back, "the database is there again")
    assert names(plane) == ["flags/after", "flags/before"]
    verdict = plane.audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest())
    assert verdict.intact
