"""A file that comes from elsewhere in pieces, after what is there of it already.

Standard library only: the serving process imports this.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

from turnout.serving.fetched import RefreshFailed

PIECE_BYTES = 1 << 18
"""How much of it is in memory at a time."""


class Landing:
    """Writes pieces to the end of a file, to be entered as a block.

    What cannot be written is given up whole: nobody has use for half a file on a full disk.

    Args:
        path: The file; nobody else has it open.
        most_bytes: It does not get longer.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self.at = 0
        """How many bytes are there."""

    def __enter__(self) -> Self:
        """Opens the file.

        Raises:
            RefreshFailed: It cannot be opened.
        """
        try:
            self._file = self._path.open("ab", buffering=0)
            self.at = self._file.tell()
        except OSError as error:
            raise cannot_write(self._path, error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the file."""
        self._file.close()

    def expect(self, more_bytes: int | None) -> None:
        """Hears how much is to come; None: nobody knows.

        Raises:
            RefreshFailed: It is more than may come.
        """
        if more_bytes is not None and self.at + more_bytes > self._most_bytes:
            raise RefreshFailed("too_large", f"it is larger than {self._most_bytes} bytes")

    def write(self, piece: bytes | memoryview) -> None:
        """Writes one piece.

        Raises:
            RefreshFailed: It is more than may come, or it cannot be written.
        """
        self.expect(len(piece))
        left = memoryview(piece)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._path.unlink(missing_ok=True)
            raise cannot_write(self._path, error) from error
        self.at += len(piece)

    def start_again(self) -> None:
        """Drops what is there."""
        if self.at:
            self._file.truncate(0)
            self.at = 0


def cannot_write(path: Path, error: OSError) -> RefreshFailed:
    """Says that a file of the state folder cannot be written."""
    reason = (error.strerror or str(error)).lower()
    return RefreshFailed("state_folder", f"cannot write `{path}`: {reason}")
