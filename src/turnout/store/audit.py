"""Who did what: an event for every write, in its transaction, chained by hashes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, select, update

from turnout.store import audit_chain, json_text
from turnout.store.act import Act
from turnout.store.audit_chain import NO_HASH, Verdict
from turnout.store.audit_event import AuditEvent, event_of, hash_of
from turnout.store.columns import to_microseconds, to_moment
from turnout.store.errors import NotFound, Unavailable
from turnout.store.tables import audit_events, audit_head
from turnout.store.texts import after_all_with, check_text

_Document = dict[str, Any]


class _Row(NamedTuple):
    number: int
    at: int
    actor: str
    method: str
    resource: str
    peer: str
    before: str | None
    after: str | None
    row_hash: str | None


class Audit:
    """The log. In a transaction that writes, it holds the end of the chain against all others.

    Events are written together: when somebody reads them, and at the end.

    Args:
        connection: Inside a transaction.
        act: Who writes; None in a transaction that reads.
    """

    def __init__(self, connection: Connection, act: Act | None = None) -> None:
        self._connection = connection
        self._act = act
        self._number, self._hash = 0, NO_HASH
        self._unwritten: list[dict[str, Any]] = []
        if act is not None:
            self._begin(act)

    @property
    def act(self) -> Act:
        """Who writes, and since when."""
        if self._act is None:
            raise RuntimeError("this transaction only reads: open one with `Store.write`")
        return self._act

    @property
    def now(self) -> datetime:
        """The moment of the write."""
        assert self.act.at is not None  # noqa: S101 - `_begin` has set it
        return self.act.at

    @property
    def next_number(self) -> int:
        """The number of the next event, for what is called by it."""
        return self._number + 1

    @contextmanager
    def rewinding(self) -> Iterator[None]:
        """Forgets at an error what was recorded inside; the caller takes it out of the table."""
        self._write()
        end = self._number, self._hash
        try:
            yield
        except BaseException:
            self._unwritten.clear()
            self._number, self._hash = end
            raise

    def record(
        self,
        resource: str,
        before: _Document | None,
        after: _Document | None,
        row_hash: str | None = None,
    ) -> int:
        """Takes up an event and gives its number: the version of what it is about.

        Args:
            resource: For example `flags/new-checkout`.
            before: None when there was nothing.
            after: None when nothing is left.
            row_hash: Of the row that is left, which has `next_number` as its version.
        """
        act = self.act
        row = _Row(
            self._number + 1, to_microseconds(self.now), act.actor, act.method, resource,
            act.peer, _text(before), _text(after), row_hash,
        )  # fmt: skip
        hashed = hash_of(self._hash, row)
        self._unwritten.append({**row._asdict(), "hash": hashed})
        self._number, self._hash = row.number, hashed
        return row.number

    def finish(self) -> None:
        """Writes what is left, and moves the head of the log. Once, before the commit."""
        self._write()
        moved = update(audit_head).values(number=self._number, hash=self._hash)
        self._connection.execute(moved)

    def get(self, number: int) -> AuditEvent:
        """Gives one event.

        Raises:
            NotFound: There is none.
        """
        self._write()
        query = select(audit_events).where(audit_events.c.number == number)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("audit event", str(number))
        return event_of(row)

    def page(
        self,
        *,
        before: int = 0,
        limit: int = 100,
        actor: str = "",
        method: str = "",
        resource: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[AuditEvent]:
        """Gives events, the newest first.

        Args:
            before: Only those with a smaller number; 0: from the newest.
            limit: At most so many.
            actor: Only by this one.
            method: Only of this one.
            resource: Only about this one; with `*` at its end, about all that start so.
            since: Only at this moment or later.
            until: Only before this moment.
        """
        self._write()
        query = select(audit_events).order_by(audit_events.c.number.desc()).limit(limit)
        if before:
            query = query.where(audit_events.c.number < before)
        query = _by_time(_by_name(query, actor, method, resource), since, until)
        return [event_of(row) for row in self._connection.execute(query)]

    def authors(self, after: int, before: int = 0) -> set[tuple[str, str]]:
        """Gives who wrote about what since an event: resources with actors.

        Args:
            after: The number of that event; 0: since ever.
            before: Only before the event of this number; 0: until now.
        """
        self._write()
        columns = audit_events.c
        query = select(columns.resource, columns.actor).where(columns.number > after).distinct()
        if before:
            query = query.where(columns.number < before)
        return {(row.resource, row.actor) for row in self._connection.execute(query)}

    def verify(self) -> Verdict:
        """Reads the whole log and says whether anybody tampered with it."""
        self._write()
        return audit_chain.verify(self._connection)

    def _write(self) -> None:
        if self._unwritten:
            self._connection.execute(insert(audit_events), self._unwritten)
            self._unwritten.clear()

    def _begin(self, act: Act) -> None:
        check_text("", *act[:3])
        # In PostgreSQL this row is what writers wait for: they come one after the other.
        query = select(audit_head.c.number, audit_head.c.hash).with_for_update()
        head = self._connection.execute(query).one_or_none()
        if head is None:
            raise Unavailable("the head of the audit log is missing: restore the store")
        self._number, self._hash = head.number, head.hash
        self._act = act if act.at is not None else act._replace(at=self._later_than_last())

    def _later_than_last(self) -> datetime:
        """Now; not before the last event, should a clock have been set back."""
        query = select(audit_events.c.at).where(audit_events.c.number == self._number)
        last = self._connection.execute(query).scalar()
        now = datetime.now(UTC)
        return max(now, to_moment(last)) if isinstance(last, int) else now


def _text(document: _Document | None) -> str | None:
    return None if document is None else json_text.dump(document)


def _by_name(query: Select[Any], actor: str, method: str, resource: str) -> Select[Any]:
    columns = audit_events.c
    if actor:
        query = query.where(columns.actor == actor)
    if method:
        query = query.where(columns.method == method)
    if resource.endswith("*"):
        prefix = resource[:-1]
        last = after_all_with(prefix)
        return query.where(columns.resource >= prefix, columns.resource < last)
    return query.where(columns.resource == resource) if resource else query


def _by_time(query: Select[Any], since: datetime | None, until: datetime | None) -> Select[Any]:
    if since is not None:
        query = query.where(audit_events.c.at >= to_microseconds(since))
    if until is not None:
        query = query.where(audit_events.c.at < to_microseconds(until))
    return query
