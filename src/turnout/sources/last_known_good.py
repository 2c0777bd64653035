"""The state folder: the last good snapshot, the good documents behind it, and who writes them.

Files are replaced whole: a temporary file, fsync, rename, fsync of the folder. A process that
is killed at any moment leaves the old file or the new one.
"""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from google.protobuf.message import DecodeError

from turnout.serving.state_folder import (
    HISTORY_FILE,
    MEMBERS_FOLDER,
    RUNS_FOLDER,
    SNAPSHOT_FILE,
    SOURCE_FILE,
    hold,
    replace_file,
)
from turnout.snapshot.seal import NotSealed, open_seal, seal_of
from turnout.snapshot.v1 import snapshot_pb2


class Kept(NamedTuple):
    """A snapshot as it is on disk."""

    seal: str
    """Hex of the checksum: equal for equal files."""
    header: snapshot_pb2.Header


def open_sealed(sealed: bytes) -> Kept:
    """Checks a sealed snapshot and reads its header.

    Raises:
        NotSealed: It was cut or changed anywhere, or is something else.
    """
    message = open_seal(sealed)
    try:
        snapshot = snapshot_pb2.Snapshot.FromString(bytes(message))
    except DecodeError as error:
        raise NotSealed(f"it cannot be read: {error}") from error
    return Kept(seal_of(sealed), snapshot.header)


class StateFolder:
    """Reads and replaces the files of a state folder.

    Args:
        path: The folder; made when it is missing, for its owner only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._make()

    @property
    def snapshot_path(self) -> Path:
        """Where the last good snapshot is, if there is one."""
        return self._path / SNAPSHOT_FILE

    @property
    def members_path(self) -> Path:
        """The folder of the member sets that it names, made when there are some."""
        return self._path / MEMBERS_FOLDER

    @property
    def runs_path(self) -> Path:
        """Where evaluations have their files while they run."""
        return self._path / RUNS_FOLDER

    def lock(self, wait_s: float) -> TextIO:
        """Waits to be the only worker here; holds until the file given back is closed.

        A worker whose server was killed may live a moment longer than it.

        Raises:
            StateFolderInUse: Another worker still writes here after `wait_s` seconds.
        """
        return hold(self._path, "worker", wait_s=wait_s)

    def clear_leftovers(self) -> None:
        """Removes temporary files of a worker that was killed. Only under the lock."""
        for leftover in self._path.glob("*.new"):
            leftover.unlink(missing_ok=True)

    def read_snapshot(self) -> Kept | None:
        """Reads what is known of the last good snapshot; None when there is none.

        Raises:
            NotSealed: The file was cut or changed.
            OSError: It cannot be read.
        """
        try:
            sealed = self.snapshot_path.read_bytes()
        except FileNotFoundError:
            return None
        return open_sealed(sealed)

    def write_snapshot(self, sealed: bytes) -> None:
        """Replaces the last good snapshot; on the disk when this returns."""
        self._replace(SNAPSHOT_FILE, sealed)

    def read_source(self) -> str | None:
        """Reads which source the snapshot is of; None when there is none."""
        try:
            return (self._path / SOURCE_FILE).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def change_source(self, place: str) -> None:
        """Makes the folder another source's: what it held of the last one is gone first."""
        for name in (SNAPSHOT_FILE, HISTORY_FILE):
            (self._path / name).unlink(missing_ok=True)
        self._replace(SOURCE_FILE, place.encode())

    def read_history(self) -> dict[str, Any] | None:
        """Reads what `write_history` wrote; None when there is none, or it makes no sense."""
        try:
            found = json.loads((self._path / HISTORY_FILE).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def write_history(self, history: dict[str, Any]) -> None:
        """Replaces the history; on the disk when this returns."""
        self._replace(HISTORY_FILE, json.dumps(history, separators=(",", ":")).encode())

    def confirm(self) -> None:
        """Keeps on disk when the source was last seen to agree: the age survives a restart."""
        os.utime(self.snapshot_path)

    def _make(self) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _replace(self, name: str, content: bytes) -> None:
        self._make()
        replace_file(self._path, name, content)
