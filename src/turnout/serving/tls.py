"""Connections over TLS to a server of snapshots.

Standard library only: the serving process imports this, when its origin is `https`.
"""

import ssl
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

from turnout.serving.fetched import RefreshFailed


class Tls:
    """Makes connections; files that were replaced are read again.

    Args:
        ca: Whom to trust; empty: whom the system trusts.
        cert: What to show, and its key; empty: nothing.
        key: Empty: it is in `cert`.
    """

    def __init__(self, ca: str, cert: str, key: str) -> None:
        self._ca, self._cert, self._key = ca, cert, key
        self._made: ssl.SSLContext | None = None
        self._of: list[tuple[int, int]] = []

    def connection(self, host: str, port: int, *, timeout_s: float) -> HTTPConnection:
        """A connection that is not open yet.

        Raises:
            RefreshFailed: A file cannot be used.
        """
        return HTTPSConnection(host, port, timeout=timeout_s, context=self._context())

    def named(self, error: Exception) -> RefreshFailed | None:
        """A fault of TLS; None when it is none."""
        if isinstance(error, ssl.SSLEOFError):
            return RefreshFailed("incomplete", "it ended before its answer was whole")
        if isinstance(error, ssl.SSLError):
            return RefreshFailed("tls", f"no trust over TLS: {str(error.reason or error).lower()}")
        return None

    def _context(self) -> ssl.SSLContext:
        try:
            now = [_version(path) for path in (self._ca, self._cert, self._key) if path]
            if self._made is None or now != self._of:
                made = ssl.create_default_context(cafile=self._ca or None)
                if self._cert:
                    made.load_cert_chain(self._cert, self._key or None)
                self._made, self._of = made, now
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise RefreshFailed(
                "credentials", f"cannot use the certificates given: {reason.lower()}"
            ) from error
        return self._made


def _version(path: str) -> tuple[int, int]:
    found = Path(path).stat()
    return found.st_ino, found.st_mtime_ns
