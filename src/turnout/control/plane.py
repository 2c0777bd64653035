"""The control plane of one process: the store, its RPCs, what is released of it, who follows."""

import asyncio
import contextlib
import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from turnout.control.admin_door import AdminDoor
from turnout.control.credentials import make_first_token
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.means import Means
from turnout.control.evaluating.timed import TimedEvaluations
from turnout.control.identity import Identities
from turnout.control.scheduling.timekeeper import Timekeeper
from turnout.control.server import ControlServer
from turnout.control.settings import ControlSettings, EvaluatingSettings
from turnout.control.snapshot_door import SnapshotDoor
from turnout.control.standing import Standing
from turnout.control.tally import Tally
from turnout.releases.current_snapshot import CurrentSnapshot
from turnout.releases.deposit import Deposit, place_of
from turnout.releases.follower import Event, Follower
from turnout.releases.releases import KEEP_FOR, KEEP_NEWEST, Releases
from turnout.releases.rounds import Rounds
from turnout.segments.connections import Connections
from turnout.serving.member_folder import MemberFolder
from turnout.sources.last_known_good import StateFolder
from turnout.store import Store, Unavailable
from turnout.store.watch import Watch

_RETRY_S = 1.0
_NEW_OBJECTS_BEFORE_GC = 10_000

_log = logging.getLogger("turnout.control")


@dataclass(frozen=True)
class PlaneSettings:
    """What a control plane goes by."""

    store: str
    """The URL of the database, with its password."""
    place: str
    """The same without: what people are told."""
    control: ControlSettings = field(default_factory=ControlSettings)
    """Of the RPCs; those that say whom to believe are for snapshots too."""
    has_rpcs: bool = True
    """Without them others on the same database change it."""
    snapshots_listen: str = ""
    """`HOST:PORT` where sidecars fetch snapshots; empty: nowhere."""
    admin_listen: str = ""
    """`HOST:PORT` of health and metrics; empty: nowhere."""
    snapshots_to: str = ""
    """The URL of a file or an object that snapshots are written to; empty: none."""
    evaluating: EvaluatingSettings = field(default_factory=EvaluatingSettings)
    """Of queries of segments."""
    look_s: float = 10.0
    """How often to look at what is current, even without a sign of change."""
    require_second_person: bool = False
    """Nobody may publish what they wrote themselves."""
    keep_newest: int = KEEP_NEWEST
    """Snapshots that stay however old they are."""
    keep_for: timedelta = KEEP_FOR
    """How long others stay."""


class ControlPlane:
    """Runs until it is told to end. A database that is gone ends nothing: it is tried again.

    Args:
        settings: What to go by.
        state: Where the last good snapshot is kept. The caller holds its lock.
        tell: Hears of each snapshot; called on one thread at a time.
        show: Is given the secret of the first token of an admin, should one be made.
    """

    def __init__(
        self,
        settings: PlaneSettings,
        state: StateFolder,
        tell: Callable[[Event], None],
        show: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._tell = tell
        self._show = show
        self._feed = CurrentSnapshot()
        self._runs_folder = state.runs_path
        self._follower = Follower(state, settings.place, self._feed)
        self._members = state.members_path
        self._deposit = _deposit(self._feed, self._members, settings)
        self._standing = Standing(self._feed if settings.snapshots_listen else None)
        self._tally = Tally(deposit=self._deposit.told if self._deposit else None)
        self._rounds = Rounds()
        self._ended = threading.Event()

    def look(self) -> None:
        """Makes it look at what is current now. Safe from any thread."""
        self._rounds.ask()

    def end(self) -> None:
        """Makes `run` come to its end. Safe from any thread."""
        self._ended.set()
        self._standing.end()
        self._rounds.end()

    async def run(self) -> None:
        """Opens the store, serves and follows; returns after `end`.

        Raises:
            BadConnections: The file of connections cannot be used.
            CannotListen: An address, a certificate or a key cannot be had.
            NewerStore: A newer version of turnout has changed the store.
        """
        settings, feed, tally = self._settings, self._feed, self._tally
        evaluating = settings.evaluating
        self._runs_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # What a killed process left in this folder goes with its runs.
        connections = Connections.load(
            evaluating.connections, evaluating.query_folders, spill=self._runs_folder
        )
        async with (
            AdminDoor(settings.admin_listen, self._standing, tally, feed),
            SnapshotDoor(
                feed, settings.snapshots_listen, settings.control, tally, members=self._members
            ) as door,
            self._depositing(),
        ):
            store = await asyncio.to_thread(self._open)
            if store is None:
                return
            self._standing.looked(True)
            door.open(store)
            releases = Releases(
                store,
                require_second_person=settings.require_second_person,
                keep_newest=settings.keep_newest,
                keep_for=settings.keep_for,
            )
            means = Means(store, releases, connections, evaluating.members_redis)
            evaluator = Evaluator(means, self._runs_folder, settings.evaluating.at_once)
            with contextlib.closing(store):
                async with (
                    self._following(store),
                    _carrying_out(evaluator),
                    self._serving(store, releases, evaluator),
                ):
                    await asyncio.to_thread(self._warm, releases)
                    async with _keeping_time(store, releases, settings.control, evaluator):
                        await asyncio.to_thread(self._ended.wait)

    @contextlib.asynccontextmanager
    async def _depositing(self) -> AsyncIterator[None]:
        """Writes what is current where the settings say, also while the database is gone."""
        if self._deposit is None:
            yield
            return
        self._deposit.start()
        try:
            yield
        finally:
            await asyncio.to_thread(self._deposit.stop)

    def _open(self) -> Store | None:
        """The store, as soon as it is there; None when it is to end before."""
        while not self._ended.is_set():
            try:
                return Store.open(self._settings.store)
            except Unavailable as error:
                self._tell(self._follower.failed(str(error)))
                self._ended.wait(_RETRY_S)
        return None

    @contextlib.asynccontextmanager
    async def _serving(
        self, store: Store, releases: Releases, evaluator: Evaluator
    ) -> AsyncIterator[None]:
        await asyncio.to_thread(self._make_first_token, store)
        if not self._settings.has_rpcs:
            yield
            return
        server = ControlServer(
            store, releases, self._settings.control, self._standing, self._tally, evaluator
        )
        await server.serve()
        try:
            yield
        finally:
            await server.end()

    def _make_first_token(self, store: Store) -> None:
        while self._settings.control.authentication and not self._ended.is_set():
            try:
                make_first_token(store, datetime.now(UTC), self._show)
            except Unavailable as error:
                _log.warning("whether a first token is needed cannot be read yet: %s", error)
                self._ended.wait(_RETRY_S)
                continue
            except OSError as error:
                _log.error("a first token cannot be shown, and is not made: %s", error)
            return

    @contextlib.asynccontextmanager
    async def _following(self, store: Store) -> AsyncIterator[None]:
        watch = store.watch(self._standing.looked)
        threads = [
            threading.Thread(target=self._hear, args=(watch,), name="watch", daemon=True),
            threading.Thread(target=self._follow, args=(store,), name="follow", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            watch.close()
            self.end()
            for thread in threads:
                # A look may wait for the database: who asks for health meanwhile is answered.
                await asyncio.to_thread(thread.join)

    def _hear(self, watch: Watch) -> None:
        for _ in watch.revisions():
            self._rounds.ask()

    def _follow(self, store: Store) -> None:
        while self._rounds.wait(self._settings.look_s):
            if event := self._follower.look(store):
                self._tell(event)

    def _warm(self, releases: Releases) -> None:
        """Compiles what is there, so that the first who publishes does not wait for it."""
        try:
            releases.prepare()
        except Unavailable as error:
            _log.warning("the store is not read ahead: %s", error)
            return
        # What is kept of the store is very many small objects that stay: going through all of
        # them again and again takes longer than a publication, and through those of a large apply
        # a quarter of its time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_NEW_OBJECTS_BEFORE_GC)


def _deposit(feed: CurrentSnapshot, members: Path, settings: PlaneSettings) -> Deposit | None:
    if not settings.snapshots_to:
        return None
    place = place_of(settings.snapshots_to)
    return Deposit(feed, place, MemberFolder(members), end_s=settings.control.grace_s)


@contextlib.asynccontextmanager
async def _carrying_out(evaluator: Evaluator) -> AsyncIterator[None]:
    """Carries out what is asked for that takes long."""
    evaluator.start()
    try:
        yield
    finally:
        await asyncio.to_thread(evaluator.stop)


@contextlib.asynccontextmanager
async def _keeping_time(
    store: Store, releases: Releases, settings: ControlSettings, evaluator: Evaluator
) -> AsyncIterator[None]:
    """Carries out what is scheduled; changes that were missed at once."""
    identities = Identities(store, settings)
    keeper = Timekeeper(store, releases, identities, also=[TimedEvaluations(evaluator)])
    keeper.start()
    try:
        yield
    finally:
        await asyncio.to_thread(keeper.stop)
