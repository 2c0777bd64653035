"""Hands the current snapshot to sidecars over HTTP, and tells them of changes.

`GET /v1/snapshot` gives it whole, or 304 by its ETag; `GET /v1/snapshot/events` is a stream of
server-sent events that names it at once and at each change; `GET /v1/members/NAME` gives the member
sets that it names, and what leads from one to another; `GET /healthz` says that the process
answers, and what became of the snapshots that are written elsewhere.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web

from turnout.releases.announcer import Announcer
from turnout.releases.current_snapshot import Feed
from turnout.releases.member_files import MemberFile, NoSuchRange

KEEP_ALIVE_S = 15.0
BACKLOG = 4096
"""For the listener: after a restart all watchers come at once, and who is dropped waits seconds."""
_STREAM_LIFE_S = 900.0
_CHUNK_BYTES = 1 << 18
_PATIENCE_S = 30.0
_ALIVE = b": alive\n\n"


class Verdict(Enum):
    """Whether a caller may read snapshots."""

    ALLOWED = "allowed"
    UNKNOWN = "unknown"
    FORBIDDEN = "forbidden"


class Caller(NamedTuple):
    """Who asks."""

    token: str | None
    """The bearer token, as it was sent."""
    certificate: Mapping[str, Any] | None
    """The client's certificate, where TLS checked one; as `ssl.SSLSocket.getpeercert` gives it."""
    address: str


Judge = Callable[[Caller], Awaitable[Verdict]]
"""Says who may read. It has to compare in constant time, and must not block the loop."""


@dataclass
class Traffic:
    """What was handed out since the start. Counted and read on one event loop."""

    sent: int = 0
    """Snapshots that were taken whole."""
    unchanged: int = 0
    """Requests for one that the caller had."""
    sets: int = 0
    """Member sets, and what leads from one to another, that were taken to their end."""
    watchers: int = 0
    """Streams of changes that are open."""


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger("turnout.worker")


def distribution(
    feed: Feed,
    judge: Judge | None = None,
    *,
    members: Path | None = None,
    traffic: Traffic | None = None,
    told: Callable[[], Mapping[str, Any]] | None = None,
    keep_alive_s: float = KEEP_ALIVE_S,
    stream_life_s: float = _STREAM_LIFE_S,
) -> web.Application:
    """Makes the application; its shutdown ends the streams.

    Args:
        feed: What is current, and news of it.
        judge: Who may read; None: whoever reaches the port.
        members: The folder of the member sets that snapshots name; None: there are none.
        traffic: Is counted up.
        told: What `/healthz` says of where snapshots are written to; None: they are not.
        keep_alive_s: How often a stream without news says that it is there.
        stream_life_s: When a stream ends in good order: its caller comes again, perhaps to another
            server, and shows its token again.
    """
    announcer = Announcer(feed)
    app = web.Application(middlewares=[_plain_errors])
    traffic = traffic or Traffic()
    doors = _Doors(feed, announcer, judge, members, traffic, keep_alive_s, stream_life_s)
    app.router.add_get("/v1/snapshot", doors.snapshot)
    app.router.add_get("/v1/snapshot/events", doors.events, allow_head=False)
    app.router.add_get("/v1/members/{name}", doors.members)

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"} | ({"snapshots_to": told()} if told else {}))

    app.router.add_get("/healthz", health)

    async def listens(_app: web.Application) -> AsyncIterator[None]:
        async with announcer.listening():
            yield

    async def drains(_app: web.Application) -> None:
        announcer.finish()

    app.cleanup_ctx.append(listens)
    app.on_shutdown.append(drains)
    return app


class _Doors:
    """What answers each path."""

    def __init__(
        self,
        feed: Feed,
        announcer: Announcer,
        judge: Judge | None,
        members: Path | None,
        traffic: Traffic,
        keep_alive_s: float,
        stream_life_s: float,
    ) -> None:
        self._feed = feed
        self._members = members
        self._traffic = traffic
        self._announcer = announcer
        self._judge = judge
        self._keep_alive_s = keep_alive_s
        self._stream_life_s = stream_life_s

    async def snapshot(self, request: web.Request) -> web.StreamResponse:
        """`GET /v1/snapshot`."""
        refused = await self._refused(request)
        if refused:
            return refused
        current = self._feed.current()
        if current is None:
            return _error(404, "NOT_FOUND", "nothing was published yet")
        headers = {
            "ETag": f'"{current.seal}"',
            "Cache-Control": "private, no-cache",
            "turnout-revision": str(current.revision),
            "turnout-id": current.id,
        }
        if any(tag.value in {current.seal, "*"} for tag in request.if_none_match or ()):
            self._traffic.unchanged += 1
            return web.Response(status=304, headers=headers)
        response = web.StreamResponse(headers=headers)
        response.content_type = "application/octet-stream"
        response.content_length = len(current.sealed)
        body = b"" if request.method == "HEAD" else current.sealed
        if await _send(request, response, _pieces(body)) and body:
            self._traffic.sent += 1
        return response

    async def members(self, request: web.Request) -> web.StreamResponse:
        """`GET /v1/members/NAME`: immutable, also in parts."""
        refused = await self._refused(request)
        if refused:
            return refused
        file = await MemberFile.open(self._members, request.match_info["name"])
        if file is None:
            return _error(404, "NOT_FOUND", f"there is no member set at `{request.path}`")
        async with file:
            if any(tag.value in {file.tag, "*"} for tag in request.if_none_match or ()):
                return web.Response(status=304, headers=file.headers)
            try:
                part = file.part(request)
            except NoSuchRange as error:
                refused = _error(416, "OUT_OF_RANGE", str(error))
                refused.headers["Content-Range"] = f"bytes */{file.size}"
                return refused
            response = web.StreamResponse(status=part.status, headers=file.headers | part.headers)
            response.content_type = "application/octet-stream"
            response.content_length = part.end - part.start
            wanted = request.method != "HEAD"
            pieces = file.pieces(part.start, part.end if wanted else part.start)
            if await _send(request, response, pieces) and wanted and part.end == file.size:
                self._traffic.sets += 1
            return response

    async def events(self, request: web.Request) -> web.StreamResponse:
        """`GET /v1/snapshot/events`."""
        refused = await self._refused(request)
        if refused:
            return refused
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = "text/event-stream"
        self._traffic.watchers += 1
        try:
            await _send(request, response, self._told())
        finally:
            self._traffic.watchers -= 1
        return response

    async def _told(self) -> AsyncIterator[bytes]:
        # Not the same for all: those who came at once shall not all come again at once.
        life_s = self._stream_life_s * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load
        until, seen = time.monotonic() + life_s, ""
        yield _ALIVE
        while not self._announcer.is_over and time.monotonic() < until:
            current = await self._announcer.after(seen, self._keep_alive_s)
            if current:
                seen = current.seal
            yield self._announcer.event(current) if current else _ALIVE

    async def _refused(self, request: web.Request) -> web.Response | None:
        """What to answer a caller who may not read; None: it may."""
        if self._judge is None:
            return None
        match await self._judge(_caller(request)):
            case Verdict.ALLOWED:
                return None
            case Verdict.FORBIDDEN:
                return _error(403, "PERMISSION_DENIED", "this token may not read snapshots")
            case Verdict.UNKNOWN:
                refused = _error(401, "UNAUTHENTICATED", "a bearer token is needed that is known")
                refused.headers["WWW-Authenticate"] = "Bearer"
                return refused


def _caller(request: web.Request) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    transport = request.transport
    return Caller(
        token=token.strip() if scheme.lower() == "bearer" and token.strip() else None,
        certificate=transport.get_extra_info("peercert") if transport else None,
        address=request.remote or "",
    )


async def _pieces(sealed: bytes) -> AsyncIterator[memoryview]:
    """A slow reader holds a piece in memory, not all of it."""
    view = memoryview(sealed)
    for at in range(0, len(view), _CHUNK_BYTES):
        yield view[at : at + _CHUNK_BYTES]


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    parts: AsyncIterator[bytes] | AsyncIterator[memoryview],
) -> bool:
    """Writes head and parts; cuts off who does not take one in time, and leaves who has gone.

    Gives whether all was written.
    """
    try:
        await response.prepare(request)
        async for part in parts:
            async with asyncio.timeout(_PATIENCE_S):
                await response.write(part)
    except BaseException as error:
        # It must not look whole, nor may an error be written into it.
        if request.transport:
            request.transport.abort()
        if not isinstance(error, TimeoutError | ConnectionError):
            raise
        return False
    return True


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)


@web.middleware
async def _plain_errors(request: web.Request, handler: Answer) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return _error(404, "NOT_FOUND", f"there is nothing at `{request.path}`")
    except web.HTTPMethodNotAllowed as error:
        refused = _error(405, "UNIMPLEMENTED", f"`{request.method}` is not answered here")
        refused.headers["Allow"] = ",".join(sorted(error.allowed_methods))
        return refused
    except (web.HTTPException, ConnectionError):
        raise
    except Exception:  # noqa: BLE001 - a bug must not tell its insides
        _log.exception("this is a bug of turnout")
        return _error(500, "INTERNAL", "this is a bug: the log says more")
