"""Streams of messages, between the loop that gRPC runs in and the thread of a handler."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from typing import Any, NamedTuple, Self

from google.protobuf.message import Message

from turnout.control.calls import Call
from turnout.control.failures import InvalidArgument, OutOfTime, Silent

_LOOK_S = 0.25
"""How long a thread waits before it looks whether its caller is still there."""
SILENCE_S = 60.0
"""How long a caller may send nothing: what a handler holds meanwhile, others may wait for."""

_Loop = asyncio.AbstractEventLoop


class Malformed(NamedTuple):
    """Bytes that are no message."""

    said: str


def read_message(received: Message | Malformed) -> Message:
    """The message that came.

    Raises:
        InvalidArgument: It was none.
    """
    if isinstance(received, Malformed):
        text = f"the message cannot be read: {received.said}"
        raise InvalidArgument("", text, reason="MALFORMED_MESSAGE")
    return received


class Received(Iterator[Message]):
    """The messages of a caller, one after the other; the next is fetched when it is asked for.

    Args:
        messages: As gRPC gives them.
        call: That they belong to.
        loop: That gRPC runs in.
    """

    def __init__(
        self, messages: AsyncIterator[Message | Malformed], call: Call, loop: _Loop
    ) -> None:
        self._messages = messages
        self._call = call
        self._loop = loop

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> Message:
        """Waits for the next one.

        Raises:
            OutOfTime: The caller has gone.
            Silent: The caller is there, and sends nothing.
            InvalidArgument: What came is no message.
        """
        received = _wait(self._next(), self._call, self._loop, SILENCE_S)
        if received is None:
            raise StopIteration
        return read_message(received)

    async def _next(self) -> Message | Malformed | None:
        return await anext(self._messages, None)


def send_all(answers: Any, context: Any, call: Call, loop: _Loop) -> None:  # noqa: ANN401 - a generator of messages, and gRPC's own
    """Sends messages as fast as the caller takes them.

    Raises:
        OutOfTime: The caller has gone.
    """
    with closing(answers):
        for message in answers:
            _wait(context.write(message), call, loop)


def _wait(
    coming: Coroutine[Any, Any, Any],
    call: Call,
    loop: _Loop,
    most_s: float = math.inf,
) -> Any:  # noqa: ANN401 - what it gives
    future = asyncio.run_coroutine_threadsafe(coming, loop)
    until = time.monotonic() + most_s
    while True:
        try:
            return future.result(timeout=_LOOK_S)
        except TimeoutError:
            if call.is_awaited() and time.monotonic() < until:
                continue
            future.cancel()
            call.check()
            raise Silent(most_s) from None
        except CancelledError:
            raise OutOfTime from None
