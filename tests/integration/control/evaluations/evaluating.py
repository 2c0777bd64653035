"""Dynamic segments and their evaluations, by RPC."""

from google.longrunning import operations_pb2
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2
from making import make_segment

from turnout.control.v1 import evaluation_pb2 as pb
from turnout.control.v1 import query_pb2, segment_pb2
from turnout.engine import MemberSet


def make_query(plane, key="q", **fields):
    given = query_pb2.Query(**{"connection": "fake", "sql": "SELECT unit_id FROM users"} | fields)
    return plane.queries.CreateQuery(query_pb2.CreateQueryRequest(query=given, query_id=key))


def make_dynamic(plane, key="s", query="q", **fields):
    given = {"kind": "SEGMENT_KIND_DYNAMIC", "status": "SEGMENT_STATUS_ACTIVE"} | fields
    return make_segment(plane, key, query=query, **given)


def make_static(plane, key="s", ids=()):
    made = make_segment(plane, key, kind="SEGMENT_KIND_STATIC", status="SEGMENT_STATUS_ACTIVE")
    if ids:
        request = segment_pb2.AddMembersRequest(name=made.name, unit_ids=ids)
        plane.segments.AddMembers(request)
    return made


def begin(plane, key="s", **fields):
    request = pb.EvaluateSegmentRequest(name=f"segments/{key}", **fields)
    return plane.segments.EvaluateSegment(request)


def wait(plane, operation, seconds=20):
    request = operations_pb2.WaitOperationRequest(
        name=operation.name, timeout=duration_pb2.Duration(seconds=seconds)
    )
    done = plane.operations.WaitOperation(request)
    assert done.done, done
    return done


def cancel(plane, operation):
    request = operations_pb2.CancelOperationRequest(name=operation.name)
    plane.operations.CancelOperation(request)


def outcome(operation):
    """What came of an operation that is done: the evaluation, or the reason why there is none."""
    if operation.HasField("error"):
        info = error_details_pb2.ErrorInfo()
        assert operation.error.details[0].Unpack(info)
        return info.reason
    evaluation = pb.Evaluation()
    assert operation.response.Unpack(evaluation)
    return evaluation


def evaluate(plane, key="s", **fields):
    return outcome(wait(plane, begin(plane, key, **fields)))


def history(plane, key="s"):
    request = pb.ListEvaluationsRequest(parent=f"segments/{key}")
    return list(plane.segments.ListEvaluations(request).evaluations)


def members(plane, tmp_path, key="s"):
    """The set of a segment, from the store; None when it has none."""
    with plane.store.read() as tx:
        found = tx.memberships.of(key)
        if found is None:
            return None
        path = tmp_path / f"{found.sha256}.set"
        path.write_bytes(b"".join(tx.artifacts.pieces(path.name)))
    return MemberSet.open(path)


def listed(plane, key="s"):
    request = segment_pb2.ListMembersRequest(name=f"segments/{key}", page_size=10_000)
    return list(plane.segments.ListMembers(request).unit_ids)


def users(count, start=0):
    return [f"user-{number}" for number in range(start, start + count)]
