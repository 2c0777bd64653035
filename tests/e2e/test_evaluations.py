"""From files to answers: a real server runs a query by DuckDB, and decides by what it found."""

import contextlib
import os
import signal
import time

import duckdb
import grpc
import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc

from servers.waiting import SOON_S, wait_until
from turnout.control.v1 import (
    evaluation_pb2,
    query_pb2,
    query_pb2_grpc,
    release_pb2,
    release_pb2_grpc,
    segment_pb2,
    segment_pb2_grpc,
)
from turnout.results import Context, SegmentState, TurnoutError

MANY = 3_000_000


class Control:
    """Evaluates one segment at a server."""

    def __init__(self, channel):
        self.queries = query_pb2_grpc.QueryServiceStub(channel)
        self.segments = segment_pb2_grpc.SegmentServiceStub(channel)
        self.releases = release_pb2_grpc.ReleaseServiceStub(channel)
        self.operations = operations_pb2_grpc.OperationsStub(channel)

    def make(self, sql, **fields):
        query = query_pb2.Query(sql=sql)
        self.queries.CreateQuery(query_pb2.CreateQueryRequest(query=query, query_id="q"))
        segment = segment_pb2.Segment(
            kind="SEGMENT_KIND_DYNAMIC", status="SEGMENT_STATUS_ACTIVE", query="q", **fields
        )
        request = segment_pb2.CreateSegmentRequest(segment=segment, segment_id="s")
        self.segments.CreateSegment(request)
        self.releases.Publish(release_pb2.PublishRequest())

    def begin(self):
        request = evaluation_pb2.EvaluateSegmentRequest(name="segments/s")
        return self.segments.EvaluateSegment(request, wait_for_ready=True, timeout=SOON_S)

    def wait(self, operation):
        request = operations_pb2.WaitOperationRequest(name=operation.name)
        return self.operations.WaitOperation(request, wait_for_ready=True, timeout=SOON_S)

    def history(self):
        request = evaluation_pb2.ListEvaluationsRequest(parent="segments/s")
        answer = self.segments.ListEvaluations(request, wait_for_ready=True, timeout=SOON_S)
        return answer.evaluations


@contextlib.contextmanager
def control(server):
    trying = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
    with grpc.insecure_channel(f"127.0.0.1:{server.control_port}", trying) as channel:
        grpc.channel_ready_future(channel).result(SOON_S)
        yield Control(channel)


@pytest.fixture
def users(tmp_path):
    """Writes Parquet files of users, and gives the folder."""
    folder = tmp_path / "users"
    folder.mkdir()

    def write(query):
        fresh = folder / "users.new"
        with duckdb.connect() as database:
            database.execute(f"COPY ({query}) TO '{fresh}' (FORMAT parquet)")
        fresh.rename(folder / "users.parquet")

    write.folder = folder
    write.sql = f"SELECT id AS unit_id FROM '{folder}/users.parquet' WHERE age >= 18"
    return write


def state(server, unit):
    with server.client() as client, contextlib.suppress(TurnoutError):
        return client.check_segment("s", Context(unit)).state
    return None


def test_what_a_query_finds_is_decided_by(controlled, users):
    users("SELECT 'u-' || i AS id, i AS age FROM range(1000) t(i)")
    server = controlled("--query-folder", str(users.folder)).start()
    with control(server) as plane:
        plane.make(users.sql)
        wait_until(lambda: state(server, "u-20") is SegmentState.UNKNOWN, "it is published")
        assert plane.wait(plane.begin()).done
        wait_until(lambda: state(server, "u-20") is SegmentState.TRUE, "it is decided by")
        assert state(server, "u-17") is SegmentState.FALSE
        users("SELECT 'u-' || i AS id, i AS age FROM range(16, 900) t(i)")
        assert plane.wait(plane.begin()).done
        wait_until(lambda: state(server, "u-950") is SegmentState.FALSE, "it is decided by")
        assert state(server, "u-20") is SegmentState.TRUE


def test_a_worker_that_is_killed_leaves_the_members_and_the_next_run_is_clean(controlled, users):
    users("SELECT 'u-' || i AS id, 18 AS age FROM range(10) t(i)")
    server = controlled("--query-folder", str(users.folder)).start()
    with control(server) as plane:
        plane.make(users.sql, shrinks_at_most="100%")
        plane.wait(plane.begin())
        wait_until(lambda: state(server, "u-1") is SegmentState.TRUE, "it is decided by")
        users(f"SELECT 'v-' || i AS id, 18 AS age FROM range({MANY}) t(i)")
        operation = plane.begin()
        runs = server.state / "runs"
        wait_until(lambda: any(runs.glob("*/*")), "its files are there")
        worker = server.wait_for_worker()
        os.kill(worker, signal.SIGKILL)
        assert state(server, "u-1") is SegmentState.TRUE
        server.wait_for_worker(other_than=worker)
        began = time.monotonic()
        done = wait_until(lambda: _done(plane, operation), "it is ended")
        assert done.HasField("error")
        assert time.monotonic() - began < 30, "not by its lease"
        assert plane.history()[0].failure_reason == "INTERRUPTED"
        assert state(server, "u-1") is SegmentState.TRUE
        assert plane.wait(plane.begin()).HasField("response")
        wait_until(lambda: state(server, "v-1") is SegmentState.TRUE, "it is decided by")
        wait_until(lambda: not any(runs.iterdir()), "nothing is left")


def _done(plane, operation):
    request = operations_pb2.GetOperationRequest(name=operation.name)
    found = plane.operations.GetOperation(request, wait_for_ready=True, timeout=SOON_S)
    return found if found.done else None


def test_connections_that_cannot_be_read_end_the_first_start(controlled, tmp_path):
    path = tmp_path / "connections.yaml"
    path.write_text("connections:\n  main: {kind: postgresql, url: postgresql://me:secret@db/x}\n")
    server = controlled("--connections", str(path)).start()
    assert server.child.wait(SOON_S) == 4
    assert "connections.yaml:2:" in server.log
    assert "a secret is never written here" in server.log
    assert "me:secret" not in server.log
