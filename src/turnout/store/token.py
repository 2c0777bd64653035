"""One token, without its secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from turnout.store import json_text


@dataclass(frozen=True)
class Token:
    """What a caller may do."""

    name: str
    """The actor of audit events."""
    id: str
    """The public part of the secret, by which it is found."""
    digest: str
    """SHA-256 of the whole secret, in hex."""
    role: str
    """`viewer`, `editor`, `publisher` or `admin`."""
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    key_prefixes: list[str]
    """Writes are limited to items whose keys start so; with neither these nor tags to none."""
    tags: list[str]
    """Writes are limited to items with one of these."""

    def is_good(self, now: datetime) -> bool:
        """Whether it is neither over nor revoked."""
        return self.revoked_at is None and now < self.expires_at


def token_of(row: Row[Any]) -> Token:
    """Reads a row of the table."""
    return Token(**row._mapping)


def summary_of_token(token: Token) -> dict[str, Any]:
    """What the log says of it: neither the secret nor its digest, but which digest it is."""
    revoked = token.revoked_at
    return {
        "role": token.role,
        "expires_at": token.expires_at.isoformat(),
        "revoked_at": None if revoked is None else revoked.isoformat(),
        "key_prefixes": token.key_prefixes,
        "tags": token.tags,
        "fingerprint": json_text.fingerprint(f"{token.id} {token.digest}")[:16],
    }
