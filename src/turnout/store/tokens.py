"""Who may call: tokens, of whose secrets only a digest is kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from turnout.store.audit import Audit
from turnout.store.errors import AlreadyExists, NotFound
from turnout.store.row_hash import row_hash
from turnout.store.tables import tokens
from turnout.store.texts import check_text
from turnout.store.token import Token, summary_of_token, token_of


class Tokens:
    """Reads and writes tokens. A name is never used again, so that the log stays clear.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def create(
        self,
        name: str,
        *,
        id: str,  # noqa: A002 - what it is called everywhere
        digest: str,
        role: str,
        expires_at: datetime,
        key_prefixes: Sequence[str] = (),
        tags: Sequence[str] = (),
    ) -> Token:
        """Adds a token.

        Raises:
            AlreadyExists: The name was used before.
            Invalid: The name is no text that every database can keep.
        """
        check_text("token_id", name)
        if self.find(name) is not None:
            raise AlreadyExists("token", name)
        token = Token(
            name, id, digest, role, self._audit.now, expires_at, None,
            list(key_prefixes), list(tags),
        )  # fmt: skip
        left = row_hash(tokens, vars(token))
        self._audit.record(_name(name), None, summary_of_token(token), left)
        self._connection.execute(insert(tokens).values(vars(token)))
        return token

    def get(self, name: str) -> Token:
        """Gives one, also when it is over or revoked.

        Raises:
            NotFound: There is none.
        """
        token = self.find(name)
        if token is None:
            raise NotFound("token", name)
        return token

    def find(self, name: str) -> Token | None:
        """Gives one, also when it is over or revoked; None when there is none."""
        return self._only(tokens.c.name == name)

    def by_id(self, id: str) -> Token | None:  # noqa: A002 - what it is called everywhere
        """Gives the one with this public part, also when it is over or revoked; else None."""
        return self._only(tokens.c.id == id)

    def page(
        self, *, after: str = "", limit: int = 100, good_at: datetime | None = None
    ) -> list[Token]:
        """Gives tokens by name.

        Args:
            after: Only names that sort after this one.
            limit: At most so many.
            good_at: Only those that are neither over at this moment nor revoked.
        """
        query = select(tokens).where(tokens.c.name > after).order_by(tokens.c.name).limit(limit)
        if good_at is not None:
            query = query.where(tokens.c.revoked_at.is_(None), tokens.c.expires_at > good_at)
        return [token_of(row) for row in self._connection.execute(query)]

    def revoke(self, name: str) -> Token:
        """Makes one worthless; one that was revoked before stays as it is.

        Raises:
            NotFound: There is none.
        """
        token = self.get(name)
        if token.revoked_at is not None:
            return token
        changed = update(tokens).where(tokens.c.name == name).values(revoked_at=self._audit.now)
        self._connection.execute(changed)
        revoked = self.get(name)
        told = summary_of_token(token), summary_of_token(revoked)
        self._audit.record(_name(name), *told, row_hash(tokens, vars(revoked)))
        return revoked

    def any_good(self, role: str, now: datetime) -> bool:
        """Whether any token of a role is neither over nor revoked."""
        query = select(tokens.c.name).where(tokens.c.role == role, tokens.c.expires_at > now)
        query = query.where(tokens.c.revoked_at.is_(None)).limit(1)
        return self._connection.execute(query).first() is not None

    def _only(self, condition: ColumnElement[bool]) -> Token | None:
        row = self._connection.execute(select(tokens).where(condition)).one_or_none()
        return None if row is None else token_of(row)


def _name(name: str) -> str:
    return f"tokens/{name}"
