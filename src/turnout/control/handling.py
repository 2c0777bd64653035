"""From a call on the wire to a handler in a thread, and back."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote

import grpc
import grpc.aio
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from turnout.control.access import require_role
from turnout.control.calls import Answer, Call
from turnout.control.errors import DETAILS_KEY, Failure, failure_of, status_of
from turnout.control.failures import OutOfTime
from turnout.control.identity import Identities
from turnout.control.services.items import Handler
from turnout.control.streams import Malformed, Received, read_message, send_all
from turnout.control.tally import Tally
from turnout.telemetry import fields

_Context = grpc.aio.ServicerContext[Any, Any]

_log = logging.getLogger("turnout.control")


class Pools(NamedTuple):
    """Threads that handlers run in."""

    quick: ThreadPoolExecutor
    """For those that answer as soon as they can."""
    lasting: ThreadPoolExecutor
    """For those that go on as long as their callers do: streams, and who waits for something."""


class Handling:
    """Answers calls by handlers that may wait, in a bounded number of threads.

    Args:
        identities: Tells who calls.
        pools: Where handlers run.
        tally: Is counted up.
    """

    def __init__(self, identities: Identities, pools: Pools, tally: Tally) -> None:
        self._identities = identities
        self._pools = pools
        self._tally = tally

    def rpc(
        self, method: MethodDescriptor, handler: Handler, *, lasting: bool = False
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        """Gives what gRPC calls for one RPC.

        Args:
            method: In its service. A stream of requests comes to the handler as an iterator of
                messages, and a stream of answers is one that it gives.
            handler: Answers it.
            lasting: It may wait for long.
        """
        lasting = lasting or method.client_streaming or method.server_streaming
        pool = self._pools.lasting if lasting else self._pools.quick
        make = _MAKERS[method.client_streaming, method.server_streaming]
        return make(
            self._answerer(method, handler, pool),
            request_deserializer=_reader(GetMessageClass(method.input_type)),
            response_serializer=_write,
        )

    def _answerer(
        self, method: MethodDescriptor, handler: Handler, pool: Executor
    ) -> Callable[..., Awaitable[Answer | None]]:
        async def answer(request: Any, context: _Context) -> Answer | None:  # noqa: ANN401 - any request
            loop = asyncio.get_running_loop()
            work = _Work(self._identities, method, handler, context, loop)
            try:
                return await loop.run_in_executor(pool, work.do, request)
            except asyncio.CancelledError:
                work.give_up()
                raise
            except Exception as error:  # noqa: BLE001 - nothing may come out as UNKNOWN
                failure = failure_of(error)
                if failure.code is grpc.StatusCode.UNAUTHENTICATED:
                    self._tally.unauthenticated += 1
                await _abort(context, method.name, failure)

        return answer


_MAKERS: dict[tuple[bool, bool], Callable[..., "grpc.RpcMethodHandler[Any, Any]"]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
}
"""By whether requests and answers are streams."""


class UnknownMethods(grpc.GenericRpcHandler):
    """Answers every path that is no method: what it is asked after all others."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401 - the stubs know no asynchronous ones
        """Gives what refuses the call."""
        path = handler_call_details.method
        text = f"no method is served at `{path}`"
        code = grpc.StatusCode.UNIMPLEMENTED
        failure = Failure(code, "UNKNOWN_METHOD", text, {"path": path})

        async def refuse(_: object, context: _Context) -> None:
            await _abort(context, path, failure)

        return grpc.stream_stream_rpc_method_handler(refuse)


class _Work:
    """One call, as its thread does it."""

    def __init__(
        self,
        identities: Identities,
        method: MethodDescriptor,
        handler: Handler,
        context: _Context,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._identities = identities
        self._descriptor = method
        self._method = method.name
        self._handler = handler
        self._context = context
        self._loop = loop
        metadata: Any = context.invocation_metadata() or ()
        self._authorization = [str(text) for name, text in metadata if name == "authorization"]
        self._connection = context.auth_context()
        self._peer = unquote(context.peer())
        left = context.time_remaining()
        self._until = None if left is None else time.monotonic() + left
        self._call: Call | None = None
        self._given_up = False

    def give_up(self) -> None:
        """The caller has gone: what is not written yet is not written."""
        self._given_up = True
        if self._call is not None:
            self._call.give_up()

    def do(self, request: Any) -> Answer | None:  # noqa: ANN401 - any request, or a stream of them
        """Finds out who calls, and answers; None where the answers were sent as a stream."""
        started = time.monotonic()
        if self._given_up or (self._until is not None and started > self._until):
            raise OutOfTime
        caller = self._identities.caller(self._authorization, self._connection)
        require_role(caller, self._method)
        call = self._call = Call(self._method, caller, self._peer, self._until)
        if self._given_up:
            call.give_up()
        answer = self._answer(call, request)
        took = round((time.monotonic() - started) * 1000, 1)
        extra = fields(method=self._method, actor=caller.actor, peer=self._peer, ms=took)
        _log.debug("answered", extra=extra)
        return answer

    def _answer(self, call: Call, request: Any) -> Answer | None:  # noqa: ANN401 - as above
        if self._descriptor.client_streaming:
            return self._handler(call, Received(request, call, self._loop))
        answer = self._handler(call, read_message(request))
        if not self._descriptor.server_streaming:
            return answer
        send_all(answer, self._context, call, self._loop)
        return None


def _reader(message: type[Message]) -> Callable[[bytes], Message | Malformed]:
    def read(sent: bytes) -> Message | Malformed:
        # What gRPC makes of an exception here is INTERNAL, and the caller was wrong.
        try:
            return message.FromString(sent)
        except DecodeError as error:
            return Malformed(str(error))

    return read


def _write(answer: Answer) -> bytes:
    return answer if isinstance(answer, bytes) else answer.SerializeToString()


async def _abort(context: _Context, method: str, failure: Failure) -> NoReturn:
    status = status_of(failure)
    peer = unquote(context.peer())
    extra = fields(method=method, code=failure.code.name, reason=failure.reason, peer=peer)
    _log.info("refused: %s", failure.message, extra=extra)
    details = ((DETAILS_KEY, status.SerializeToString()),)
    await context.abort(failure.code, status.message, trailing_metadata=details)
    raise AssertionError("abort always raises")
