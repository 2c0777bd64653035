"""Who calls: from a bearer token, a client certificate, or the loopback itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from turnout.control.access import Caller
from turnout.control.credentials import ITSELF, find_token, read_bearer
from turnout.control.failures import Unauthenticated
from turnout.control.settings import ControlSettings
from turnout.store import Store, Token, Transaction

LOOPBACK = Caller("loopback", "admin")
"""Who calls where nobody has to say who they are."""
RESERVED = frozenset({LOOPBACK.actor, ITSELF})
"""Actors in the log that are no token, and that no token may be taken for."""

_ANYTHING = "a token is needed: send `authorization: Bearer TOKEN`"
_NOT_GOOD = "the token is not good: it is unknown, over or revoked"
SUBJECT_ALTERNATIVE_NAME = "x509_subject_alternative_name"
COMMON_NAME = "x509_common_name"

AuthContext = Mapping[str, Iterable[bytes]]
"""What gRPC knows of a connection."""


class Identities:
    """Tells who calls.

    Args:
        store: Where tokens are.
        settings: Whom to believe without one.
        now: The clock; aware.
    """

    def __init__(
        self,
        store: Store,
        settings: ControlSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._authentication = settings.authentication
        self._certificates = settings.certificates
        self._now = now

    def caller(self, authorization: Sequence[str], connection: AuthContext) -> Caller:
        """Tells who calls.

        Args:
            authorization: The headers of this name.
            connection: Names of the client's certificate, if it has one.

        Raises:
            Unauthenticated: Nobody knows.
            Unavailable: The store is gone.
        """
        if authorization:
            return self._by_token(authorization)
        if (known := self._by_certificate(connection)) is not None:
            return known
        if self._authentication:
            raise Unauthenticated(_ANYTHING)
        return LOOPBACK

    def known(self, tx: Transaction, actor: str) -> Caller | None:
        """Who is called so by now, from a token, good or not, or from the settings; else None."""
        if (token := tx.tokens.find(actor)) is not None:
            return _of_token(token)
        if actor in self._certificates:
            return Caller(actor, self._certificates[actor])
        return LOOPBACK if actor == LOOPBACK.actor and not self._authentication else None

    def _by_token(self, authorization: Sequence[str]) -> Caller:
        presented = read_bearer(authorization[0]) if len(authorization) == 1 else None
        if presented is None:
            raise Unauthenticated(_NOT_GOOD)
        with self._store.read() as tx:
            token = find_token(tx, presented, self._now())
        if token is None:
            raise Unauthenticated(_NOT_GOOD)
        return _of_token(token)

    def _by_certificate(self, connection: AuthContext) -> Caller | None:
        names = [*connection.get(SUBJECT_ALTERNATIVE_NAME, ()), *connection.get(COMMON_NAME, ())]
        for name in (one.decode("utf-8", "replace") for one in names):
            if name in self._certificates:
                return Caller(name, self._certificates[name])
        return None


def _of_token(token: Token) -> Caller:
    return Caller(token.name, token.role, token.key_prefixes, token.tags)
