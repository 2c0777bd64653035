"""Brings changes of a feed, which may come on any thread, to those who wait on an event loop."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from turnout.releases.current_snapshot import Current, Feed


class Announcer:
    """Wakes all who wait at each change; thousands of them share one signal.

    Args:
        feed: What is current.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._turn = asyncio.Event()
        self._encoded: tuple[str, bytes] = ("", b"")
        self.is_over = False

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hears of changes for the length of the block, on the loop that runs it."""
        loop = asyncio.get_running_loop()

        def changed() -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(self._next)

        end = self._feed.subscribe(changed)
        try:
            yield
        finally:
            end()

    def finish(self) -> None:
        """Tells all who wait that nothing more comes."""
        self.is_over = True
        self._next()

    async def after(self, seen: str, within_s: float) -> Current | None:
        """What is current, as soon as it is another than `seen`; None when nothing came in time.

        Args:
            seen: The seal of what the caller knows; empty: nothing.
            within_s: How long to wait.
        """
        turn, current = self._turn, self._feed.current()
        if current and current.seal != seen:
            return current
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await turn.wait()
        current = self._feed.current()
        return current if current and current.seal != seen else None

    def event(self, current: Current) -> bytes:
        """The event that names it, encoded once for all."""
        if self._encoded[0] != current.seal:
            told = {"revision": current.revision, "id": current.id, "seal": current.seal}
            text = f"id: {current.seal}\nevent: snapshot\ndata: {json.dumps(told)}\n\n"
            self._encoded = (current.seal, text.encode())
        return self._encoded[1]

    def _next(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()
