"""Calls to a control plane."""

from collections.abc import Iterator
from typing import Any

import grpc

from turnout.cli.control.refusals import refusal
from turnout.cli.control.sending import Sending
from turnout.cli.control.waiting import Waiting, waiting_for

LARGEST_PAGE = 1000
"""Of what is listed."""

Stub = Any
"""A generated class of stubs."""
Message = Any
"""A message of `turnout.control.v1`."""


class ControlPlane:
    """Calls with a token and a deadline.

    Args:
        channel: Taken over.
        address: For messages.
        token: Sent along; empty for none.
        timeout: Of each call, in seconds.
    """

    def __init__(self, channel: grpc.Channel, address: str, token: str, timeout: float) -> None:
        self._channel = channel
        self._address = address
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._timeout = timeout

    def close(self) -> None:
        """Gives the channel up."""
        self._channel.close()

    def call(self, stub: Stub, method: str, request: Message, doing: str) -> Message:
        """Asks once.

        Args:
            stub: Of the service.
            method: For example `GetFlag`.
            request: Its message.
            doing: Shown when it takes long, for example `reading the flag`.

        Raises:
            Refused: There is no answer, or it is no.
        """
        with waiting_for(doing) as waiting:
            return self._answer(stub, method, request, waiting)

    def pages(
        self, stub: Stub, method: str, request: Message, doing: str, *, limit: int | None = None
    ) -> Iterator[Message]:
        """Asks for one page after the other.

        Args:
            stub: Of the service.
            method: For example `ListFlags`.
            request: Of the first page; its size is the server's largest, or what is wanted still.
            doing: Shown when it takes long.
            limit: How many entries are wanted; None for all.

        Raises:
            Refused: There is no answer, or it is no.
        """
        largest = request.page_size or LARGEST_PAGE
        with waiting_for(doing) as waiting:
            while limit is None or limit > 0:
                request.page_size = largest if limit is None else min(largest, limit)
                page = self._answer(stub, method, request, waiting)
                yield page
                if not page.next_page_token:
                    return
                request.page_token = page.next_page_token
                limit = None if limit is None else limit - request.page_size

    def send(self, stub: Stub, method: str, messages: Iterator[Message]) -> Message:
        """Sends a stream, however long it takes, and waits for its answer.

        Args:
            stub: Of the service.
            method: For example `ImportMembers`.
            messages: What to send; an error of it ends the call without effect, and goes on.

        Raises:
            Refused: The answer is no, or there is none.
        """
        sending = Sending(messages)
        try:
            return sending.answer(getattr(stub(self._channel), method), self._metadata)
        except grpc.RpcError as error:
            raise refusal(error, self._address, has_token=bool(self._metadata)) from None

    def receive(self, stub: Stub, method: str, request: Message) -> Iterator[Message]:
        """Gives the answers of a stream, however long it takes.

        Args:
            stub: Of the service.
            method: For example `ExportMembers`.
            request: Its message.

        Raises:
            Refused: The answer is no, or there is none.
        """
        call = getattr(stub(self._channel), method)(request, metadata=self._metadata)
        try:
            yield from call
        except grpc.RpcError as error:
            raise refusal(error, self._address, has_token=bool(self._metadata)) from None
        finally:
            call.cancel()

    def _answer(self, stub: Stub, method: str, request: Message, waiting: Waiting) -> Message:
        ask = getattr(stub(self._channel), method)
        try:
            call = ask.future(request, timeout=self._timeout, metadata=self._metadata)
            return waiting.answer(call)
        except grpc.RpcError as error:
            raise refusal(error, self._address, has_token=bool(self._metadata)) from None
