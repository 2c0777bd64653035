"""A control plane on a free port, over a fresh store, and stubs of all its services."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.means import Means
from turnout.control.identity import Identities
from turnout.control.server import ControlServer
from turnout.control.settings import ControlSettings
from turnout.releases.releases import Releases
from turnout.segments.connections import Connections
from turnout.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from stubs import STUBS, Calls, Client


class Refusal(NamedTuple):
    """What a call was refused with."""

    code: grpc.StatusCode
    reason: str
    message: str
    parts: dict
    fields: dict
    """What is wrong with each field of the request."""
    subjects: dict
    """What stands in the way, by name."""
    retry_s: int | None


def refusal_of(error):
    sent = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(sent)
    assert status.code == error.code().value[0]
    assert status.message == error.details()
    found = {}
    for packed in status.details:
        for kind in (
            error_details_pb2.ErrorInfo,
            error_details_pb2.BadRequest,
            error_details_pb2.PreconditionFailure,
            error_details_pb2.RetryInfo,
        ):
            detail = kind()
            if packed.Unpack(detail):
                found[kind.__name__] = detail
    info = found["ErrorInfo"]
    assert info.domain == "turnout"
    fields = found.get("BadRequest", error_details_pb2.BadRequest()).field_violations
    subjects = found.get("PreconditionFailure", error_details_pb2.PreconditionFailure()).violations
    retry = found.get("RetryInfo")
    return Refusal(
        error.code(),
        info.reason,
        status.message,
        dict(info.metadata),
        {one.field: one.description for one in fields},
        {one.subject: one.description for one in subjects},
        retry.retry_delay.seconds if retry else None,
    )


class Plane:
    """A control plane and a client of it."""

    def __init__(self, server, store, releases, identities, evaluator):
        self.server, self.store, self.released = server, store, releases
        self.identities, self.evaluator = identities, evaluator
        self.channel = grpc.insecure_channel(server.address)

    def __getattr__(self, name):
        return Calls(STUBS[name](self.channel))

    def as_token(self, secret):
        """The same, for a caller with a token."""
        return Client(self.channel, (("authorization", f"Bearer {secret}"),))


@pytest.fixture
def start(tmp_path):
    """Starts control planes over the store of the test, and ends them with it."""
    ends = []

    def begin(
        url=f"sqlite:///{tmp_path}/store.db", *, releasing=None, standing=None, tally=None,
        connections=None, runs=tmp_path / "runs", at_once=2, members_redis="", **settings,
    ):  # fmt: skip
        store = Store.open(url)
        ends.append(store.close)
        releases = Releases(store, **releasing or {})
        given = {"listen": "127.0.0.1:0", "grace_s": 5.0} | settings
        settings = ControlSettings(**given)
        means = Means(store, releases, connections or Connections.load(None), members_redis)
        evaluator = Evaluator(means, runs, at_once)
        evaluator.start()
        ends.append(evaluator.stop)
        server = ControlServer(store, releases, settings, standing, tally, evaluator)
        server.start()
        ends.append(server.stop)
        plane = Plane(server, store, releases, Identities(store, settings), evaluator)
        ends.append(plane.channel.close)
        return plane

    yield begin
    for end in reversed(ends):
        end()


@pytest.fixture
def plane(start):
    """A control plane that believes the loopback."""
    return start()


@pytest.fixture
def refused():
    """`with refused() as refusal:` holds the refusal of the one call inside."""

    @contextmanager
    def expecting(code=None, reason=None):
        told = []
        with pytest.raises(grpc.RpcError) as failed:
            yield told
        refusal = refusal_of(failed.value)
        told.append(refusal)
        if code is not None:
            assert refusal.code is getattr(grpc.StatusCode, code), refusal
        if reason is not None:
            assert refusal.reason == reason, refusal

    return expecting
