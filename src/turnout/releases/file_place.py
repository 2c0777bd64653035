"""A snapshot in a file of this machine, replaced whole."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from turnout.serving.fetched import Fetched, Overtaken, RefreshFailed
from turnout.serving.file_origin import FileOrigin, tag_of
from turnout.serving.state_folder import replace_file


class FilePlace:
    """A file that sidecars read, here or over a file server.

    Args:
        path: The file, in a folder that is there.
        most_bytes: A larger one is refused.
    """

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        self._path = path
        self._origin = FileOrigin(path, most_bytes=most_bytes)
        self.place = self._origin.place

    def fetch(self, etag: str | None) -> Fetched | None:
        """Reads the file; None when it is still that of `etag`.

        Raises:
            RefreshFailed: There is none, or it may not be read.
        """
        return self._origin.fetch(etag)

    def replace(self, sealed: bytes, seen: str | None) -> str | None:
        """Replaces the file if it is still that of `seen`: a temporary file, synced and renamed.

        Args:
            sealed: The new content.
            seen: What was fetched or written last; None: there was none.

        Raises:
            Overtaken: Somebody else has written it since.
            RefreshFailed: It cannot be written.
        """
        try:
            with self._alone():
                if self._tag() != seen:
                    raise Overtaken
                replace_file(self._path.parent, self._path.name, sealed)
                return self._tag()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RefreshFailed("unreachable", f"cannot write `{self._path}`: {reason}") from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other control planes of this machine off the folder."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _tag(self) -> str | None:
        try:
            return tag_of(self._path.stat())
        except FileNotFoundError:
            return None
