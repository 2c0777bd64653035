"""Notices that a folder or a file may have changed.

Events of the file system where they come, and a look at the path itself every quarter of a
second for what events do not tell: the folder went away, came back, or is another one now
because a link was moved. A reading on a slow interval makes up for any event that was lost.
"""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from watchfiles import DefaultFilter, watch

_LOOK_S = 0.25
_STEP_MS = 20
_WITHOUT_EVENTS_S = 1.0

_log = logging.getLogger("turnout.worker")

Identity = tuple[tuple[int, int], ...]


class FolderWatch:
    """Yields the reasons to read a path again.

    Args:
        path: A folder, watched with all below it, or one file.
        debounce_ms: How long changes may gather before they count as one.
        rescan_s: How often to read without any event.
    """

    def __init__(self, path: Path, *, debounce_ms: int = 50, rescan_s: float = 10.0) -> None:
        self._path = path
        self._debounce_ms = max(debounce_ms, _STEP_MS)
        self._rescan_s = rescan_s
        self._asked = Event()
        self._closed = Event()
        self._last = time.monotonic()

    def ask(self) -> None:
        """Makes `changes` yield soon."""
        self._asked.set()

    def close(self) -> None:
        """Ends `changes` soon."""
        self._closed.set()
        self._asked.set()

    def changes(self) -> Iterator[str]:
        """Yields `start` at once, then `watching`, `changed`, `gone`, `asked` and `rescan`."""
        yield self._reason("start")
        while not self._closed.is_set():
            roots = _roots(self._path)
            identity = _identity(roots)
            if identity is None:
                yield self._reason("gone")
                yield from self._until_found()
            else:
                yield from self._while_same(roots, identity)
            if self._asked.is_set() and not self._closed.is_set():
                self._asked.clear()
                yield self._reason("asked")

    def _reason(self, reason: str) -> str:
        self._last = time.monotonic()
        return reason

    def _rescan_is_due(self, after_s: float) -> bool:
        return time.monotonic() - self._last >= after_s

    def _until_found(self) -> Iterator[str]:
        while not self._asked.wait(_LOOK_S) and _identity(_roots(self._path)) is None:
            if self._rescan_is_due(self._rescan_s):
                yield self._reason("rescan")

    def _while_same(self, roots: list[Path], identity: Identity) -> Iterator[str]:
        try:
            yield from self._events(roots, identity)
        except (OSError, RuntimeError) as error:  # RuntimeError: what watchfiles wraps others in
            _log.warning("cannot watch `%s`, reading it every second: %s", self._path, error)
            while not self._asked.wait(_WITHOUT_EVENTS_S):
                yield self._reason("rescan")

    def _events(self, roots: list[Path], identity: Identity) -> Iterator[str]:
        names = None if self._path.is_dir() else {self._path.name, self._path.resolve().name}
        # What changed between the last reading and the first event is seen by reading again.
        first = True
        for changes in watch(
            *roots,
            watch_filter=DefaultFilter(),
            recursive=names is None,
            debounce=self._debounce_ms,
            step=_STEP_MS,
            rust_timeout=int(_LOOK_S * 1000),
            yield_on_timeout=True,
            stop_event=self._asked,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if names is None:
                relevant = bool(changes)
            else:
                relevant = any(Path(path).name in names for _, path in changes)
            if first or relevant:
                yield self._reason("watching" if first else "changed")
                first = False
            elif self._rescan_is_due(self._rescan_s):
                yield self._reason("rescan")
            if _identity(_roots(self._path)) != identity:
                return


def _roots(path: Path) -> list[Path]:
    """The folders to watch: the path itself, or where a file and what it links to are."""
    if path.is_dir():
        return [path]
    return sorted({path.parent, path.resolve().parent}) if path.exists() else []


def _identity(roots: list[Path]) -> Identity | None:
    """Tells one folder from another in its place; None when there is none."""
    try:
        found = [root.stat() for root in roots]
    except OSError:
        return None
    return tuple((stat.st_dev, stat.st_ino) for stat in found) or None
