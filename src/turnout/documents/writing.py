"""Writes a file as a whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Puts a file in the place of another one, with the rights of that one.

    A reader sees the old file or the new one; a link goes on leading to it.
    """
    home = path.resolve()
    handle, name = tempfile.mkstemp(dir=home.parent, prefix=f".{home.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(home.stat().st_mode & 0o7777)
        Path(name).replace(home)
    except BaseException:
        Path(name).unlink()
        raise
