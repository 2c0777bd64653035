"""Clients of a control plane by its generated stubs."""

from google.longrunning import operations_pb2_grpc

from turnout.control.v1 import (
    audit_pb2_grpc,
    document_pb2_grpc,
    experiment_pb2_grpc,
    flag_pb2_grpc,
    holdout_pb2_grpc,
    layer_pb2_grpc,
    query_pb2_grpc,
    release_pb2_grpc,
    schedule_pb2_grpc,
    segment_pb2_grpc,
    token_pb2_grpc,
    workspace_pb2_grpc,
)

STUBS = {
    "segments": segment_pb2_grpc.SegmentServiceStub,
    "flags": flag_pb2_grpc.FlagServiceStub,
    "experiments": experiment_pb2_grpc.ExperimentServiceStub,
    "layers": layer_pb2_grpc.LayerServiceStub,
    "holdouts": holdout_pb2_grpc.HoldoutServiceStub,
    "queries": query_pb2_grpc.QueryServiceStub,
    "operations": operations_pb2_grpc.OperationsStub,
    "workspace": workspace_pb2_grpc.WorkspaceServiceStub,
    "releases": release_pb2_grpc.ReleaseServiceStub,
    "schedules": schedule_pb2_grpc.ScheduleServiceStub,
    "audit": audit_pb2_grpc.AuditServiceStub,
    "documents": document_pb2_grpc.DocumentServiceStub,
    "tokens": token_pb2_grpc.TokenServiceStub,
}
SOON_S = 20


class Client:
    """Stubs that send metadata with each call."""

    def __init__(self, channel, metadata):
        self._channel, self._metadata = channel, metadata

    def __getattr__(self, name):
        return Calls(STUBS[name](self._channel), self._metadata)


class Calls:
    """The RPCs of one service; each gives the answer, or raises RpcError."""

    def __init__(self, stub, metadata=()):
        self._stub, self._metadata = stub, metadata

    def __getattr__(self, name):
        rpc = getattr(self._stub, name)
        return lambda request, **options: rpc(
            request, **{"metadata": self._metadata, "timeout": SOON_S} | options
        )
