"""A snapshot in a file of this machine, replaced whole."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from turnout.serving.fetched import MEMBERS_BESIDE, Fetched, Overtaken, RefreshFailed
from turnout.serving.file_origin import FileOrigin, tag_of
from turnout.serving.state_folder import put_in_place, replace_file


class FilePlace:
    """A file that sidecars read, here or over a file server.

    Args:
        path: The file, in a folder that is there.
        most_bytes: A larger one is refused.
    """

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        self._path = path
        self._origin = FileOrigin(path, most_bytes=most_bytes)
        self._members = path.parent / MEMBERS_BESIDE
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
            raise _cannot_write(self._path, error) from error

    def fetch_beside(self, name: str, to: Path, most_bytes: int) -> None:
        """Copies a file of the folder `members` beside it.

        Raises:
            RefreshFailed: It is not there, may not be read or written, or is too large.
        """
        self._origin.fetch_beside(name, to, most_bytes)

    def has_beside(self, name: str, size: int) -> bool:
        """Whether a file of that size lies in the folder `members` beside it."""
        try:
            return (self._members / name).stat().st_size == size
        except OSError:
            return False

    def put_beside(self, name: str, path: Path) -> None:
        """Copies a file to the folder `members` beside it: a temporary file, synced and renamed.

        Raises:
            RefreshFailed: It cannot be written.
            OSError: The file cannot be read.
        """
        with path.open("rb") as content:
            try:
                with self._alone():
                    self._members.mkdir(exist_ok=True)
                    temporary = self._members / f"{name}.new"
                    with temporary.open("wb") as file:
                        shutil.copyfileobj(content, file)
                    put_in_place(temporary, self._members / name)
            except OSError as error:
                raise _cannot_write(self._members / name, error) from error

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


def _cannot_write(path: Path, error: OSError) -> RefreshFailed:
    reason = (error.strerror or str(error)).lower()
    return RefreshFailed("unreachable", f"cannot write `{path}`: {reason}")
