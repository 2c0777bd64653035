"""The application that hands out snapshots, on a thread and a free port of its own."""

import asyncio
import threading

from aiohttp import web

from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.distribution import BACKLOG, distribution


class DistributionServer:
    """Started at once; `put` makes a snapshot current."""

    def __init__(self, judge=None, *, port=0, ssl_context=None, **settings):
        self.feed = CurrentSnapshot()
        self.app = distribution(self.feed, judge, **settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = web.AppRunner(self.app, shutdown_timeout=5)
        self.port = self.run(self._start(port, ssl_context))
        scheme = "https" if ssl_context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/v1/snapshot"
        self.is_open = True

    def put(self, sealed):
        self.feed.put(sealed)

    def run(self, coroutine):
        """Runs it on the loop of the server."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def stop(self):
        """Ends as a server that drains does."""
        if self.is_open:
            self.is_open = False
            self.run(self._runner.cleanup())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    async def _start(self, port, ssl_context):
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, "127.0.0.1", port, ssl_context=ssl_context, backlog=BACKLOG
        )
        await site.start()
        return self._runner.addresses[0][1]
