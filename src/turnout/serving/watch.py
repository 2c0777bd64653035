"""Follows the stream on which a control plane tells of new snapshots, on a thread of its own.

Standard library only: the serving process imports this.
"""

import logging
import threading
import time
from typing import Protocol

from turnout.serving.backoff import Backoff
from turnout.serving.connection import Connections, Cutter, check_status
from turnout.serving.events import Heard, read_events
from turnout.serving.fetched import RefreshFailed

EVENTS_BELOW = "/events"
WATCHABLE = "/v1/snapshot"
"""The end of a path below which there is a stream."""
KEEP_ALIVE_S = 15.0

_FIRST_S = 10.0
# A stream that lasted this long was well: the next pause is short again, and its end in good order
# (the server drains, or wants its watchers spread anew) is no failure.
_WELL_AFTER_S = 5.0

_log = logging.getLogger("turnout.server")


class Listener(Protocol):
    """Who wants to know what is current."""

    def hear(self, heard: Heard) -> None:
        """The source named its current snapshot."""

    def still(self) -> None:
        """The source is there, and what it named last is current still."""

    def lose(self, failure: RefreshFailed | None) -> None:
        """Nothing will be heard for a while; no failure when the source ended in good order."""


class Watch:
    """Keeps a stream open, and opens another when it ends or falls silent.

    Args:
        connections: To the server, with the path of the snapshot.
        silence_s: After so long without a line the stream is dropped.
        first_s: How long its beginning may take.
        backoff: The pauses between streams that failed.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        silence_s: float = 3 * KEEP_ALIVE_S,
        first_s: float = _FIRST_S,
        backoff: Backoff | None = None,
    ) -> None:
        self._connections = connections
        self._silence_s = silence_s
        self._first_s = first_s
        self._backoff = backoff or Backoff()
        self._ended = threading.Event()
        self._cutter: Cutter | None = None
        self.is_live = False

    def start(self, listener: Listener) -> None:
        """Starts the thread."""
        run = threading.Thread(target=self._run, args=[listener], name="watch", daemon=True)
        run.start()

    def stop(self) -> None:
        """Ends the thread soon."""
        self._ended.set()
        if self._cutter:
            self._cutter.cut()

    def _run(self, listener: Listener) -> None:
        while not self._ended.is_set():
            failure = self._follow(listener)
            self.is_live = False
            if self._ended.is_set():
                return
            listener.lose(failure)
            self._ended.wait(self._backoff.pause_s())

    def _follow(self, listener: Listener) -> RefreshFailed | None:
        """Follows one stream to its end; gives why it failed."""
        began = time.monotonic()
        failure: RefreshFailed | None = None
        try:
            self._read(listener)
        except RefreshFailed as caught:
            failure = caught
        except Exception as error:  # noqa: BLE001 - a bug must not end the thread
            _log.exception("this is a bug of turnout; what was served stays")
            failure = RefreshFailed("bug", f"{type(error).__name__} while watching")
        if time.monotonic() - began >= _WELL_AFTER_S:
            self._backoff.reset()
        elif failure is None:
            failure = RefreshFailed("incomplete", "its stream ended as soon as it had begun")
        return failure

    def _read(self, listener: Listener) -> None:
        with self._connections.get(
            {"Accept": "text/event-stream"},
            below=EVENTS_BELOW,
            within_s=self._first_s,
            silence_s=self._silence_s,
        ) as answer:
            check_status(answer.response)
            if answer.response.headers.get_content_type() != "text/event-stream":
                raise RefreshFailed("garbled", "its answer is no stream of events")
            self._cutter = answer.cutter
            for heard in read_events(answer.response.readline):
                answer.cutter.allow(self._silence_s)
                self.is_live = True
                listener.still() if heard is None else listener.hear(heard)
