"""The files of member sets as they are handed out: immutable, whole or in parts, a piece at a time.

Disks are read on other threads: the loop of those who wait for snapshots does not stand still.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from aiohttp import web

_PIECE_BYTES = 1 << 18
_SHA256 = "[0-9a-f]{64}"
_NAME = re.compile(rf"{_SHA256}\.set|{_SHA256}\.\.{_SHA256}\.delta")


class NoSuchRange(ValueError):  # noqa: N818 - named for its situation
    """A part was asked for that the file does not have."""


class Part(NamedTuple):
    """What of a file is sent, and how the answer says so."""

    status: int
    start: int
    end: int
    headers: dict[str, str]


class MemberFile:
    """An open file; closed at the end of its block, and readable until then if it is unlinked.

    Args:
        name: Of the file.
        file: Open at its beginning.
    """

    def __init__(self, name: str, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self.tag = name
        """What tells it from others; it never becomes another."""
        self.headers = {
            "ETag": f'"{name}"',
            # Who is a member is nobody else's business: no cache between keeps it for all.
            "Cache-Control": "private, max-age=31536000, immutable",
            "Accept-Ranges": "bytes",
        }

    @classmethod
    async def open(cls, folder: Path | None, name: str) -> Self | None:
        """Opens a file of the folder; None when there is none of that name, or the name is none."""
        if folder is None or not _NAME.fullmatch(name):
            return None
        try:
            file = await asyncio.to_thread((folder / name).open, "rb")
        except FileNotFoundError:
            return None
        return cls(name, file)

    async def __aenter__(self) -> Self:
        """The open file."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes it."""
        self._file.close()

    def part(self, request: web.Request) -> Part:
        """What a request wants of it: the whole, or one part.

        Raises:
            NoSuchRange: It has no such part.
        """
        whole = Part(200, 0, self.size, {})
        if "Range" not in request.headers:
            return whole
        try:
            start, end, _ = request.http_range.indices(self.size)
        except ValueError:  # several parts, or none: who asks so may be given all
            return whole
        if start >= end:
            raise NoSuchRange(f"there are {self.size} bytes")
        said = {"Content-Range": f"bytes {start}-{end - 1}/{self.size}"}
        return Part(206, start, end, said)

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`."""
        for at in range(start, end, _PIECE_BYTES):
            count = min(_PIECE_BYTES, end - at)
            yield await asyncio.to_thread(os.pread, self._file.fileno(), count, at)
