"""The client without threads."""

import contextlib
import os
import threading
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Self

from turnout.client import calls
from turnout.client.address import check_timeout, parse
from turnout.client.connection import Connection, NothingReceived
from turnout.client.failures import from_reply
from turnout.client.http import Reply, request_head
from turnout.client.usual import DecideAnswers
from turnout.results import (
    Context,
    Decision,
    Explanation,
    ItemFailure,
    MatchingSegments,
    SegmentCheck,
    SnapshotRef,
    SnapshotStatus,
)

DEFAULT_TIMEOUT = 5.0

MAX_HEADS = 1000
"""Heads of requests that are remembered."""


class Client:
    """Asks a sidecar.

    Has no threads of its own and may be shared by threads and inherited by forked processes: each
    thread of each process has one keep-alive connection, opened with its first call.

    Args:
        address: `unix:/path` or `host:port`; by default the Unix socket of a sidecar with default
            settings, if it is there, else `127.0.0.1:8013`.
        timeout: Seconds for a call, connecting apart; sent along as its deadline. `None` waits for
            ever.

    Every call raises a `TurnoutError`: `Unavailable` when there is no server, `DeadlineExceeded`
    when no answer came in time, `InvalidArgument` for what cannot be asked.
    """

    def __init__(
        self, address: str | None = None, *, timeout: float | None = DEFAULT_TIMEOUT
    ) -> None:
        check_timeout(timeout)
        self._address = parse(address)
        self._timeout = timeout
        self._local = threading.local()
        self._known = DecideAnswers()
        # By method, length of the body and timeout.
        self._heads: dict[tuple[str, int, float | None], bytes] = {}

    def __repr__(self) -> str:
        """Where it asks."""
        return f"Client({str(self._address)!r}, timeout={self._timeout})"

    def __enter__(self) -> Self:
        """Gives itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes this thread's connection; the next call opens a new one."""
        self._local.__dict__.pop("connection", None)

    def decide(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        default: object = None,
        expected_type: type | None = None,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> Decision:
        """Decides one flag or experiment.

        Args:
            key: The flag's or experiment's key.
            context: For whom; by default someone of whom nothing is known.
            now: The instant to decide at; by default the server's clock.
            default: The decision's value when it has no variant.
            expected_type: `bool`, `str`, `int`, `float` or `dict`.
            min_revision: Do not answer from an older revision.
            timeout: Seconds, in place of the client's.

        Raises:
            FlagNotFound: No flag or experiment has this key.
            TypeMismatch: Its values are not of the expected type.
        """
        body = self._call(
            "Decide",
            calls.decide_request(key, context, now, expected_type, min_revision),
            timeout,
        )
        return calls.read_decide(body, default, self._known)

    def decide_many(
        self,
        keys: Iterable[str],
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> list[Decision | ItemFailure]:
        """Decides several keys on one snapshot and one `now`, in the order asked."""
        request = calls.decide_many_request(keys, context, now, min_revision)
        return calls.read_decide_many(self._call("BatchDecide", request, timeout))

    def decide_all(
        self,
        context: Context | None = None,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
        timeout: float | None = None,
    ) -> list[Decision]:
        """Decides every flag and experiment, or those of a tag or a key prefix, sorted by key."""
        request = calls.decide_all_request(context, now, tag, prefix)
        return calls.read_decide_all(self._call("DecideAll", request, timeout))

    def check_segment(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> SegmentCheck:
        """Tells whether a context is in a segment.

        Raises:
            SegmentNotFound: No segment has this key.
        """
        request = calls.check_segment_request(key, context, now, min_revision)
        return calls.read_check_segment(self._call("CheckSegment", request, timeout))

    def check_segments(
        self,
        keys: Iterable[str],
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> list[SegmentCheck | ItemFailure]:
        """Checks several segments on one snapshot and one `now`, in the order asked."""
        request = calls.check_segments_request(keys, context, now, min_revision)
        return calls.read_check_segments(self._call("BatchCheckSegments", request, timeout))

    def matching_segments(
        self,
        context: Context | None = None,
        *,
        tag: str | None = None,
        prefix: str | None = None,
        now: datetime | None = None,
        timeout: float | None = None,
    ) -> MatchingSegments:
        """Lists the segments that a context is in, or those of them with a tag or key prefix."""
        request = calls.matching_segments_request(context, now, tag, prefix)
        return calls.read_matching_segments(self._call("ListMatchingSegments", request, timeout))

    def explain(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        default: object = None,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> Explanation:
        """Decides one flag or experiment and shows the way to the decision.

        Raises:
            FlagNotFound: No flag or experiment has this key.
        """
        request = calls.explain_request("key", key, context, now, min_revision)
        return calls.read_explain(self._call("Explain", request, timeout), default)

    def explain_segment(
        self,
        key: str,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> Explanation:
        """Checks one segment and shows the way to the answer.

        Raises:
            SegmentNotFound: No segment has this key.
        """
        request = calls.explain_request("segment", key, context, now, min_revision)
        return calls.read_explain(self._call("Explain", request, timeout), None)

    def snapshot_status(self, *, timeout: float | None = None) -> SnapshotStatus:
        """Describes the snapshot that is being served."""
        return calls.read_snapshot_status(self._call("GetSnapshotStatus", b"", timeout))

    @property
    def snapshot(self) -> SnapshotRef:
        """The snapshot that is being served; asks the server."""
        return self.snapshot_status().snapshot

    def _call(self, method: str, body: bytes, timeout: float | None) -> bytes:
        if timeout is None:
            timeout = self._timeout
        head = self._heads.get((method, len(body), timeout))
        request = (head or self._new_head(method, len(body), timeout)) + body
        try:
            connection: Connection = self._local.connection
            kept = connection.owner == os.getpid()
        except AttributeError:
            kept = False
        try:
            if not kept:
                connection = self._local.connection = Connection(self._address, timeout)
            status, _, answer, keep_alive = reply = connection.call(request, timeout)
        except NothingReceived:
            status, _, answer, keep_alive = reply = self._call_again(request, timeout, kept=kept)
        except BaseException:
            # Its answer may still be on the way, and would be taken for the next call's.
            self.close()
            raise
        if not keep_alive:
            self.close()
        if status != 200:
            raise from_reply(reply)
        return answer

    def _call_again(self, request: bytes, timeout: float | None, *, kept: bool) -> Reply:
        # The server had closed the idle connection. A call changes nothing: it may be sent again.
        self.close()
        if kept:
            connection = Connection(self._address, timeout)
            with contextlib.suppress(NothingReceived):
                reply = connection.call(request, timeout)
                self._local.connection = connection
                return reply
        raise self._address.unanswered() from None

    def _new_head(self, method: str, length: int, timeout: float | None) -> bytes:
        check_timeout(timeout)
        if len(self._heads) > MAX_HEADS:
            self._heads.clear()
        head = request_head(method, self._address.authority, timeout) + b"%d\r\n\r\n" % length
        self._heads[method, length, timeout] = head
        return head
