"""The last good snapshot of a sidecar, in its state folder.

Standard library only: the serving process imports this.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from turnout.serving.state_folder import (
    SNAPSHOT_FILE,
    SOURCE_FILE,
    STAGED_FILE,
    put_in_place,
    replace_file,
)

_CONFIRM_EVERY_S = 1.0


class Found(NamedTuple):
    """A snapshot of the state folder."""

    sealed: bytes
    """As it was read: its checksum is still to be looked at."""
    age_s: float
    """Seconds since its source last agreed."""
    is_kept: bool
    """It was kept by `write`; otherwise it was only staged."""


class KeptSnapshot:
    """Reads and replaces the snapshot that a restart without its source serves.

    Args:
        folder: The state folder; the caller holds its lock.
        place: Which source it is of: what another source left is not served.
    """

    def __init__(self, folder: Path, place: str) -> None:
        self._folder = folder
        self._place = place
        self._confirmed_at = 0.0
        self.path = folder / SNAPSHOT_FILE
        self._staged = folder / STAGED_FILE

    def other_place(self) -> str | None:
        """The source of what is kept, if it is not ours."""
        try:
            place = (self._folder / SOURCE_FILE).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return place if place != self._place else None

    def found(self) -> Iterator[Found]:
        """Reads what may be served, the newest first; if that is refused, the next one.

        Raises:
            OSError: It cannot be read.
        """
        for path in (self._staged, self.path) if self._is_ours() else (self.path,):
            with contextlib.suppress(FileNotFoundError):
                age_s = max(time.time() - path.stat().st_mtime, 0.0)
                yield Found(path.read_bytes(), age_s, path == self.path)

    def stage(self, sealed: bytes) -> None:
        """Lays down what is about to be served, so that a restart does not fall behind it.

        Nobody waits until it is on the disk: a process that is killed leaves it whole; a machine
        that loses power may leave a half, which its checksum tells.
        """
        if self._is_ours():  # the first of another source is written once it was served
            with contextlib.suppress(OSError):  # `write` tells of it
                temporary = self._staged.with_suffix(".new")
                temporary.write_bytes(sealed)
                temporary.replace(self._staged)

    def drop(self) -> None:
        """Removes what was staged: it was refused."""
        with contextlib.suppress(OSError):
            self._staged.unlink(missing_ok=True)

    def write(self, sealed: bytes) -> None:
        """Replaces the snapshot; on the disk when this returns.

        Raises:
            OSError: It cannot be written; what was kept stays.
        """
        if not self._is_ours():
            # Gone first: a crash in between must not give one source's snapshot to the other.
            self.path.unlink(missing_ok=True)
            self._staged.unlink(missing_ok=True)
            replace_file(self._folder, SOURCE_FILE, self._place.encode())
        if self._has_staged(sealed):
            put_in_place(self._staged, self.path)
        else:
            replace_file(self._folder, SNAPSHOT_FILE, sealed)
            self._staged.unlink(missing_ok=True)

    def confirm(self) -> None:
        """Keeps on disk when the source last agreed: the age survives a restart."""
        now = time.monotonic()
        if now - self._confirmed_at >= _CONFIRM_EVERY_S:
            self._confirmed_at = now
            with contextlib.suppress(OSError):  # a lost time is no reason to fail a refresh
                os.utime(self.path)

    def _is_ours(self) -> bool:
        try:
            return (self._folder / SOURCE_FILE).read_text(encoding="utf-8") == self._place
        except (OSError, ValueError):
            return False

    def _has_staged(self, sealed: bytes) -> bool:
        try:
            return self._staged.read_bytes() == sealed
        except OSError:
            return False
