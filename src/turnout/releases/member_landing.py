"""Brings member sets from the store into the folder that sidecars and the data plane read."""

import logging
from pathlib import Path
from typing import NamedTuple

from turnout.engine import member_segments, named_member_sets
from turnout.serving.fetched import RefreshFailed
from turnout.serving.gathered import Gathered, sets_of
from turnout.serving.landing import Landing
from turnout.serving.member_folder import (
    Fetch,
    MemberFolder,
    NamedSet,
    alike,
    delta_name,
    set_name,
)
from turnout.store import Damaged, NotFound, Transaction

_SPARE_S = 120.0

_log = logging.getLogger("turnout.worker")


class MemberLanding:
    """Keeps the sets of snapshots in a folder, and what leads from one to the next.

    Args:
        path: The folder; only the caller changes it.
    """

    def __init__(self, path: Path) -> None:
        self._folder = MemberFolder(path)
        self._folder.clear_leftovers(resumable=False)
        self._named: list[NamedSet] = []
        self._coming: list[NamedSet] = []

    def go_on_from(self, sealed: bytes) -> None:
        """Hears which snapshot is kept.

        Raises:
            ValueError: It is none.
        """
        self._named = [*named_member_sets(sealed)]

    def bring(self, tx: Transaction, new: tuple[int, bytes] | None) -> RefreshFailed | None:
        """Writes the sets that are not there, and the deltas to them.

        Args:
            tx: Of the store that holds them.
            new: The revision of the snapshot that names them, and its bytes; None: the one that is
                kept.

        Returns:
            Why the first of the sets is not there that could not be had: the store lacks it, has
            lost a piece of it, it is another than the snapshot names, or it cannot be written.
            None when all are there.
        """
        self._coming = _named(tx, *new) if new else self._named
        sha256s = {one.sha256 for one in self._coming}
        replaced = [one for one in self._named if one.sha256 not in sha256s]
        failures: list[RefreshFailed] = []
        for one in self._folder.missing(self._coming):
            try:
                self._folder.receive(one, _fetch(tx, set_name(one.sha256)))
            except RefreshFailed as failure:
                failures.append(_of(one.sha256, failure))
                continue
            for old in alike(one, replaced):
                self._bring_delta(tx, one, old)
        return failures[0] if failures else None

    def loses(self, sealed: bytes, served: bytes) -> bool:
        """Whether a segment has its members by what is served, and not by another snapshot.

        Raises:
            ValueError: One of them is no snapshot.
        """
        return self._look(sealed).loses(self._look(served))

    def give_up(self) -> None:
        """Hears that the snapshot is not kept whose sets came last: those before it go."""
        self._clear()

    def settle(self) -> None:
        """Hears that the snapshot is kept whose sets came last, and removes what nobody names.

        Who serves the one before, or is about to fetch its sets, still finds them.
        """
        self._clear()
        self._named = self._coming

    def _clear(self) -> None:
        stay = {one.sha256 for one in (*self._named, *self._coming)}
        try:
            self._folder.keep_only(stay, spare_s=_SPARE_S)
        except OSError as error:
            _log.warning("cannot remove old member sets from `%s`: %s", self._folder.path, error)

    def _look(self, sealed: bytes) -> Gathered:
        segments = member_segments(sealed)
        return Gathered(segments, self._folder.lacking(sets_of(segments)))

    def _bring_delta(self, tx: Transaction, named: NamedSet, old: NamedSet) -> None:
        name = delta_name(old.sha256, named.sha256)
        if not tx.artifacts.has(name):
            return
        try:
            self._folder.receive_delta_only(named, old.sha256, _fetch(tx, name))
        except RefreshFailed as failure:
            _log.warning("sidecars fetch a member set whole: %s", failure.message)


class _Named(NamedTuple):
    """A set as the store has it."""

    sha256: str
    size: int


def _named(tx: Transaction, revision: int, sealed: bytes) -> list[NamedSet]:
    """What a snapshot names, by the table: to read all of the snapshot for it takes longer."""
    try:
        return [
            _Named(sha256, tx.artifacts.size(set_name(sha256)))
            for sha256 in tx.snapshots.sets(revision)
        ]
    except NotFound:
        # The table of sets does not say how large one is that the store has lost.
        return [*named_member_sets(sealed)]


def _of(sha256: str, failure: RefreshFailed) -> RefreshFailed:
    return RefreshFailed("members", f"member set `{sha256[:12]}`: {failure.message}")


def _fetch(tx: Transaction, name: str) -> Fetch:
    def fetch(to: Path, most_bytes: int) -> None:
        with Landing(to, most_bytes) as landing:
            landing.start_again()
            try:
                for piece in tx.artifacts.pieces(name):
                    landing.write(piece)
            except NotFound as error:
                raise RefreshFailed("missing", "the store does not hold it") from error
            except Damaged as error:
                raise RefreshFailed("damaged", str(error)) from error

    return fetch
