"""Snapshots from a file of this machine.

Standard library only: the serving process imports this.
"""

import os
from pathlib import Path

from turnout.serving.fetched import Fetched, RefreshFailed


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


def tag_of(found: os.stat_result) -> str:
    """Tells one state of a file from others, as an ETag does."""
    return f"{found.st_dev}-{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"
