"""One GET to a server of snapshots: credentials, deadlines, and every fault by its name.

Standard library only: the serving process imports this.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    RemoteDisconnected,
)
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from turnout.serving.fetched import FailureKind, RefreshFailed

if TYPE_CHECKING:
    from turnout.serving.tls import Tls

_CONNECT_S = 5.0
_STATUS_KINDS: dict[int, tuple[FailureKind, str]] = {
    401: ("denied", "the token is not accepted (401)"),
    403: ("denied", "the token may not read snapshots (403)"),
    404: ("missing", "there is no {what} (404)"),
}


class Credentials(NamedTuple):
    """Whom a server of snapshots may trust, and whom it is asked by; an empty one is not used."""

    token: str = ""
    token_file: str = ""
    """Read at each request: it may be replaced."""
    ca: str = ""
    cert: str = ""
    key: str = ""


class Cutter:
    """Cuts a connection that is not done in time, wherever the thread that reads it waits.

    The timeout of a socket begins again at each byte: a server that drips could hold a thread for
    days.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._timer: threading.Timer | None = None
        self.fired = False

    def allow(self, seconds: float) -> None:
        """Gives it so much time from now."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Gives it any time."""
        if self._timer:
            self._timer.cancel()

    def cut(self) -> None:
        """Ends the connection now; whoever reads it sees its end."""
        # Of the plain socket: that of TLS would go on to read what is left as if it were no cipher.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def _fire(self) -> None:
        self.fired = True
        self.cut()


class Answer(NamedTuple):
    """An answer whose head was read."""

    response: HTTPResponse
    cutter: Cutter


class Connections:
    """Makes requests to one server, each on a connection of its own.

    Args:
        url: `http` or `https`, with the path of the snapshot.
        credentials: What to show, and whom to trust.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._path = parts.path
        self._query = f"?{parts.query}" if parts.query else ""
        # Not the query: it may hold a signature.
        self.place = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self._credentials = credentials
        self._tls = _tls(credentials) if parts.scheme == "https" else None

    @contextlib.contextmanager
    def get(
        self,
        headers: dict[str, str],
        *,
        below: str = "",
        beside: str = "",
        within_s: float,
        silence_s: float,
    ) -> Iterator[Answer]:
        """Asks, and gives the answer once its head was read; closed at the end of the block.

        Args:
            headers: Of the request, beside those for the credentials.
            below: What is added to the path.
            beside: What the last part of the path is replaced by; empty: it stays.
            within_s: When the connection is cut, unless `cutter.allow` gives more or less.
            silence_s: How long one wait for bytes may take.

        Raises:
            RefreshFailed: For every fault of the connection, also of those within the block.
        """
        connection, sent = self._open(), self._with(headers)
        cutter: Cutter | None = None
        try:
            connection.connect()
            connection.sock.settimeout(silence_s)
            cutter = Cutter(connection.sock)
            cutter.allow(within_s)
            path = self._path.rpartition("/")[0] + f"/{beside}" if beside else self._path
            connection.request("GET", path + below + self._query, headers=sent)
            with connection.getresponse() as response:
                yield Answer(response, cutter)
            if cutter.fired:
                # What has no length looks whole when it was cut.
                raise TimeoutError
        except (RefreshFailed, OSError, HTTPException, ValueError) as error:
            raise self._named(error, cutter) from error
        finally:
            if cutter:
                cutter.cancel()
            connection.close()

    def _open(self) -> HTTPConnection:
        if self._tls:
            return self._tls.connection(self._host, self._port, timeout_s=_CONNECT_S)
        return HTTPConnection(self._host, self._port, timeout=_CONNECT_S)

    def _named(self, error: Exception, cutter: Cutter | None) -> RefreshFailed:
        if isinstance(error, TimeoutError) or (cutter and cutter.fired):
            return RefreshFailed("timeout", "it took too long to answer")
        if isinstance(error, RefreshFailed):
            return error
        if isinstance(error, IncompleteRead | RemoteDisconnected):
            return RefreshFailed("incomplete", "it ended before its answer was whole")
        if self._tls and (fault := self._tls.named(error)):
            return fault
        if isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            return RefreshFailed("incomplete" if cutter else "unreachable", reason)
        return RefreshFailed("garbled", "it answers something that is no HTTP")

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        token = self._token()
        own = {
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": "turnout-sidecar",
        }
        return own | headers | ({"Authorization": f"Bearer {token}"} if token else {})

    def _token(self) -> str:
        token, file = self._credentials.token, self._credentials.token_file
        if file:
            try:
                token = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is no text"
                raise RefreshFailed(
                    "credentials", f"cannot read the token file `{file}`: {str(reason).lower()}"
                ) from error
        if not is_token(token):
            # It is not repeated: it is a secret.
            raise RefreshFailed("credentials", "the token holds what no header can carry")
        return token


def _tls(credentials: Credentials) -> "Tls":
    # Some megabytes that a plain URL has no use for.
    from turnout.serving.tls import Tls  # noqa: PLC0415

    return Tls(credentials.ca, credentials.cert, credentials.key)


def is_token(text: str) -> bool:
    """Whether it can be sent as a bearer token: visible ASCII; or empty, which is not sent."""
    return text.isascii() and all("!" <= one <= "~" for one in text)


def check_status(response: HTTPResponse, what: str = "snapshot") -> None:
    """Lets 200 pass.

    Args:
        response: Its head was read.
        what: What was asked for.

    Raises:
        RefreshFailed: It is another; redirects are not followed: the token is for this server.
    """
    status = response.status
    if status == 200:
        return
    kind, words = _STATUS_KINDS.get(status, ("status", f"it answers {status}"))
    if 300 <= status < 400:
        kind, words = "redirected", f"it answers {status}, and redirects are not followed"
    raise RefreshFailed(kind, words.format(what=what))
