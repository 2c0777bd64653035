"""One transaction: every resource of the store at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from turnout.store.act import Act
from turnout.store.applied import Applied
from turnout.store.artifacts import Artifacts
from turnout.store.audit import Audit
from turnout.store.evaluations import Evaluations
from turnout.store.items import Items
from turnout.store.members import Members
from turnout.store.memberships import Memberships
from turnout.store.requests import Requests
from turnout.store.schedules import Schedules
from turnout.store.snapshots import Snapshots
from turnout.store.tokens import Tokens
from turnout.store.workspace import Workspaces


class Transaction:
    """What `Store.read` and `Store.write` give. Not to be used after their end, nor by two threads.

    Args:
        connection: Inside a transaction of the database.
        act: Who writes; None when nobody does.
    """

    def __init__(self, connection: Connection, act: Act | None = None) -> None:
        self.audit = Audit(connection, act)
        self.items = Items(connection, self.audit)
        self.members = Members(connection, self.audit)
        self.memberships = Memberships(connection, self.audit)
        self.evaluations = Evaluations(connection, self.audit)
        self.artifacts = Artifacts(connection, self.audit)
        self.snapshots = Snapshots(connection, self.audit)
        self.tokens = Tokens(connection, self.audit)
        self.workspace = Workspaces(connection, self.audit)
        self.applied = Applied(connection)
        self.requests = Requests(connection, self.audit)
        self.schedules = Schedules(connection, self.audit)
        self._connection = connection

    @property
    def act(self) -> Act:
        """Who writes. RuntimeError in a transaction that reads."""
        return self.audit.act

    @property
    def now(self) -> datetime:
        """The moment of the write, as the log tells it. RuntimeError in one that reads."""
        return self.audit.now

    @property
    def has_news(self) -> bool:
        """Whether it wrote what others wait for."""
        return self.snapshots.has_new or self.schedules.has_new

    @contextmanager
    def part(self) -> Iterator[None]:
        """Takes back at an error what was written inside, and only that; the error goes on.

        Only for items: nothing is to be published inside.
        """
        with self.audit.rewinding(), self._connection.begin_nested():
            yield
