"""The asyncio twin of the client."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import TracebackType
from typing import Self

from turnout.client import calls
from turnout.client.address import check_timeout, parse
from turnout.client.blocking import DEFAULT_TIMEOUT
from turnout.client.failures import from_reply
from turnout.client.http import request_head
from turnout.client.streams import NothingReceived, Stream, watch
from turnout.client.usual import DecideAnswers
from turnout.results import (
    Context,
    Decision,
    Explanation,
    ItemFailure,
    MatchingSegments,
    SegmentCheck,
    SnapshotChange,
    SnapshotStatus,
)

MAX_IDLE = 8
"""Connections that are kept while no call uses them."""


class AsyncClient:
    """Asks a sidecar from asyncio; see `Client` for what calls take, give and raise.

    Calls at the same time have a connection each; a few are kept. Use one client in one event
    loop, and `async with` or `aclose` at its end.

    Args:
        address: `unix:/path` or `host:port`, as for `Client`.
        timeout: Seconds for a call; sent along as its deadline. `None` waits for ever.
    """

    def __init__(
        self, address: str | None = None, *, timeout: float | None = DEFAULT_TIMEOUT
    ) -> None:
        check_timeout(timeout)
        self._address = parse(address)
        self._timeout = timeout
        self._known = DecideAnswers()
        self._idle: list[Stream] = []
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None

    def __repr__(self) -> str:
        """Where it asks."""
        return f"AsyncClient({str(self._address)!r}, timeout={self._timeout})"

    async def __aenter__(self) -> Self:
        """Gives itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections that no call uses; the next call opens a new one."""
        idle, self._idle = self._idle, []
        for stream in idle:
            await stream.aclose()

    async def decide(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        default: object = None,
        expected_type: type | None = None,
        min_revision: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> Decision:
        """As `Client.decide`."""
        body = await self._call(
            "Decide",
            calls.decide_request(key, context, now, expected_type, min_revision),
            timeout,
        )
        return calls.read_decide(body, default, self._known)

    async def decide_many(
        self,
        keys: Iterable[str],
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> list[Decision | ItemFailure]:
        """As `Client.decide_many`."""
        request = calls.decide_many_request(keys, context, now, min_revision)
        return calls.read_decide_many(await self._call("BatchDecide", request, timeout))

    async def decide_all(
        self,
        context: Context | None = None,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> list[Decision]:
        """As `Client.decide_all`."""
        request = calls.decide_all_request(context, now, tag, prefix)
        return calls.read_decide_all(await self._call("DecideAll", request, timeout))

    async def check_segment(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> SegmentCheck:
        """As `Client.check_segment`."""
        request = calls.check_segment_request(key, context, now, min_revision)
        return calls.read_check_segment(await self._call("CheckSegment", request, timeout))

    async def check_segments(
        self,
        keys: Iterable[str],
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> list[SegmentCheck | ItemFailure]:
        """As `Client.check_segments`."""
        request = calls.check_segments_request(keys, context, now, min_revision)
        return calls.read_check_segments(await self._call("BatchCheckSegments", request, timeout))

    async def matching_segments(
        self,
        context: Context | None = None,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> MatchingSegments:
        """As `Client.matching_segments`."""
        request = calls.matching_segments_request(context, now, tag, prefix)
        body = await self._call("ListMatchingSegments", request, timeout)
        return calls.read_matching_segments(body)

    async def explain(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        default: object = None,
        min_revision: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> Explanation:
        """Decides one flag or experiment and shows the way to the decision.

        Raises:
            FlagNotFound: No flag or experiment has this key.
        """
        request = calls.explain_request("key", key, context, now, min_revision)
        return calls.read_explain(await self._call("Explain", request, timeout), default)

    async def explain_segment(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> Explanation:
        """Checks one segment and shows the way to the answer.

        Raises:
            SegmentNotFound: No segment has this key.
        """
        request = calls.explain_request("segment", key, context, now, min_revision)
        return calls.read_explain(await self._call("Explain", request, timeout), None)

    async def snapshot_status(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - it is sent along as the deadline
    ) -> SnapshotStatus:
        """As `Client.snapshot_status`."""
        return calls.read_snapshot_status(await self._call("GetSnapshotStatus", b"", timeout))

    async def watch(self) -> AsyncIterator[SnapshotChange]:
        """Gives the current snapshot at once, then each that becomes current, for ever.

        Has a connection of its own, closed when the iteration ends.

        Raises:
            Unavailable: The server closes; start again after a while.
        """
        async for body in watch(self._address):
            yield calls.read_watch(body)

    async def _call(self, method: str, body: bytes, seconds: float | None) -> bytes:
        seconds = self._timeout if seconds is None else seconds
        check_timeout(seconds)
        head = request_head(method, self._address.authority, seconds)
        request = b"%b%d\r\n\r\n%b" % (head, len(body), body)
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(request)
        except TimeoutError:
            raise self._address.late(seconds) from None

    async def _exchange(self, request: bytes) -> bytes:
        stream = self._take()
        if stream is not None:
            try:
                return await self._ask(stream, request)
            except NothingReceived:
                pass  # the server had closed the idle connection; a call changes nothing
        stream = await Stream.open(self._address)
        try:
            return await self._ask(stream, request)
        except NothingReceived:
            raise self._address.unanswered() from None

    async def _ask(self, stream: Stream, request: bytes) -> bytes:
        try:
            reply = await stream.call(request)
        except BaseException:
            # Its answer may still be on the way, and would be taken for the next call's.
            stream.close()
            raise
        if reply.keep_alive and len(self._idle) < MAX_IDLE:
            self._idle.append(stream)
        else:
            stream.close()
        if reply.status != 200:
            raise from_reply(reply)
        return reply.body

    def _take(self) -> Stream | None:
        owner = (os.getpid(), asyncio.get_running_loop())
        if owner != self._owner:
            # Another process or another loop: the connections of the first are of no use here.
            self._owner = owner
            for stream in self._idle:
                stream.abandon()
            self._idle.clear()
        return self._idle.pop() if self._idle else None
