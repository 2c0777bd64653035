"""Queries and the segments that they are for, through real stubs."""

import json
from datetime import UTC, datetime

import pytest

from turnout.control.v1 import audit_pb2 as audit
from turnout.control.v1 import document_pb2 as documents
from turnout.control.v1 import query_pb2 as queries
from turnout.control.v1 import release_pb2 as releases
from turnout.control.v1 import segment_pb2 as segments
from turnout.control.v1 import token_pb2 as tokens
from turnout.engine import MemberSetBuilder
from turnout.releases.finding import found_by
from turnout.store import Act, Membership

SQL = "select id as unit_id from events where day > :since"


def create_query(plane, key="buyers", **fields):
    given = queries.Query(**{"sql": SQL, "parameters": {"since": "2026-01-01"}} | fields)
    return plane.queries.CreateQuery(queries.CreateQueryRequest(query=given, query_id=key))


def create_segment(plane, key="s", **fields):
    given = segments.Segment(kind="SEGMENT_KIND_DYNAMIC", **{"query": "buyers"} | fields)
    return plane.segments.CreateSegment(
        segments.CreateSegmentRequest(segment=given, segment_id=key)
    )


def update(plane, **fields):
    given = queries.Query(name="queries/buyers", **fields)
    return plane.queries.UpdateQuery(queries.UpdateQueryRequest(query=given))


def get(plane, key="buyers"):
    return plane.queries.GetQuery(queries.GetQueryRequest(name=f"queries/{key}"))


def apply(plane, written, **options):
    request = documents.ApplyDocumentsRequest(documents=json.dumps(written), **options)
    return plane.documents.ApplyDocuments(request)


def plan(plane):
    return plane.releases.Plan(releases.PlanRequest())


def publish(plane, **fields):
    return plane.releases.Publish(releases.PublishRequest(**fields))


def test_a_query_says_its_defaults_and_has_no_salt(plane):
    made = create_query(plane, tags=["shop"])
    assert made.name == "queries/buyers"
    assert (made.connection, made.id_column) == ("duckdb", "unit_id")
    assert (made.limit, made.timeout) == (20_000_000, "10 minutes")
    assert dict(made.parameters) == {"since": "2026-01-01"}
    assert get(plane) == made
    with plane.store.read() as tx:
        body = tx.items.get("query", "buyers").body
    assert body == {"tags": ["shop"], "sql": SQL, "parameters": {"since": "2026-01-01"}}


def test_queries_are_listed_with_the_segments_that_use_them(plane):
    for key in ("a", "buyers"):
        create_query(plane, key)
    for key in ("t", "s"):
        create_segment(plane, key)
    found = plane.queries.ListQueries(queries.ListQueriesRequest()).queries
    assert [one.name for one in found] == ["queries/a", "queries/buyers"]
    assert [list(one.segments) for one in found] == [[], ["segments/s", "segments/t"]]
    found = plane.queries.ListQueries(queries.ListQueriesRequest(filter="key = a")).queries
    assert [one.name for one in found] == ["queries/a"]


def test_an_edit_tells_which_segments_take_it_up(plane):
    create_query(plane)
    create_segment(plane)
    changed = update(plane, sql=f"{SQL} and paid")
    assert list(changed.segments) == ["segments/s"]
    assert changed.sql.endswith("and paid")


def test_who_a_query_is_for_is_not_written(plane, refused):
    create_query(plane)
    given = queries.Query(name="queries/buyers", segments=["segments/x"])
    with refused("INVALID_ARGUMENT", "BAD_MASK"):
        plane.queries.UpdateQuery(
            queries.UpdateQueryRequest(query=given, update_mask={"paths": ["segments"]})
        )


def test_an_etag_of_before_is_refused(plane, refused):
    made = create_query(plane)
    update(plane, description="one")
    with refused("ABORTED", "ETAG_MISMATCH"):
        update(plane, description="two", etag=made.etag)


def test_a_query_in_use_is_not_deleted(plane, refused):
    create_query(plane)
    create_segment(plane)
    with refused("FAILED_PRECONDITION", "IN_USE") as told:
        plane.queries.DeleteQuery(queries.DeleteQueryRequest(name="queries/buyers"))
    assert told[0].parts["referrers"] == "segments/s"
    plane.segments.DeleteSegment(segments.DeleteSegmentRequest(name="segments/s"))
    plane.queries.DeleteQuery(queries.DeleteQueryRequest(name="queries/buyers"))
    with refused("NOT_FOUND"):
        get(plane)


def test_writes_of_a_query_are_in_the_log(plane):
    create_query(plane)
    update(plane, description="one")
    found = plane.audit.ListAuditEvents(
        audit.ListAuditEventsRequest(filter='resource = "queries/buyers"')
    ).audit_events
    assert [one.method for one in found] == ["UpdateQuery", "CreateQuery"]


def test_a_dynamic_segment_says_all_that_it_was_given(plane):
    create_query(plane)
    fields = {
        "parameters": {"since": "2026-02-01"},
        "schedule": "0 3 * * *",
        "zone": "Europe/Berlin",
        "jitter": "10 minutes",
        "max_age": "2 days",
        "exact_ids": True,
        "shrinks_at_most": "20%",
    }
    made = create_segment(plane, **fields)
    assert made.lookup == segments.MEMBER_LOOKUP_MEMORY
    assert made.kind == segments.SEGMENT_KIND_DYNAMIC
    assert all(getattr(made, name) == value for name, value in fields.items() if name[:3] != "par")
    assert dict(made.parameters) == fields["parameters"]
    assert not made.HasField("evaluate_time")
    with plane.store.read() as tx:
        body = tx.items.get("segment", "s").body
    assert {name: body[name] for name in fields} == fields


def test_members_in_redis_are_said_as_documents_do(plane):
    create_query(plane)
    assert (
        create_segment(plane, lookup="MEMBER_LOOKUP_REDIS").lookup == segments.MEMBER_LOOKUP_REDIS
    )
    with plane.store.read() as tx:
        assert tx.items.get("segment", "s").body["lookup"] == "redis"


def test_a_guard_is_said_of_dynamic_segments_alone(plane):
    create_query(plane)
    assert create_segment(plane).shrinks_at_most == "50%"
    rule = segments.Segment(match={"attribute": "p", "is": "x"})
    made = plane.segments.CreateSegment(segments.CreateSegmentRequest(segment=rule, segment_id="r"))
    assert (made.shrinks_at_most, made.lookup) == ("", segments.MEMBER_LOOKUP_UNSPECIFIED)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"query": "buyer"}, "segment.query", "unknown query `buyer`, did you mean `buyers`?"),
        ({"query": ""}, "segment", "a dynamic segment needs a `query`"),
        ({"schedule": "0 25 * * *"}, "segment.schedule", "is no schedule"),
        ({"zone": "Mars", "schedule": "0 1 * * *"}, "segment.zone", "`Mars` is no time zone"),
        ({"parameters": {"sinse": "x"}}, "segment.parameters.sinse", "has no parameter `sinse`"),
        ({"match": {"attribute": "p", "is": "x"}}, "segment.match", "`match` has no place"),
    ],
)
def test_what_is_wrong_is_told_by_field(plane, refused, fields, field, message):
    create_query(plane)
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
        create_segment(plane, **fields)
    assert message in told[0].fields[field]


def test_a_query_keeps_the_parameters_that_segments_give(plane, refused):
    create_query(plane)
    create_segment(plane, parameters={"since": "2026-02-01"})
    with refused("INVALID_ARGUMENT", "INVALID_DOCUMENT") as told:
        update(plane, sql=SQL.replace("since", "start"), parameters={"start": "2026-01-01"})
    assert "segment `s` gives parameter `since`" in next(iter(told[0].fields.values()))
    assert dict(get(plane).parameters) == {"since": "2026-01-01"}


def test_queries_are_not_published(plane):
    create_query(plane)
    create_segment(plane, status="SEGMENT_STATUS_ACTIVE")
    assert [one.name for one in plan(plane).changes] == ["segments/s"]
    first = publish(plane)
    planned = plan(plane)
    update(plane, sql=f"{SQL} and paid")
    after = plan(plane)
    assert (list(after.changes), after.plan_id) == ([], planned.plan_id)
    assert publish(plane).name == first.name


def test_an_edit_of_a_query_needs_no_second_person(start):
    plane = start(authentication=True, releasing={"require_second_person": True})
    admin = plane.as_token(plane.server.first_token)
    writer, publisher = (
        plane.as_token(
            admin.tokens.CreateToken(
                tokens.CreateTokenRequest(token={"role": "ROLE_PUBLISHER"}, token_id=name)
            ).secret
        )
        for name in ("anna", "ben")
    )
    create_query(writer)
    create_segment(writer, status="SEGMENT_STATUS_ACTIVE")
    publish(publisher)
    create_query(publisher, "others")
    update(publisher, description="mine")
    writer.segments.PauseSegment(segments.PauseSegmentRequest(name="segments/s"))
    assert publish(publisher).name == "snapshots/2"


def test_documents_bring_queries_and_take_them_away(plane):
    written = {
        "queries": {"buyers": {"sql": SQL, "parameters": {"since": "2026-01-01"}}},
        "segments": {"s": {"kind": "dynamic", "query": "buyers", "status": "draft"}},
    }
    found = apply(plane, written)
    assert {one.name for one in found.changes} == {"queries/buyers", "segments/s"}
    assert not apply(plane, written).changes
    exported = json.loads(
        plane.documents.ExportDocuments(documents.ExportDocumentsRequest()).documents
    )
    assert exported["queries"] == written["queries"]
    written["queries"]["buyers"]["sql"] = "select unit_id from t"
    del written["queries"]["buyers"]["parameters"]
    [change] = apply(plane, written).changes
    assert change.name == "queries/buyers"
    assert change.differences[-1] == "taken up at the next evaluation of segments/s"
    assert {one.name for one in apply(plane, {}).changes} == {"queries/buyers", "segments/s"}


@pytest.fixture
def evaluate(plane, tmp_path):
    """Does what an evaluation does at its end; gives the membership."""

    def done(key, *ids):
        path = tmp_path / "fresh.set"
        builder = MemberSetBuilder(bytes(16))
        builder.add(ids)
        made = builder.finish(path)
        begun = datetime(2026, 3, 1, 9, tzinfo=UTC)
        with plane.store.read() as tx:
            by = found_by(tx.items.get("segment", key).body)
        found = Membership(made.sha256, made.size, made.count, made.kind, begun, bytes(16), 1, by)
        with plane.store.write(Act("turnout", "EvaluateSegment")) as tx:
            tx.artifacts.add(f"{made.sha256}.set", path)
            plane.released.publish_members_in(tx, key, found)
            tx.memberships.replace(key, found)
        return found

    return done


def test_a_segment_tells_of_its_members_and_a_snapshot_that_it_is_about_them(plane, evaluate):
    create_query(plane)
    for key in ("s", "t"):
        create_segment(plane, key, status="SEGMENT_STATUS_ACTIVE")
    publish(plane)
    found = evaluate("s", "u-1", "u-2")
    one = plane.segments.GetSegment(segments.GetSegmentRequest(name="segments/s"))
    assert (one.member_count, one.member_set_size_bytes) == (2, found.size)
    assert one.evaluate_time.ToDatetime(UTC) == found.evaluated_at
    listed = plane.segments.ListSegments(segments.ListSegmentsRequest()).segments
    assert [item.member_set_size_bytes for item in listed] == [found.size, 0]
    current = plane.releases.GetSnapshot(releases.GetSnapshotRequest(name="snapshots/current"))
    assert (current.revision, current.members_of) == (2, 1)
    assert list(current.changed) == ["segments/s"]
    assert not plan(plane).changes


def test_a_rollback_to_members_that_are_gone_says_whose(plane, evaluate, refused, monkeypatch):
    create_query(plane)
    create_segment(plane, status="SEGMENT_STATUS_ACTIVE")
    publish(plane)
    evaluate("s", "u-1")
    evaluate("s", "u-2")
    monkeypatch.setattr("turnout.store.artifacts.Artifacts.has", lambda _self, _name: False)
    with refused("FAILED_PRECONDITION", "MEMBERS_GONE") as told:
        plane.releases.Rollback(releases.RollbackRequest(name="snapshots/2"))
    assert told[0].parts["name"] == "segments/s"
