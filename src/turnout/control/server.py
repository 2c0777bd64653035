"""The control plane's gRPC server: services, health, reflection, and a graceful end."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import grpc
import grpc.aio
from google.longrunning import operations_pb2
from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from turnout.control.conversion import RESOURCES
from turnout.control.credentials import make_first_token
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.handling import Handling, Pools, UnknownMethods
from turnout.control.identity import Identities
from turnout.control.services import operations, previews
from turnout.control.services.audit import Audit
from turnout.control.services.bulk_members import BulkMembers
from turnout.control.services.documents import Documents
from turnout.control.services.evaluations import Evaluations
from turnout.control.services.items import Handler
from turnout.control.services.kinds import item_services
from turnout.control.services.operations import Operations
from turnout.control.services.previews import Previews
from turnout.control.services.releases import ReleaseRpcs
from turnout.control.services.schedules import Schedules
from turnout.control.services.tokens import Tokens
from turnout.control.services.workspace import Workspace
from turnout.control.settings import ControlSettings
from turnout.control.standing import Standing
from turnout.control.tally import Tally
from turnout.control.transport import add_port
from turnout.control.v1 import (
    audit_pb2,
    document_pb2,
    release_pb2,
    schedule_pb2,
    token_pb2,
    workspace_pb2,
)
from turnout.releases.releases import Releases
from turnout.store import Store

_log = logging.getLogger("turnout.control")


class Service(NamedTuple):
    """The RPCs of one service and what answers them."""

    descriptor: ServiceDescriptor
    handlers: dict[str, Handler]
    lasting: frozenset[str] = frozenset()
    """Those of them that wait for something, beside streams."""


def services(
    store: Store, releases: Releases, settings: ControlSettings, evaluator: Evaluator | None = None
) -> list[Service]:
    """All services of `turnout.control.v1`, and operations.

    Args:
        store: Where items are.
        releases: What checks writes and publishes them.
        settings: Whom to believe.
        evaluator: Runs queries; without it nobody can ask for what needs one.
    """
    items = item_services(store, releases)
    files = {kind: RESOURCES[kind].DESCRIPTOR.file for kind in items}
    handlers = {kind: service.handlers() for kind, service in items.items()}
    handlers["segment"] |= BulkMembers(store).handlers()
    found = []
    if evaluator is not None:
        handlers["segment"] |= Evaluations(store, evaluator).handlers()
        handlers["query"] |= Previews(store, evaluator.means).handlers()
        answering = Operations(store, evaluator).handlers()
        found = [_service(operations_pb2.DESCRIPTOR, answering)]
    return [
        *found,
        *(_service(files[kind], of_kind) for kind, of_kind in handlers.items()),
        _service(document_pb2.DESCRIPTOR, Documents(store, releases, items).handlers()),
        _service(workspace_pb2.DESCRIPTOR, Workspace(store, releases).handlers()),
        _service(release_pb2.DESCRIPTOR, ReleaseRpcs(store, releases).handlers()),
        _service(schedule_pb2.DESCRIPTOR, Schedules(store, releases, items).handlers()),
        _service(audit_pb2.DESCRIPTOR, Audit(store).handlers()),
        _service(token_pb2.DESCRIPTOR, Tokens(store, settings.certificates).handlers()),
    ]


def _service(file: FileDescriptor, handlers: dict[str, Handler]) -> Service:
    (descriptor,) = file.services_by_name.values()
    return Service(descriptor, handlers, (operations.LASTING | previews.LASTING) & {*handlers})


class ControlServer:
    """Serves the control RPCs from a thread of its own.

    Args:
        store: Where items are.
        releases: What checks writes and publishes them.
        settings: How it listens and whom it believes.
        standing: What health goes by; without it everything is well.
        tally: Is counted up.
        evaluator: Runs queries; without it nobody can ask for what needs one.
    """

    def __init__(
        self,
        store: Store,
        releases: Releases,
        settings: ControlSettings,
        standing: Standing | None = None,
        tally: Tally | None = None,
        evaluator: Evaluator | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._services = services(store, releases, settings, evaluator)
        self._pools = Pools(
            ThreadPoolExecutor(settings.threads, thread_name_prefix="control"),
            ThreadPoolExecutor(settings.lasting_threads, thread_name_prefix="control-lasting"),
        )
        self._identities = Identities(store, settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: grpc.aio.Server | None = None
        self._health: health.aio.HealthServicer | None = None
        self._standing = standing
        self._tally = tally or Tally()
        self._telling: asyncio.Task[None] | None = None
        self.address = ""
        """Where it listens."""
        self.first_token: str | None = None
        """The secret of a token for an admin, made at this start because there was none. To be
        shown once, and never to be logged."""

    def start(self) -> str:
        """Starts to serve and gives the address.

        Raises:
            CannotListen: The address, a certificate or a key cannot be had.
            Unavailable: The store is gone.
        """
        if self._settings.authentication:
            make_first_token(self._store, _now(), self._keep_token)
        ready = threading.Event()
        failure: list[BaseException] = []

        def run() -> None:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            self._loop = loop
            try:
                loop.run_until_complete(self.serve())
            except BaseException as error:  # noqa: BLE001 - told to who starts
                failure.append(error)
                loop.close()
                ready.set()
                return
            ready.set()
            try:
                loop.run_forever()
            finally:
                loop.close()

        self._thread = threading.Thread(target=run, name="control", daemon=True)
        self._thread.start()
        ready.wait()
        if failure:
            self._thread.join()
            self._end_pools()
            raise failure[0]
        return self.address

    def _keep_token(self, secret: str) -> None:
        self.first_token = secret

    def stop(self, grace_s: float | None = None) -> None:
        """Takes no more calls, lets those in flight finish, and ends.

        Args:
            grace_s: How long they get; without it what the settings say.
        """
        if self._loop is None or self._thread is None or not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self.end(grace_s), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def __enter__(self) -> Self:
        """Starts it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        self.stop()

    async def serve(self) -> None:
        """Starts to serve in the running loop, for who has one; `end` ends it."""
        self._health = health.aio.HealthServicer()
        self._server = self._build(self._health)
        self.address = add_port(self._server, self._settings)
        await self._server.start()
        await self._tell_health(self._health)
        if self._standing is not None:
            following = self._follow_health(self._health, self._standing)
            self._telling = asyncio.create_task(following)
        _log.info("control plane listens on %s", self.address)

    async def end(self, grace_s: float | None = None) -> None:
        """Ends what `serve` began, in the same loop."""
        assert self._server is not None and self._health is not None  # noqa: S101, PT018 - `serve` was called
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        await self._health.enter_graceful_shutdown()
        await self._server.stop(self._settings.grace_s if grace_s is None else grace_s)
        self._end_pools()

    def _end_pools(self) -> None:
        for pool in self._pools:
            pool.shutdown()

    async def _follow_health(self, servicer: health.aio.HealthServicer, standing: Standing) -> None:
        """Makes health follow the standing, which changes on any thread."""
        loop, turn = asyncio.get_running_loop(), asyncio.Event()

        def changed() -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(turn.set)

        leave = standing.subscribe(changed)
        try:
            while True:
                turn.clear()
                await self._tell_health(servicer)
                await turn.wait()
        finally:
            leave()

    async def _tell_health(self, servicer: health.aio.HealthServicer) -> None:
        standing = self._standing
        for name in self._names():
            await servicer.set(name, _serving(standing is None or standing.store_answers))
        await servicer.set("", _serving(standing is None or standing.is_ready))

    def _build(self, servicer: health.aio.HealthServicer) -> grpc.aio.Server:
        most = self._settings.max_message_bytes
        server = grpc.aio.server(
            maximum_concurrent_rpcs=self._settings.most_waiting,
            options=[
                # Two servers on one port would share its calls in silence.
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", most),
                ("grpc.max_send_message_length", most),
            ],
        )
        handling = Handling(self._identities, self._pools, self._tally)
        for service in self._services:
            server.add_generic_rpc_handlers([_generic(service, handling)])
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        names = [*self._names(), health.SERVICE_NAME, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, server)
        server.add_generic_rpc_handlers([UnknownMethods()])
        return server

    def _names(self) -> Iterable[str]:
        return [service.descriptor.full_name for service in self._services]


def _generic(service: Service, handling: Handling) -> grpc.GenericRpcHandler:
    methods = {
        method.name: handling.rpc(
            method, service.handlers[method.name], lasting=method.name in service.lasting
        )
        for method in service.descriptor.methods
        if method.name in service.handlers
    }
    return grpc.method_handlers_generic_handler(service.descriptor.full_name, methods)


def _serving(good: bool) -> Any:  # noqa: ANN401 - the stubs know no such type
    answer = health_pb2.HealthCheckResponse
    return answer.SERVING if good else answer.NOT_SERVING


def _now() -> datetime:
    return datetime.now(UTC)
