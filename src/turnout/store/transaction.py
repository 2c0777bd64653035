"""One transaction: every resource of the store at one moment."""

from datetime import datetime

from sqlalchemy import Connection

from turnout.store.act import Act
from turnout.store.applied import Applied
from turnout.store.audit import Audit
from turnout.store.items import Items
from turnout.store.members import Members
from turnout.store.requests import Requests
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
        self.snapshots = Snapshots(connection, self.audit)
        self.tokens = Tokens(connection, self.audit)
        self.workspace = Workspaces(connection, self.audit)
        self.applied = Applied(connection)
        self.requests = Requests(connection, self.audit)

    @property
    def act(self) -> Act:
        """Who writes. RuntimeError in a transaction that reads."""
        return self.audit.act

    @property
    def now(self) -> datetime:
        """The moment of the write, as the log tells it. RuntimeError in one that reads."""
        return self.audit.now
