"""Releases and the log through real stubs."""

import pytest
from making import make_experiment, make_flag, make_segment, move

from turnout.control.v1 import audit_pb2, flag_pb2, segment_pb2, token_pb2, workspace_pb2
from turnout.control.v1 import release_pb2 as pb
from turnout.store import Act


def publish(plane, **fields):
    return plane.releases.Publish(pb.PublishRequest(**fields))


def current(plane):
    return plane.releases.GetSnapshot(pb.GetSnapshotRequest(name="snapshots/current"))


def test_a_plan_says_what_publishing_changes(plane):
    make_flag(plane, status="FLAG_STATUS_ENABLED")
    plan = plane.releases.Plan(pb.PlanRequest())
    assert not plan.HasField("current")
    changes = [(one.name, one.kind, list(one.authors)) for one in plan.changes]
    assert ("flags/f", pb.CHANGE_KIND_ADDED, ["loopback"]) in changes
    first = publish(plane, comment="first", plan_id=plan.plan_id)
    assert (first.revision, first.comment, first.publisher) == (1, "first", "loopback")
    assert first.current
    assert "flags/f" in first.changed
    assert not plane.releases.Plan(pb.PlanRequest()).changes


def test_a_plan_of_before_is_refused(plane, refused):
    plan = plane.releases.Plan(pb.PlanRequest())
    make_flag(plane)
    with refused("ABORTED", "PLAN_OUTDATED"):
        publish(plane, plan_id=plan.plan_id)


def test_going_back_makes_a_new_revision_and_leaves_the_items(plane, refused):
    name = make_flag(plane, status="FLAG_STATUS_ENABLED").name
    first = publish(plane)
    move(plane.flags, "DisableFlag", name)
    publish(plane)
    back = plane.releases.Rollback(pb.RollbackRequest(name="snapshots/1", comment="oh"))
    assert (back.revision, back.rollback_of, back.id) == (3, 1, first.id)
    assert current(plane) == back
    status = plane.flags.GetFlag(flag_pb2.GetFlagRequest(name=name)).status
    assert status == flag_pb2.FLAG_STATUS_DISABLED
    with refused("NOT_FOUND", "SNAPSHOT_NOT_FOUND"):
        plane.releases.Rollback(pb.RollbackRequest(name="snapshots/99"))
    with refused("INVALID_ARGUMENT", "BAD_NAME"):
        plane.releases.Rollback(pb.RollbackRequest(name="snapshots/latest"))


def test_snapshots_come_in_pages_the_newest_first(plane, refused):
    for at in range(3):
        make_flag(plane, f"f-{at}", status="FLAG_STATUS_ENABLED")
        publish(plane)
    page = plane.releases.ListSnapshots(pb.ListSnapshotsRequest(page_size=2))
    assert [one.revision for one in page.snapshots] == [3, 2]
    assert [one.current for one in page.snapshots] == [True, False]
    request = pb.ListSnapshotsRequest(page_size=2, page_token=page.next_page_token)
    rest = plane.releases.ListSnapshots(request)
    assert [one.revision for one in rest.snapshots] == [1]
    assert not rest.next_page_token
    with refused("NOT_FOUND", "SNAPSHOT_NOT_FOUND"):
        plane.releases.GetSnapshot(pb.GetSnapshotRequest(name="snapshots/4"))


def test_validating_publishes_nothing(plane, refused):
    make_flag(plane, status="FLAG_STATUS_ENABLED")
    assert publish(plane, validate_only=True).revision == 1
    with refused("NOT_FOUND", "SNAPSHOT_NOT_FOUND"):
        current(plane)
    assert publish(plane).revision == 1


def test_a_store_with_problems_is_not_published(plane, refused):
    make_segment(plane, status="SEGMENT_STATUS_ACTIVE")
    with plane.store.write(Act("test", "UpdateSegment")) as tx:
        item = tx.items.get("segment", "s")
        tx.items.change(item, body={**item.body, "match": {"segment": "none"}})
    with refused("FAILED_PRECONDITION", "HAS_PROBLEMS") as told:
        publish(plane)
    assert "unknown segment `none`" in told[0].subjects["segments/s match.segment"]
    problems = plane.releases.Plan(pb.PlanRequest()).problems
    assert [(one.name, one.field) for one in problems] == [("segments/s", "match.segment")]


def test_every_write_is_in_the_log_with_before_and_after(plane):
    flag = make_flag(plane, description="old")
    given = flag_pb2.Flag(name=flag.name, description="new")
    plane.flags.UpdateFlag(flag_pb2.UpdateFlagRequest(flag=given))
    make_segment(plane, kind="SEGMENT_KIND_STATIC")
    plane.segments.AddMembers(
        segment_pb2.AddMembersRequest(name="segments/s", unit_ids=["u-1", "u-2"])
    )
    plane.workspace.UpdateWorkspace(
        workspace_pb2.UpdateWorkspaceRequest(workspace={"timezone": "Europe/Berlin"})
    )
    make_experiment(plane)
    move(plane.experiments, "StartExperiment", "experiments/e")
    publish(plane)
    events = plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest()).audit_events
    told = [(one.method, one.resource) for one in events]
    assert told == [
        ("Publish", "snapshots/1"),
        ("StartExperiment", "experiments/e"),
        ("CreateExperiment", "experiments/e"),
        ("UpdateWorkspace", "workspace"),
        ("AddMembers", "segments/s"),
        ("CreateSegment", "segments/s"),
        ("UpdateFlag", "flags/f"),
        ("CreateFlag", "flags/f"),
    ]
    assert [one.name for one in events] == [f"auditEvents/{at}" for at in range(8, 0, -1)]
    assert not events[-1].HasField("before")
    assert events[-2].before["description"] == "old"
    assert events[-2].after["description"] == "new"
    assert list(events[4].after["added"]) == ["u-1", "u-2"]
    verdict = plane.audit.VerifyAuditEvents(audit_pb2.VerifyAuditEventsRequest())
    assert (verdict.intact, verdict.event_count) == (True, 8)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 3),
        ('actor = "loopback"', 3),
        ("actor = anna", 0),
        ('resource = "flags/*"', 2),
        ('resource = "flags/a" AND method = CreateFlag', 1),
        ('time >= "2020-01-01T00:00:00Z"', 3),
        ('time < "2020-01-01T00:00:00Z"', 0),
    ],
)
def test_the_log_is_filtered(plane, text, found):
    make_flag(plane, "a")
    make_flag(plane, "b")
    make_segment(plane)
    request = audit_pb2.ListAuditEventsRequest(filter=text)
    assert len(plane.audit.ListAuditEvents(request).audit_events) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("anna", "compared with nothing"),
        ("time >= yesterday", "is no instant"),
        ("time >= 2026-01-01T00:00:00", "is no instant"),
        ("actor = a AND actor = b", "compared twice"),
        ("actor : a", "compared by `=`"),
    ],
)
def test_a_filter_of_the_log_that_cannot_be_meant_is_refused(plane, refused, text, told):
    with refused("INVALID_ARGUMENT", "BAD_FILTER") as refusal:
        plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest(filter=text))
    assert told in refusal[0].message


def test_the_log_comes_in_pages(plane, refused):
    for key in "abc":
        make_flag(plane, key)
    page = plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest(page_size=2))
    request = audit_pb2.ListAuditEventsRequest(page_size=2, page_token=page.next_page_token)
    rest = plane.audit.ListAuditEvents(request)
    assert [one.name for one in rest.audit_events] == ["auditEvents/1"]
    with refused("INVALID_ARGUMENT", "BAD_PAGE_SIZE"):
        plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest(page_size=-1))


def test_one_event_of_the_log_is_given_by_its_name(plane, refused):
    for key in "ab":
        make_flag(plane, key)
    first = plane.audit.GetAuditEvent(audit_pb2.GetAuditEventRequest(name="auditEvents/1"))
    assert first == plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest()).audit_events[1]
    for name in ("auditEvents/0", "auditEvents/3"):
        with refused("NOT_FOUND", "AUDIT_EVENT_NOT_FOUND"):
            plane.audit.GetAuditEvent(audit_pb2.GetAuditEventRequest(name=name))
    for name in ("", "auditEvents/x", "flags/1", "auditEvents/-1"):
        with refused("INVALID_ARGUMENT", "BAD_NAME"):
            plane.audit.GetAuditEvent(audit_pb2.GetAuditEventRequest(name=name))


class TestWorkspace:
    def update(self, plane, mask=(), **fields):
        return plane.workspace.UpdateWorkspace(
            workspace_pb2.UpdateWorkspaceRequest(workspace=fields, update_mask={"paths": mask})
        )

    def test_it_is_there_from_the_start(self, plane):
        found = plane.workspace.GetWorkspace(workspace_pb2.GetWorkspaceRequest(name="workspace"))
        assert (found.name, found.key, found.timezone) == ("workspace", "default", "UTC")

    def test_its_attributes_check_conditions(self, plane, refused):
        attributes = [{"name": "age", "type": "number", "sensitive": True}]
        changed = self.update(plane, key="shop", attributes=attributes)
        assert changed.attributes[0].sensitive
        with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT"):
            make_segment(plane, match={"attribute": "age", "contains": "x"})

    def test_what_it_would_break_is_told(self, plane, refused):
        make_segment(plane, match={"attribute": "age", "is_at_least": 18})
        with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
            self.update(plane, attributes=[{"name": "age", "type": "list"}])
        assert "segments/s" in told[0].message

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"timezone": "Europe/Berlim"}, "workspace.timezone"),
            ({"key": "a b"}, "workspace.key"),
            ({"attributes": [{"name": "a", "type": "strin"}]}, "workspace.attributes[0].type"),
            ({"attributes": [{"type": "string"}]}, "workspace.attributes[0].name"),
            ({"name": "workspaces/other"}, "workspace.name"),
        ],
    )
    def test_what_is_wrong_is_told_by_field(self, plane, refused, fields, field):
        with refused("INVALID_ARGUMENT") as told:
            self.update(plane, **fields)
        assert list(told[0].fields) == [field]

    def test_an_etag_of_before_is_refused(self, plane, refused):
        etag = self.update(plane, timezone="Europe/Berlin").etag
        self.update(plane, timezone="UTC", etag=etag)
        with refused("ABORTED", "ETAG_MISMATCH"):
            self.update(plane, timezone="Europe/Paris", etag=etag)


def test_an_event_that_no_message_can_carry_is_shortened(plane):
    body = {"include_units": [f"{at}-{'x' * 100}" for at in range(40_000)]}
    with plane.store.write(Act("test", "ApplyDocuments")) as tx:
        tx.items.create("segment", "s", body, "draft")
    events = plane.audit.ListAuditEvents(audit_pb2.ListAuditEventsRequest()).audit_events
    assert events[0].after["too_large_to_show"]
    assert events[0].after["size_bytes"] > 4_000_000


def test_nobody_publishes_what_they_wrote_where_two_have_to(start, refused):
    plane = start(authentication=True, releasing={"require_second_person": True})
    admin = plane.as_token(plane.server.first_token)
    tokens = {
        name: admin.tokens.CreateToken(
            token_pb2.CreateTokenRequest(token={"role": "ROLE_PUBLISHER"}, token_id=name)
        ).secret
        for name in ("anna", "ben")
    }
    anna, ben = (plane.as_token(secret) for secret in tokens.values())
    make_flag(anna, status="FLAG_STATUS_ENABLED")
    with refused("PERMISSION_DENIED", "NEEDS_SECOND_PERSON") as told:
        publish(anna)
    assert told[0].parts == {"actor": "anna"}
    assert "flags/f" in told[0].subjects
    assert publish(ben).publisher == "ben"
