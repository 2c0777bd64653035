"""The last good snapshot of a sidecar, in its state folder.

Standard library only: the serving process imports this.
"""

import contextlib
import os
import time
from pathlib import Path

from turnout.serving.state_folder import SNAPSHOT_FILE, SOURCE_FILE, replace_file

_CONFIRM_EVERY_S = 1.0


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

    def other_place(self) -> str | None:
        """The source of what is kept, if it is not ours."""
        try:
            place = (self._folder / SOURCE_FILE).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return place if place != self._place else None

    def read(self) -> tuple[bytes, float] | None:
        """Reads the snapshot and the seconds since its source last agreed; None without one.

        Raises:
            OSError: It cannot be read.
        """
        try:
            sealed = self.path.read_bytes()
            return sealed, max(time.time() - self.path.stat().st_mtime, 0.0)
        except FileNotFoundError:
            return None

    def write(self, sealed: bytes) -> None:
        """Replaces the snapshot; on the disk when this returns.

        Raises:
            OSError: It cannot be written; what was kept stays.
        """
        if not self._is_ours():
            # Gone first: a crash in between must not give one source's snapshot to the other.
            self.path.unlink(missing_ok=True)
            replace_file(self._folder, SOURCE_FILE, self._place.encode())
        replace_file(self._folder, SNAPSHOT_FILE, sealed)

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
