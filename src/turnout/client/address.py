"""Where a sidecar listens."""

import os
import socket
from pathlib import Path
from typing import NamedTuple

from turnout.results import DeadlineExceeded, InvalidArgument, Unavailable

DEFAULT_PORT = 8013
SOCKET_NAME = "turnout.sock"


class Address(NamedTuple):
    """A Unix socket's path, or a host and a port."""

    path: str | None
    host: str
    port: int

    def __str__(self) -> str:
        """The form that `parse` reads."""
        return f"unix:{self.path}" if self.path else f"{self.host}:{self.port}"

    @property
    def authority(self) -> str:
        """What the Host field says; a socket's path is none, and servers refuse it."""
        if self.path is not None:
            return "localhost"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def unreachable(self, error: OSError) -> Unavailable:
        """The exception for a connection that could not be opened, or broke."""
        return Unavailable(
            f"no server at `{self}`: {(error.strerror or str(error)).lower()}: is it running"
        )

    def unanswered(self) -> Unavailable:
        """The exception for a connection that was closed without an answer."""
        return Unavailable(f"server at `{self}` closed the connection without an answer")

    def late(self, timeout: float | None) -> DeadlineExceeded:
        """The exception for an answer that did not come in time."""
        return DeadlineExceeded(f"no answer from `{self}` within {timeout} s")

    def connect(self, timeout: float | None) -> socket.socket:
        """Opens a connection; raises OSError when nothing listens there."""
        if self.path is None:
            connection = socket.create_connection((self.host, self.port), timeout)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(self.path)
        except BaseException:
            connection.close()
            raise
        return connection


def parse(text: str | None) -> Address:
    """Reads `unix:/path`, `host:port`, `[::1]:port` or `host`; nothing means `default()`.

    Raises:
        InvalidArgument: The text is none of these.
    """
    if text is None:
        return default()
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        path = path.removeprefix("//") if path.startswith("///") else path
        if not path:
            raise InvalidArgument("address `unix:` names no path: write `unix:/path/to/socket`")
        return Address(path, "", 0)
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise InvalidArgument(f"address `{text}` is not `unix:/path` or `host:port`")
    return Address(None, host, int(port))


def default() -> Address:
    """The socket of a sidecar with default settings, if it is there; else TCP on loopback."""
    path = _default_socket()
    if path.is_socket():
        return Address(str(path), "", 0)
    return Address(None, "127.0.0.1", DEFAULT_PORT)


def _default_socket() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / SOCKET_NAME
    if state := os.environ.get("XDG_STATE_HOME"):
        return Path(state) / "turnout" / SOCKET_NAME
    return Path.home() / ".local" / "state" / "turnout" / SOCKET_NAME


def check_timeout(timeout: float | None) -> None:
    """Checks the seconds that a call may take.

    Raises:
        InvalidArgument: They are not more than zero.
    """
    if timeout is not None and not 0 < timeout < 1e9:
        raise InvalidArgument(f"timeout `{timeout}` is not more than zero seconds")
