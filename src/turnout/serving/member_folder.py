"""The member sets beside a snapshot: immutable files of the state folder, named by their SHA-256.

A set is mapped by whoever answers by it: its file is written beside its place, checked and renamed,
and later unlinked, never written to nor cut. Standard library and `turnout.engine` only: the
serving process imports this.
"""

import os
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

from turnout.engine import MemberSet
from turnout.serving.fetched import RefreshFailed
from turnout.serving.landing import cannot_write
from turnout.serving.state_folder import put_in_place

SET, DELTA = ".set", ".delta"
"""How the names of files end: `<sha256>.set`, and `<old>..<new>.delta` between two of them."""
_PART = ".part"
_MOST_ALIKE = 2
_WHOLE = {SET, DELTA}

Fetch = Callable[[Path, int], None]
"""Brings content into a file, after what is there of it, and no more bytes than it is told; raises
RefreshFailed."""


class NamedSet(Protocol):
    """A member set as a snapshot names it."""

    @property
    def sha256(self) -> str:
        """Of the file, in hexadecimal."""

    @property
    def size(self) -> int:
        """Of the file, in bytes."""


_Named = TypeVar("_Named", bound=NamedSet)


def alike(named: NamedSet, others: Iterable[_Named]) -> list[_Named]:
    """Those of which a set was most probably made: as large as it, give or take what changed."""
    return sorted(others, key=lambda one: abs(one.size - named.size))[:_MOST_ALIKE]


def set_name(sha256: str) -> str:
    """The name of a set's file, here and wherever it is fetched from."""
    return f"{sha256}{SET}"


def delta_name(old: str, new: str) -> str:
    """The name of what leads from one set to another, both by their SHA-256."""
    return f"{old}..{new}{DELTA}"


class MemberFolder:
    """Receives sets, and removes those that nobody names. One thread at a time changes it.

    Args:
        path: The folder; made when it is needed, for its owner only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sound: set[str] = set()

    def path_of(self, sha256: str) -> Path:
        """Where a set is, if it is there."""
        return self.path / set_name(sha256)

    def missing(self, named: Iterable[_Named]) -> list[_Named]:
        """Those that are not there whole; each file is looked through once."""
        return [one for one in named if not self._has(one)]

    def lacking(self, named: Iterable[NamedSet]) -> frozenset[str]:
        """The SHA-256 of those that are `missing`."""
        return frozenset(one.sha256 for one in self.missing(named))

    def receive(self, named: NamedSet, fetch: Fetch) -> None:
        """Brings a set; on the disk when this returns. What came before it was cut off is kept.

        Raises:
            RefreshFailed: It did not come whole, it is another than what is named, or the disk does
                not take it.
        """
        part = self._make() / f"{named.sha256}{_PART}"
        there = max(_size(part), 0)
        if there > named.size:
            part.unlink()
            there = 0
        if there < named.size:
            self._check_room(named.size - there)
            fetch(part, named.size)
        self._take(part, named, _digest)

    def receive_delta(self, named: NamedSet, old: str, fetch: Fetch) -> None:
        """Makes a set from another one that is here, and what leads from that to it.

        Args:
            named: The set.
            old: The SHA-256 of the other one.
            fetch: Brings the delta.

        Raises:
            RefreshFailed: The delta cannot be had, or does not lead to what is named; or the other
                one is not here any more (`missing`).
        """
        delta = self._make() / f"{delta_name(old, named.sha256)}{_PART}"
        made = self.path / f"{named.sha256}.made{_PART}"
        self._check_room(named.size)
        try:
            delta.unlink(missing_ok=True)
            # One that is as large as the set would save nothing.
            fetch(delta, named.size)
            self._take(made, named, lambda path: self._apply(old, delta, path))
        finally:
            delta.unlink(missing_ok=True)

    def receive_delta_only(self, named: NamedSet, old: str, fetch: Fetch) -> None:
        """Brings what leads to a set from another one, for others who have that.

        Raises:
            RefreshFailed: It did not come, or the disk does not take it.
        """
        name = delta_name(old, named.sha256)
        part = self._make() / f"{name}{_PART}"
        try:
            part.unlink(missing_ok=True)
            fetch(part, named.size)
            put_in_place(part, self.path / name)
        except OSError as error:
            raise cannot_write(part, error) from error
        finally:
            part.unlink(missing_ok=True)

    def deltas(self) -> list[Path]:
        """The deltas that are here."""
        return [path for path in self._files() if path.suffix == DELTA]

    def keep_only(self, sha256s: Collection[str], *, spare_s: float = 0.0) -> None:
        """Unlinks the sets that are not among these, deltas to them, and what was begun of them.

        Args:
            sha256s: The sets that stay.
            spare_s: Those that were among them within so many seconds stay too: somebody may be
                about to fetch them.

        Raises:
            OSError: One cannot be removed.
        """
        since = time.time() - spare_s
        for path in self._files():
            if path.suffix in _WHOLE and target_of(path) in sha256s:
                os.utime(path)
            elif path.suffix not in _WHOLE and self._is_wanted(path, sha256s):
                continue
            elif path.suffix not in _WHOLE or path.stat().st_mtime <= since:
                path.unlink(missing_ok=True)
                self._sound.discard(path.name)

    def clear_leftovers(self, *, resumable: bool = True) -> None:
        """Removes what a process left behind that was killed; not what can be gone on with."""
        for path in self._files():
            if path.suffix not in _WHOLE and not (resumable and _is_part(path)):
                path.unlink(missing_ok=True)

    def _is_wanted(self, path: Path, sha256s: Collection[str]) -> bool:
        """Whether it is the beginning of a set that is to come."""
        return _is_part(path) and path.stem in sha256s and not self.path_of(path.stem).exists()

    def _files(self) -> list[Path]:
        try:
            return list(self.path.iterdir())
        except FileNotFoundError:
            return []

    def _make(self) -> Path:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        return self.path

    def _has(self, named: NamedSet) -> bool:
        path = self.path_of(named.sha256)
        if _size(path) != named.size:
            return False
        if path.name not in self._sound:
            try:
                MemberSet.open(path)
            except (ValueError, OSError):
                return False
            self._sound.add(path.name)
        return True

    def _check_room(self, needed: int) -> None:
        """Does not begin what cannot end: a full disk would hurt others too."""
        found = os.statvfs(self.path)
        free = found.f_bavail * found.f_frsize
        if needed > free:
            raise RefreshFailed(
                "state_folder",
                f"it needs {needed} bytes, and `{self.path}` has room for {free}",
            )

    def _take(self, part: Path, named: NamedSet, digest: Callable[[Path], str]) -> None:
        """Gives a file its name if it is what is named, and removes it if not."""
        try:
            _check(named, digest(part), _size(part))
            put_in_place(part, self.path_of(named.sha256))
        except ValueError as error:
            raise RefreshFailed("damaged", str(error)) from error
        except OSError as error:
            raise cannot_write(part, error) from error
        finally:
            part.unlink(missing_ok=True)  # unless it has its name
        self._sound.add(set_name(named.sha256))

    def _apply(self, old: str, delta: Path, to: Path) -> str:
        return self._open(old).apply_delta(delta, to)

    def _open(self, sha256: str) -> MemberSet:
        path = self.path_of(sha256)
        try:
            return MemberSet.open(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RefreshFailed("missing", f"cannot read `{path}`: {reason}") from error


def _check(named: NamedSet, sha256: str, size: int) -> None:
    if (sha256, size) != (named.sha256, named.size):
        raise RefreshFailed(
            "damaged",
            f"it has {size} bytes and the SHA-256 {sha256}, not {named.size} bytes and"
            f" {named.sha256}",
        )


def _digest(path: Path) -> str:
    # Not by hashlib: it takes more memory than all else that the serving process imports.
    return MemberSet.open(path).sha256


def _size(path: Path) -> int:
    """In bytes; -1 when there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _is_part(path: Path) -> bool:
    """Whether it can be gone on with."""
    return path.suffix == _PART and "." not in path.stem


def target_of(path: Path) -> str:
    """The set that a file holds, or leads to."""
    return path.stem.rpartition("..")[2]
