"""Connections of the asyncio client: one call after the other, or one stream."""

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator
from typing import Self

from turnout.client.address import Address
from turnout.client.connection import RECEIVE_BYTES, NothingReceived
from turnout.client.failures import from_error, from_reply, unreadable
from turnout.client.http import Chunks, Reply, ReplyReader, Unreadable, read_head, request_head

__all__ = ["NothingReceived", "Stream", "watch"]

_ENVELOPE = struct.Struct(">BI")
_END_OF_STREAM = 0x02


class Stream:
    """One keep-alive connection of one event loop."""

    __slots__ = ("_address", "_reader", "_replies", "_writer")

    def __init__(
        self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._address = address
        self._reader = reader
        self._writer = writer
        self._replies = ReplyReader()

    @classmethod
    async def open(cls, address: Address) -> Self:
        """Connects.

        Raises:
            Unavailable: Nothing listens there.
        """
        try:
            if address.path is not None:
                reader, writer = await asyncio.open_unix_connection(address.path)
            else:
                reader, writer = await asyncio.open_connection(address.host, address.port)
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            raise address.unreachable(error) from error
        return cls(address, reader, writer)

    def close(self) -> None:
        """Closes the connection, without waiting for it."""
        self._writer.close()

    async def aclose(self) -> None:
        """Closes the connection and waits until it is closed."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def abandon(self) -> None:
        """Closes the socket of a connection whose loop is another one, or gone."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.close()

    async def call(self, request: bytes) -> Reply:
        """Sends a request and reads its answer; raises as `Connection.call`."""
        try:
            self._writer.write(request)
            packet = await self._reader.read(RECEIVE_BYTES)
            if not packet:
                raise NothingReceived
            reply = self._replies.feed(packet)
            while reply is None:
                packet = await self._reader.read(RECEIVE_BYTES)
                reply = self._replies.feed(packet) if packet else self._replies.feed_end()
        except (BrokenPipeError, ConnectionResetError) as error:
            if not self._replies.started:
                raise NothingReceived from None
            raise self._address.unreachable(error) from error
        except Unreadable as error:
            raise unreadable(self._address, error) from error
        return reply

    async def messages(self, request: bytes) -> AsyncIterator[bytes]:
        """Sends a streaming request and gives the messages of its answer.

        Raises:
            TurnoutError: The stream ended with an error, or was cut.
        """
        self._writer.write(request)
        try:
            head = read_head((await self._reader.readuntil(b"\r\n\r\n"))[:-4])
            if head.status != 200 or not head.chunked:
                body = await self._reader.readexactly(head.length or 0)
                raise from_reply(Reply(head.status, head.content_type, body, keep_alive=False))
            async for message in self._envelopes():
                yield message
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise self._address.unanswered() from error
        except Unreadable as error:
            raise unreadable(self._address, error) from error

    async def _envelopes(self) -> AsyncIterator[bytes]:
        chunks = Chunks()
        rest = received = b""
        while not chunks.ended:
            packet = await self._reader.read(RECEIVE_BYTES)
            if not packet:
                raise self._address.unanswered()
            rest = chunks.feed(rest + packet)
            received += chunks.take()
            while (envelope := _envelope(received)) is not None:
                flags, message = envelope
                received = received[_ENVELOPE.size + len(message) :]
                if flags & _END_OF_STREAM:
                    _raise_end(message)
                    return
                yield message
        raise self._address.unanswered()


def _envelope(received: bytes) -> tuple[int, bytes] | None:
    if len(received) < _ENVELOPE.size:
        return None
    flags, length = _ENVELOPE.unpack_from(received)
    end = _ENVELOPE.size + length
    return (flags, received[_ENVELOPE.size : end]) if len(received) >= end else None


def _raise_end(message: bytes) -> None:
    end = json.loads(message or b"{}")
    if isinstance(end, dict) and isinstance(end.get("error"), dict):
        raise from_error(end["error"])


async def watch(address: Address) -> AsyncIterator[bytes]:
    """The messages of `Watch`, on a connection of their own."""
    body = _ENVELOPE.pack(0, 0)
    head = request_head("Watch", address.authority, None, streaming=True)
    stream = await Stream.open(address)
    try:
        async for message in stream.messages(b"%b%d\r\n\r\n%b" % (head, len(body), body)):
            yield message
    finally:
        await stream.aclose()
