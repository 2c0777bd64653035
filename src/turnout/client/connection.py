"""One keep-alive connection of one thread of one process."""

import contextlib
import math
import os
import socket
import struct
import time

from turnout.client.address import Address
from turnout.client.failures import unreadable
from turnout.client.http import Reply, ReplyReader, Unreadable

RECEIVE_BYTES = 65_536


class NothingReceived(Exception):  # noqa: N818 - named for the situation
    """The connection ended before a byte of the answer: the call may be sent again."""


class Connection:
    """A socket and the answers on it.

    The timeout is the socket's own (SO_RCVTIMEO): Python's needs a `poll` before each `recv`.
    """

    __slots__ = ("_address", "_reader", "_recv", "_sendall", "_socket", "_timeout", "owner")

    def __init__(self, address: Address, timeout: float | None) -> None:
        """Connects.

        Raises:
            Unavailable: Nothing listens there.
            DeadlineExceeded: No connection within the timeout.
        """
        self.owner = os.getpid()
        self._address = address
        self._reader = ReplyReader()
        try:
            self._socket = address.connect(timeout)
        except TimeoutError:
            raise address.late(timeout) from None
        except OSError as error:
            raise address.unreachable(error) from error
        self._socket.settimeout(None)
        self._sendall = self._socket.sendall
        self._recv = self._socket.recv
        self._timeout: float | None = None
        self._set_timeout(timeout)

    def __del__(self) -> None:
        """Closes the socket, with its thread or in a forked child."""
        self.close()

    def close(self) -> None:
        """Closes the socket; in a forked child only the child's copy of it."""
        with contextlib.suppress(AttributeError, OSError):
            self._socket.close()

    def call(self, request: bytes, timeout: float | None) -> Reply:
        """Sends a request and reads its answer.

        Raises:
            NothingReceived: The other side had closed; nothing of an answer came.
            DeadlineExceeded: No answer within the timeout.
            Unavailable: The connection broke in the middle of an answer.
            TurnoutError: The answer is no HTTP.
        """
        if timeout != self._timeout:
            self._set_timeout(timeout)
        started = time.monotonic()
        try:
            self._sendall(request)
            packet = self._recv(RECEIVE_BYTES)
            if not packet:
                raise NothingReceived
            reply = self._reader.feed(packet)
            if reply is None:
                reply = self._receive_rest(started, timeout)
        except BlockingIOError:
            raise self._address.late(timeout) from None
        except (BrokenPipeError, ConnectionResetError) as error:
            if not self._reader.started:
                raise NothingReceived from None
            raise self._address.unreachable(error) from error
        except Unreadable as error:
            raise unreadable(self._address, error) from error
        return reply

    def _receive_rest(self, started: float, timeout: float | None) -> Reply:
        while True:
            if timeout is not None and time.monotonic() - started >= timeout:
                raise self._address.late(timeout)
            packet = self._recv(RECEIVE_BYTES)
            reply = self._reader.feed(packet) if packet else self._reader.feed_end()
            if reply is not None:
                return reply

    def _set_timeout(self, timeout: float | None) -> None:
        # Zero would mean "for ever".
        microseconds = 0 if timeout is None else max(1, math.ceil(timeout * 1_000_000))
        timeval = struct.pack("@ll", *divmod(microseconds, 1_000_000))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
        self._timeout = timeout
