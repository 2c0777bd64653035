"""From a call on the wire to a handler in a thread, and back."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from turnout.control.access import require_role
from turnout.control.calls import Answer, Call
from turnout.control.errors import DETAILS_KEY, Failure, failure_of, status_of
from turnout.control.failures import InvalidArgument, OutOfTime
from turnout.control.identity import Identities
from turnout.control.services.items import Handler
from turnout.control.tally import Tally
from turnout.telemetry import fields

_Context = grpc.aio.ServicerContext[Any, Any]

_log = logging.getLogger("turnout.control")


class Malformed(NamedTuple):
    """Bytes that are no message."""

    said: str


class Handling:
    """Answers calls by handlers that may wait, in a bounded number of threads.

    Args:
        identities: Tells who calls.
        pool: Where handlers run.
        tally: Is counted up.
    """

    def __init__(self, identities: Identities, pool: Executor, tally: Tally) -> None:
        self._identities = identities
        self._pool = pool
        self._tally = tally

    def unary(
        self, method: str, request: type[Message], handler: Handler
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        """Gives what gRPC calls for one RPC."""
        return grpc.unary_unary_rpc_method_handler(
            self._answerer(method, handler),
            request_deserializer=_reader(request),
            response_serializer=_write,
        )

    def _answerer(self, method: str, handler: Handler) -> Callable[..., Awaitable[Answer]]:
        async def answer(request: Any, context: _Context) -> Answer:  # noqa: ANN401 - any request
            work = _Work(self._identities, method, handler, request, context)
            try:
                return await asyncio.get_running_loop().run_in_executor(self._pool, work.do)
            except asyncio.CancelledError:
                work.give_up()
                raise
            except Exception as error:  # noqa: BLE001 - nothing may come out as UNKNOWN
                failure = failure_of(error)
                if failure.code is grpc.StatusCode.UNAUTHENTICATED:
                    self._tally.unauthenticated += 1
                await _abort(context, method, failure)

        return answer


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
        method: str,
        handler: Handler,
        request: Any,  # noqa: ANN401 - any request
        context: _Context,
    ) -> None:
        self._identities = identities
        self._method = method
        self._handler = handler
        self._request = request
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

    def do(self) -> Answer:
        """Finds out who calls, and answers."""
        started = time.monotonic()
        if self._given_up or (self._until is not None and started > self._until):
            raise OutOfTime
        caller = self._identities.caller(self._authorization, self._connection)
        require_role(caller, self._method)
        if isinstance(self._request, Malformed):
            raise InvalidArgument("", f"the message cannot be read: {self._request.said}",
                                  reason="MALFORMED_MESSAGE")  # fmt: skip
        self._call = Call(self._method, caller, self._peer, self._until)
        if self._given_up:
            self._call.give_up()
        answer = self._handler(self._call, self._request)
        took = round((time.monotonic() - started) * 1000, 1)
        extra = fields(method=self._method, actor=caller.actor, peer=self._peer, ms=took)
        _log.debug("answered", extra=extra)
        return answer


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
