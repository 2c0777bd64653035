"""From the store to the state folder: keeps the last good snapshot what is current.

The member sets that it names are in the folder before anybody hears of it. One that cannot be had
holds the snapshot up only where a segment would lose its members: a flag may be switched off by it.
"""

import contextlib
import logging
from typing import Any

from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.member_landing import MemberLanding
from turnout.releases.sealed import read_published
from turnout.results import SnapshotRefused
from turnout.serving.fetched import RefreshFailed
from turnout.snapshot.seal import NotSealed, seal_of
from turnout.sources.last_known_good import StateFolder
from turnout.store import Damaged, Published, Store, Unavailable

Event = dict[str, Any]
"""What the server hears: `event` is `published`, `confirmed` or `failed`.

The first two have a `failure` when member sets could not be had: the snapshot is current without.
"""

_log = logging.getLogger("turnout.worker")


class Follower:
    """Follows what the store says is current, whoever published it. One thread at a time.

    Args:
        state: Where the snapshot is kept. The caller holds its lock.
        place: Of the store, without a password.
        feed: Hears of each snapshot; of the one that was kept at once.
    """

    def __init__(self, state: StateFolder, place: str, feed: CurrentSnapshot) -> None:
        self._state = state
        self._place = place
        self._feed = feed
        self._failure: str | None = None
        self._members = MemberLanding(state.members_path)
        state.clear_leftovers()
        self._is_first_of_store = state.read_source() != place
        self._kept = "" if self._is_first_of_store else self._open_kept()

    def look(self, store: Store) -> Event | None:
        """Reads what is current, and keeps it if it is new. None before anything was published.

        Never raises, whatever becomes of a database or a disk.
        """
        try:
            event = self._look(store)
        except (Unavailable, Damaged) as error:
            return self.failed(str(error))
        except RefreshFailed as failure:
            return self.failed(f"cannot keep the current snapshot: {failure.message}")
        except (NotSealed, SnapshotRefused) as error:
            return self.failed(f"the current snapshot in the store is refused: {error}")
        except OSError as error:
            return self.failed(f"cannot write the state folder: {error}")
        except Exception as error:  # noqa: BLE001 - a bug must not end what follows the store
            _log.exception("this is a bug of turnout; what was served stays")
            return self.failed(f"{type(error).__name__} while reading the store: {error}")
        if event and "failure" in event:
            self.failed(event["failure"])
        elif self._failure:
            _log.info("the store is read again")
            self._failure = None
        return event

    def failed(self, message: str) -> Event:
        """Says what went wrong: once, until it is over or another."""
        if message != self._failure:
            _log.error("%s: decisions go on", message)
        self._failure = message
        return {"event": "failed", "message": message}

    def _look(self, store: Store) -> Event | None:
        with store.read() as tx:
            current = tx.snapshots.current()
            if current is None:
                return None
            is_kept = self._kept == current.seal
            sealed = None if is_kept else read_published(tx, current)
            lacking = self._members.bring(tx, (current.revision, sealed) if sealed else None)
        if sealed is None:
            with contextlib.suppress(FileNotFoundError):
                self._state.confirm()
                return self._event("confirmed", current, lacking)
            # Somebody cleared the state folder: everything is written again.
            self._kept, self._is_first_of_store = "", True
            return self._look(store)
        if lacking and self._loses(sealed):
            self._members.give_up()
            raise lacking
        self._keep(sealed, current.seal)
        self._members.settle()
        return self._event("published", current, lacking)

    def _loses(self, sealed: bytes) -> bool:
        served = self._feed.current()
        return served is not None and self._members.loses(sealed, served.sealed)

    def _keep(self, sealed: bytes, seal: str) -> None:
        # Sidecars first: a disk takes longer than all of them.
        self._feed.put(sealed)
        if self._is_first_of_store:
            self._state.change_source(self._place)
            self._is_first_of_store = False
        self._state.write_snapshot(sealed)
        self._kept = seal

    def _open_kept(self) -> str:
        """The seal of what was kept; sidecars have it while the database is not there."""
        path = self._state.snapshot_path
        try:
            sealed = path.read_bytes()
            self._feed.put(sealed)
            self._members.go_on_from(sealed)
        except FileNotFoundError:
            return ""
        except (ValueError, OSError) as error:
            _log.warning("the last good snapshot `%s` is refused: %s", path, error)
            return ""
        return seal_of(sealed)

    def _event(self, name: str, current: Published, lacking: RefreshFailed | None) -> Event:
        event: Event = {
            "event": name,
            "path": str(self._state.snapshot_path),
            "seal": current.seal,
            "id": current.id,
            "revision": current.revision,
            "problems": 0,
        }
        if lacking:
            event["failure"] = f"the current snapshot lacks members: {lacking.message}"
        return event
