"""Who goes on while processes are killed: writers, readers, and who fetches snapshots."""

import contextlib
import http.client
import random
import threading
import time
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from faults.history import Acknowledged, Answer, Failure, Refused, Sighting, Write
from turnout.client import Client
from turnout.control.v1 import flag_pb2, flag_pb2_grpc, release_pb2, release_pb2_grpc
from turnout.engine import Program
from turnout.results import Context, TurnoutError
from turnout.serving.sealed import read_sealed
from turnout.v1.value_pb2 import Value

WRITERS = 2
MARKS = tuple(f"mark-{number}" for number in range(WRITERS))
"""Flags whose value is the request id of the write that set it; one for each writer."""
SOMEBODY = Context("u-1")

_PATIENCE_S = 60.0
"""So long a writer asks for one write: faults are over much sooner."""
_LOST = 0.1
"""Of so many writes the first answer gets lost on its way: they are asked for again as well."""
_MOST_FLAGS = 60
_ROLLBACKS_REACH_BACK = 20
# What a server that is killed or cannot reach its database answers, and what gRPC makes of it.
_AGAIN = {
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED,
}  # fmt: skip
_QUICK = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]


class Actor:
    """Does something again and again on a thread of its own; a bug of it ends the run."""

    def __init__(self, name: str):
        self._ended = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._resting = threading.Event()
        self.error = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        """Ends it after what is under way."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(60)
            assert not self._thread.is_alive(), f"{self._thread.name} does not end"

    def pause(self):
        """Has it rest after what is under way, and waits for that."""
        self._going.clear()
        while not self._resting.wait(0.05) and self.error is None:
            pass

    def go_on(self):
        """Ends its rest."""
        self._resting.clear()
        self._going.set()

    def _rest(self):
        while not self._going.is_set() and not self._ended.is_set():
            self._resting.set()
            self._going.wait(0.05)

    def _run(self):
        try:
            while not self._ended.is_set():
                self._rest()
                self.act()
        except BaseException as error:  # noqa: BLE001 - the main thread tells of it
            self.error = error


class Writer(Actor):
    """Creates and updates flags, publishes and rolls back, at any control plane.

    Each write has a request id. As long as its outcome is not known it is asked for again, at the
    same plane or another: it must happen once.
    """

    def __init__(self, number: int, planes, seed, history):
        super().__init__(f"writer {number}")
        self.number = number
        self._chance = random.Random(f"{seed}/writer/{number}")
        self._channels = [grpc.insecure_channel(one.address, _QUICK) for one in planes]
        self._flags = [flag_pb2_grpc.FlagServiceStub(one) for one in self._channels]
        self._releases = [release_pb2_grpc.ReleaseServiceStub(one) for one in self._channels]
        self._history = history
        self._etags = {}
        self.revisions = []
        """Those that it may go back to."""

    def make_mark(self):
        """Creates what readers ask for."""
        self._create(MARKS[self.number])

    def publish_first(self):
        """Publishes what everybody may go back to; gives its revision."""
        self._publish()
        return self.revisions[-1]

    def act(self):
        acts = (self._change_mark, self._change, self._grow, self._publish, self._roll_back)
        self._chance.choices(acts, (8, 3, 3, 2, 2))[0]()
        self._ended.wait(self._chance.uniform(0, 0.1))

    def close(self):
        for channel in self._channels:
            channel.close()

    def _change_mark(self):
        self._update(MARKS[self.number])
        self._publish()

    def _change(self):
        self._update(self._chance.choice(sorted(self._etags)))

    def _grow(self):
        if len(self._etags) < _MOST_FLAGS:
            self._create(f"w{self.number}-{len(self._etags)}")
        else:
            self._change()

    def _create(self, key):
        mark = self._new_mark()
        flag = _flag(mark)
        flag.default_variant, flag.status = "now", flag_pb2.FLAG_STATUS_ENABLED
        request = flag_pb2.CreateFlagRequest(flag=flag, flag_id=key, request_id=mark)
        self._write_flag(key, "CreateFlag", request)

    def _update(self, key):
        mark = self._new_mark()
        flag = _flag(mark)
        # Asked for again after it was done, it must not stumble over the etag that it made.
        flag.name, flag.etag = f"flags/{key}", self._etags[key]
        request = flag_pb2.UpdateFlagRequest(flag=flag, request_id=mark)
        self._write_flag(key, "UpdateFlag", request)

    def _write_flag(self, key, method, request):
        write = Write(request.request_id, self._thread.name, method, f"flags/{key}")
        answer, tries = self._ask(write, self._flags, request)
        if answer is not None:
            self._etags[key] = answer.etag
            self._history.acknowledged.append(Acknowledged(write, etag=answer.etag, tries=tries))

    def _publish(self):
        mark = self._new_mark()
        self._release("Publish", release_pb2.PublishRequest(comment=mark, request_id=mark))

    def _roll_back(self):
        mark = self._new_mark()
        name = f"snapshots/{self._chance.choice(self.revisions[-_ROLLBACKS_REACH_BACK:])}"
        request = release_pb2.RollbackRequest(name=name, comment=mark, request_id=mark)
        self._release("Rollback", request)

    def _release(self, method, request):
        write = Write(request.request_id, self._thread.name, method, "")
        answer, tries = self._ask(write, self._releases, request)
        if answer is not None:
            self.revisions.append(answer.revision)
            done = Acknowledged(write, revision=answer.revision, id=answer.id, tries=tries)
            self._history.acknowledged.append(done)

    def _new_mark(self):
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def _ask(self, write, stubs, request):
        """The answer and how often it was asked for; None when it was refused."""
        self._history.begun.append(write)
        answers, tries, until = [], 0, time.monotonic() + _PATIENCE_S
        wanted = 2 if self._chance.random() < _LOST else 1
        while len(answers) < wanted:
            tries += 1
            stub = self._chance.choice(stubs)
            try:
                answers.append(getattr(stub, write.method)(request, timeout=5))
                said = "" if answers[-1] == answers[0] else f"two answers: {_told(answers)}"
            except grpc.RpcError as error:
                said = _unexcused(error)
                if time.monotonic() > until:
                    said = f"no outcome in {_PATIENCE_S} s: {error.details()}"
                time.sleep(self._chance.uniform(0.02, 0.3))
            if said:
                self._history.refused.append(Refused(write, said))
                return None, tries
        return answers[0], tries


def _told(answers):
    return " / ".join(" ".join(str(one).split()) for one in answers)


def _flag(mark):
    now = flag_pb2.FlagVariant(name="now", value=Value(string=mark))
    return flag_pb2.Flag(description=mark, variants=[now])


def _unexcused(error):
    """What is wrong with an answer; empty when it tells of a fault in a way that is promised."""
    status = rpc_status.from_call(error)
    told = f"{error.code().name}: {error.details()}"
    if status is None:  # gRPC itself, of a connection that broke
        return ""
    if error.code() not in _AGAIN:
        return told
    kinds = {detail.TypeName() for detail in status.details}
    retry = error_details_pb2.RetryInfo.DESCRIPTOR.full_name
    promised = error.code() is not grpc.StatusCode.UNAVAILABLE or retry in kinds
    return "" if promised else f"{told}: without RetryInfo"


class Reader(Actor):
    """Decides at one sidecar, one call after the other."""

    def __init__(self, sidecar, history):
        super().__init__(f"reader of {sidecar.name}")
        self._sidecar = sidecar
        self._history = history
        self._client = Client(sidecar.address, timeout=5)
        self.revision = 0
        """Of the last answer."""

    def act(self):
        began = time.monotonic()
        try:
            decisions = self._client.decide_many(MARKS, SOMEBODY)
        except TurnoutError as error:
            failure = Failure(self._sidecar.name, began, time.monotonic(), repr(error))
            self._history.failures.append(failure)
            time.sleep(0.02)
            return
        (snapshot,) = {one.snapshot[:2] for one in decisions}
        answer = Answer(self._sidecar.name, *snapshot, tuple(one.value for one in decisions))
        self._history.answered(answer)
        self.revision = answer.revision
        time.sleep(0.002)


class Fetcher(Actor):
    """Fetches snapshots as a sidecar does; what came whole must open, check and link."""

    def __init__(self, planes, history):
        super().__init__("fetcher")
        self._planes = planes
        self._history = history

    def act(self):
        for plane in self._planes:
            with contextlib.suppress(OSError, http.client.HTTPException):
                sealed = self._fetch(plane)
                if sealed is not None:
                    self._history.fetched += 1
                    self._history.sightings.add(sighting(f"{plane.name} served", sealed))
        self._ended.wait(0.2)

    def _fetch(self, plane):
        host, _, port = plane.snapshots.partition(":")
        with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=5)) as asking:
            asking.request("GET", "/v1/snapshot")
            answer = asking.getresponse()
            body = answer.read()  # raises when it was cut
            return body if answer.status == 200 else None


def sighting(where, sealed):
    """What a sealed snapshot is, or why it is none."""
    try:
        read = read_sealed(sealed)
        program = Program(sealed)
    except ValueError as error:
        return Sighting(where, "", "", 0, str(error))
    whole = (program.id, program.revision) == (read.id, read.revision)
    return Sighting(where, *read, "" if whole else "its header and its content differ")
