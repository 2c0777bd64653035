"""Who evaluates segments and imports members while control planes are killed."""

import random
import time
import uuid

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from faults.actors import _QUICK, Actor, _unexcused
from faults.member_history import Ids, Imported
from turnout.control.v1 import (
    evaluation_pb2,
    query_pb2,
    query_pb2_grpc,
    release_pb2,
    release_pb2_grpc,
    segment_pb2,
    segment_pb2_grpc,
)

SQL = "SELECT prefix || '-' || unnest(range(count))::VARCHAR AS unit_id FROM read_csv('{}')"
_PATIENCE_S = 120.0
_CHUNK = 5000


class Asker(Actor):
    """Asks any control plane until there is an answer.

    Args:
        name: Of the thread.
        planes: To ask.
        seed: Of what is drawn.
        history: Where it goes.
    """

    def __init__(self, name, planes, seed, history):
        super().__init__(name)
        self.chance = random.Random(f"{seed}/{name}")
        self.history = history
        self._channels = [grpc.insecure_channel(one.address, _QUICK) for one in planes]

    def close(self):
        for channel in self._channels:
            channel.close()

    def ask(self, stub, method, make):
        """The answer of a call; None when it was refused as no fault excuses.

        Args:
            stub: Of the service.
            method: Of it.
            make: Gives the request, or a fresh stream of them.
        """
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                channel = self.chance.choice(self._channels)
                return getattr(stub(channel), method)(make(), timeout=30)
            except grpc.RpcError as error:
                if error.code() is grpc.StatusCode.ABORTED:
                    raise
                said = _unexcused(error)
                if time.monotonic() > until:
                    said = f"{method}: no outcome in {_PATIENCE_S} s: {error.details()}"
                if said:
                    self.history.refused.append(said)
                    return None
                time.sleep(self.chance.uniform(0.02, 0.3))

    def request_id(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def create(self, key, segment):
        """Makes a segment, once."""
        request = segment_pb2.CreateSegmentRequest(
            segment=segment, segment_id=key, request_id=self.request_id()
        )
        self.ask(segment_pb2_grpc.SegmentServiceStub, "CreateSegment", lambda: request)


class Evaluating(Asker):
    """Evaluates one dynamic segment again and again, each time with other members.

    Args:
        folder: Of the data that its query reads.
        count: Members of each evaluation.
        others: See `Asker`.
    """

    def __init__(self, folder, count, *others):
        super().__init__("evaluating", *others)
        self.key = "e"
        self._found = folder / "found.csv"
        self._count = count
        self._generation = 0

    def make(self):
        """Makes its query and itself, as a first revision shall have it."""
        query = query_pb2.Query(sql=SQL.format(self._found))
        request = query_pb2.CreateQueryRequest(
            query=query, query_id=self.key, request_id=self.request_id()
        )
        self.ask(query_pb2_grpc.QueryServiceStub, "CreateQuery", lambda: request)
        self.create(
            self.key,
            segment_pb2.Segment(
                kind="SEGMENT_KIND_DYNAMIC",
                status="SEGMENT_STATUS_ACTIVE",
                query=self.key,
                shrinks_at_most="100%",
            ),
        )

    def publish(self):
        request = release_pb2.PublishRequest(request_id=self.request_id())
        self.ask(release_pb2_grpc.ReleaseServiceStub, "Publish", lambda: request)

    def act(self):
        self.evaluate()
        self._ended.wait(self.chance.uniform(0, 0.05))

    def evaluate(self):
        """Runs one, and waits for what comes of it; gives whether it went well."""
        wanted = self._next()
        operation = self._begin()
        if operation is None:
            return False
        number = int(operation.name.partition("/")[2])
        self.history.wanted[number] = wanted
        done = self._wait(operation.name)
        if done is None:
            return False
        self.history.evaluations += 1
        if done.HasField("response"):
            self.history.succeeded[f"segments/{self.key}"] = number
            return True
        info = error_details_pb2.ErrorInfo()
        done.error.details[0].Unpack(info)
        self.history.failed[number] = info.reason
        return False

    def _next(self):
        """Gives the query others to find."""
        self._generation += 1
        wanted = Ids(f"g{self._generation}", self._count)
        fresh = self._found.with_suffix(".new")
        fresh.write_text(f"prefix,count\n{wanted.prefix},{wanted.count}\n")
        fresh.replace(self._found)
        return wanted

    def _begin(self):
        request = evaluation_pb2.EvaluateSegmentRequest(
            name=f"segments/{self.key}", request_id=self.request_id()
        )
        while not self._ended.is_set():
            try:
                stub = segment_pb2_grpc.SegmentServiceStub
                return self.ask(stub, "EvaluateSegment", lambda: request)
            except grpc.RpcError as error:
                # One whose process was killed is taken for one that runs until its lease is over.
                if _reason(error) != "EVALUATION_RUNNING":
                    raise
                time.sleep(0.1)
        return None

    def _wait(self, name):
        request = operations_pb2.WaitOperationRequest(name=name)
        request.timeout.FromMilliseconds(500)
        while True:
            stub = operations_pb2_grpc.OperationsStub
            done = self.ask(stub, "WaitOperation", lambda: request)
            if done is None or done.done:
                return done


class Importing(Asker):
    """Imports members into one static segment again and again: some more, or others."""

    def __init__(self, *others):
        super().__init__("importing", *others)
        self.key = "i"
        self._round = 0

    def make(self):
        self.create(
            self.key,
            segment_pb2.Segment(kind="SEGMENT_KIND_STATIC", status="SEGMENT_STATUS_ACTIVE"),
        )
        self.history.acknowledged[f"segments/{self.key}"] = frozenset()

    def act(self):
        self._round += 1
        name = f"segments/{self.key}"
        fresh = Ids(f"{self.key}.r{self._round}", self.chance.choice((10, 3000, 20_000)))
        before = self.history.acknowledged[name]
        replace = len(before) > 100_000 or self.chance.random() < 0.3
        after = frozenset(fresh) if replace else before | frozenset(fresh)
        self.history.imports[name] = Imported(name, before, after)
        first = evaluation_pb2.ImportMembersRequest(
            name=name,
            mode=f"MEMBERS_MODE_{'REPLACE' if replace else 'APPEND'}",
            request_id=self.request_id(),
        )
        stub = segment_pb2_grpc.SegmentServiceStub
        answer = self.ask(stub, "ImportMembers", lambda: self._messages(first, fresh))
        if answer is None:
            return
        if answer.member_count != len(after):
            self.history.refused.append(f"{name} has {answer.member_count}, not {len(after)}")
        self.history.acknowledged[name] = after
        self.history.imported += 1
        self._ended.wait(self.chance.uniform(0, 0.1))

    def _messages(self, first, fresh):
        yield first
        ids = list(fresh)
        for start in range(0, len(ids), _CHUNK):
            # As slow as a network, so that kills fall in between.
            time.sleep(0.01)
            yield evaluation_pb2.ImportMembersRequest(unit_ids=ids[start : start + _CHUNK])


def _reason(error):
    info = error_details_pb2.ErrorInfo()
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        if detail.Unpack(info):
            return info.reason
    return ""
