"""Where a control plane says how it is: health and metrics, for whoever reaches the port."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from aiohttp import web

from turnout.control.http_port import open_port
from turnout.control.standing import Standing
from turnout.control.tally import Tally
from turnout.releases.current_snapshot import Feed

CONTENT = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_END_S = 2.0


class _Metric(NamedTuple):
    kind: str
    name: str
    help: str
    value: int


class AdminDoor:
    """Listens while it is entered.

    Args:
        listen: `HOST:PORT`; empty: nowhere.
        standing: How the control plane is.
        tally: What it counted.
        feed: What is current.
    """

    def __init__(self, listen: str, standing: Standing, tally: Tally, feed: Feed) -> None:
        self._listen = listen
        self._standing = standing
        self._tally = tally
        self._feed = feed
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/startupz", self._startupz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_END_S)
        self.address = ""
        """Where it listens."""

    async def __aenter__(self) -> Self:
        """Starts to listen.

        Raises:
            CannotListen: The address cannot be had.
        """
        if self._listen:
            self.address = await open_port(self._runner, self._listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listens no more."""
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _startupz(self, _request: web.Request) -> web.Response:
        return self._told(good=self._standing.was_ready, words=("started", "starting"))

    async def _readyz(self, _request: web.Request) -> web.Response:
        bad = "draining" if self._standing.is_draining else "not ready"
        return self._told(good=self._standing.is_ready, words=("ready", bad))

    def _told(self, *, good: bool, words: tuple[str, str]) -> web.Response:
        current = self._feed.current()
        told = {
            "status": words[0 if good else 1],
            "store": "reachable" if self._standing.store_answers else "unreachable",
            "revision": current.revision if current else None,
        }
        return web.json_response(told, status=200 if good else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=self.exposition().encode(), headers={"Content-Type": CONTENT})

    def exposition(self) -> str:
        """The metrics as text."""
        lines = []
        for one in self._read():
            sample = f"{one.name}_total" if one.kind == "counter" else one.name
            lines += [f"# HELP {one.name} {one.help}.", f"# TYPE {one.name} {one.kind}"]
            lines += [f"{sample} {one.value}"]
        return "\n".join([*lines, "# EOF", ""])

    def _read(self) -> list[_Metric]:
        standing, tally, current = self._standing, self._tally, self._feed.current()
        revision = current.revision if current else 0
        told = tally.deposit() if tally.deposit else None
        return [
            _Metric("gauge", "turnout_snapshot_revision", "The revision that is current", revision),
            _Metric("gauge", "turnout_store_reachable", "1 when the store answered last",
                    int(standing.store_answers)),
            _Metric("gauge", "turnout_draining", "1 when the server is ending",
                    int(standing.is_draining)),
            _Metric("counter", "turnout_unauthenticated",
                    "Calls and requests without a good token or certificate",
                    tally.unauthenticated),
            _Metric("counter", "turnout_snapshots_sent", "Snapshots that were handed out whole",
                    tally.traffic.sent),
            _Metric("counter", "turnout_snapshots_unchanged",
                    "Requests for a snapshot that was known", tally.traffic.unchanged),
            _Metric("counter", "turnout_member_sets_sent",
                    "Member sets, and deltas between them, that were handed out to their end",
                    tally.traffic.sets),
            _Metric("gauge", "turnout_snapshot_watchers", "Streams of changes that are open",
                    tally.traffic.watchers),
            *(_of_deposit(told) if told else ()),
        ]  # fmt: skip


def _of_deposit(told: Mapping[str, Any]) -> list[_Metric]:
    failed = sum(told["failures"].values())
    return [
        _Metric("gauge", "turnout_deposit_revision",
                "The revision that is where snapshots are written to", told["revision"]),
        _Metric("gauge", "turnout_deposit_current", "1 when that is what is current",
                int(told["is_current"])),
        _Metric("counter", "turnout_deposit_failures", "Writings that came to nothing", failed),
    ]  # fmt: skip
