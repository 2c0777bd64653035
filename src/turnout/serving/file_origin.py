"""Snapshots from a file of this machine.

Standard library only: the serving process imports this.
"""

import os
from pathlib import Path

from turnout.serving.fetched import MEMBERS_BESIDE, Fetched, RefreshFailed
from turnout.serving.landing import PIECE_BYTES, Landing


class FileOrigin:
    """A sealed snapshot in a file, which whoever writes it should replace by renaming.

    Args:
        path: The file.
        most_bytes: A larger one is refused.
    """

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self.place = path.as_uri()

    def fetch(self, etag: str | None) -> Fetched | None:
        """Reads the file if it is another one than that of `etag`, or was written since.

        Raises:
            RefreshFailed: It is gone, may not be read, or is too large.
        """
        try:
            with self._path.open("rb") as file:
                tag = tag_of(os.fstat(file.fileno()))
                if tag == etag:
                    return None
                sealed = file.read(self._most_bytes + 1)
        except FileNotFoundError:
            raise RefreshFailed("missing", f"there is no file `{self._path}`") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RefreshFailed("unreachable", f"cannot read `{self._path}`: {reason}") from error
        if len(sealed) > self._most_bytes:
            raise RefreshFailed(
                "too_large", f"`{self._path}` is larger than {self._most_bytes} bytes"
            )
        return Fetched(sealed, tag)

    def fetch_beside(self, name: str, to: Path, most_bytes: int) -> None:
        """Copies a file of the folder `members` beside the snapshot, after what `to` has of it.

        Raises:
            RefreshFailed: It is not there, may not be read or written, or is too large.
        """
        path = self._path.parent / MEMBERS_BESIDE / name
        with Landing(to, most_bytes) as landing:
            try:
                with path.open("rb") as file:
                    file.seek(landing.at)
                    while piece := file.read(PIECE_BYTES):
                        landing.write(piece)
            except FileNotFoundError:
                raise RefreshFailed("missing", f"there is no file `{path}`") from None
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise RefreshFailed("unreachable", f"cannot read `{path}`: {reason}") from error


def tag_of(found: os.stat_result) -> str:
    """Tells one state of a file from others, as an ETag does."""
    return f"{found.st_dev}-{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"
