"""Tokens as they travel: made, taken apart, compared; and the first one."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from turnout.store import Act, Store, Token, Transaction

PREFIX: Final = "turnout_"
ITSELF: Final = "turnout"
"""The actor of what nobody called for."""
KEPT_FOR = timedelta(days=365)
"""How long a token is good, unless something else is asked for."""

_FIRST = "admin"
_NO_DIGEST = "0" * 64
# Longer ones are no tokens of ours, and are not hashed.
_MOST = 512


class Presented(NamedTuple):
    """A token as a caller sends it."""

    name: str
    digest: str
    """SHA-256 of the whole text, in hex."""


def make_secret(name: str) -> tuple[str, str]:
    """Draws the secret of a token; gives it and the digest that is kept."""
    secret = f"{PREFIX}{name}_{secrets.token_hex(32)}"
    return secret, digest_of(secret)


def digest_of(secret: str) -> str:
    """SHA-256 of a secret, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_bearer(header: str) -> Presented | None:
    """Reads `Bearer turnout_NAME_SECRET`; None for anything else."""
    scheme, _, secret = header.partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > _MOST:
        return None
    name = secret.removeprefix(PREFIX).rpartition("_")[0]
    return Presented(name, digest_of(secret)) if name else None


def find_token(tx: Transaction, presented: Presented, now: datetime) -> Token | None:
    """The token that was presented, if it is good.

    It takes as long whether a token of that name exists, and wherever the secret differs.
    """
    token = tx.tokens.by_id(presented.name)
    kept = token.digest if token is not None else _NO_DIGEST
    same = hmac.compare_digest(kept, presented.digest)
    return token if token is not None and same and token.is_good(now) else None


def make_first_token(store: Store, now: datetime, show: Callable[[str], None]) -> None:
    """Makes a token for an admin where nobody could be one.

    Args:
        store: Where it is kept.
        now: The clock; aware.
        show: Is given its secret, once. Before the commit: of a process that is killed in between,
            a secret is worthless that was shown, and not a token lost that nobody knows.

    Raises:
        Unavailable: The store is gone.
    """
    with store.read() as tx:
        if tx.tokens.any_good("admin", now):
            return
    with store.write(Act(ITSELF, "CreateToken")) as tx:
        if tx.tokens.any_good("admin", now):
            return
        name = _free_name(tx)
        secret, digest = make_secret(name)
        tx.tokens.create(name, id=name, digest=digest, role="admin", expires_at=now + KEPT_FOR)
        show(secret)


def _free_name(tx: Transaction) -> str:
    """The first of `admin`, `admin-2`, and so on that was never used."""
    name, number = _FIRST, 1
    while tx.tokens.by_id(name) is not None:
        number += 1
        name = f"{_FIRST}-{number}"
    return name
