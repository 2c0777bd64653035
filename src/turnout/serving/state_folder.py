"""What a state folder holds, and how one server, and one worker of it, keep it for themselves."""

import fcntl
import os
import time
from pathlib import Path
from typing import TextIO

SNAPSHOT_FILE = "last-known-good.snapshot"
STAGED_FILE = "last-known-good.staged"
HISTORY_FILE = "history.json"
SOURCE_FILE = "source"
RUNS_FOLDER = "runs"
STICKY_FILE = "sticky.redb"
MEMBERS_FOLDER = "members"

_STEP_S = 0.02


class StateFolderInUse(OSError):  # noqa: N818 - named for its situation
    """Another turnout uses the folder."""


def hold(folder: Path, name: str, *, wait_s: float = 0.0) -> TextIO:
    """Takes a lock of the folder; held until the file given back is closed, or the process ends.

    Args:
        folder: The state folder; it is there.
        name: Which of its locks: `server` or `worker`.
        wait_s: How long to wait for whoever holds it.

    Raises:
        StateFolderInUse: It is still held by another.
    """
    until = time.monotonic() + wait_s
    file = (folder / f"{name}.lock").open("a", encoding="ascii")
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                file.close()
                raise StateFolderInUse(
                    f"state folder `{folder}` is in use by another turnout:"
                    " give each server a folder of its own with `--state-dir`"
                ) from None
            time.sleep(_STEP_S)
        else:
            return file


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Replaces a file of the folder whole; on the disk when this returns.

    A process that is killed at any moment leaves the old file or the new one.
    """
    temporary = folder / f"{name}.new"
    temporary.write_bytes(content)
    put_in_place(temporary, folder / name)


def put_in_place(temporary: Path, path: Path) -> None:
    """Renames a file that was written whole to another of its folder, on the disk on return."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    opened = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
