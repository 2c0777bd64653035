"""Who calls: from a bearer token, a client certificate, or the loopback itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from turnout.control.access import Caller
from turnout.control.credentials import find_token, read_bearer
from turnout.control.failures import Unauthenticated
from turnout.store import Store

LOOPBACK = Caller("loopback", "admin")
"""Who calls where nobody has to say who they are."""

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
        authentication: Everybody has to say who they are.
        certificates: The roles of client certificates, by a name in them: a URI or DNS name, else
            the common name.
        now: The clock; aware.
    """

    def __init__(
        self,
        store: Store,
        *,
        authentication: bool,
        certificates: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._authentication = authentication
        self._certificates = certificates
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

    def _by_token(self, authorization: Sequence[str]) -> Caller:
        presented = read_bearer(authorization[0]) if len(authorization) == 1 else None
        if presented is None:
            raise Unauthenticated(_NOT_GOOD)
        with self._store.read() as tx:
            token = find_token(tx, presented, self._now())
        if token is None:
            raise Unauthenticated(_NOT_GOOD)
        return Caller(token.name, token.role, token.key_prefixes, token.tags)

    def _by_certificate(self, connection: AuthContext) -> Caller | None:
        names = [*connection.get(SUBJECT_ALTERNATIVE_NAME, ()), *connection.get(COMMON_NAME, ())]
        for name in (one.decode("utf-8", "replace") for one in names):
            if name in self._certificates:
                return Caller(name, self._certificates[name])
        return None
