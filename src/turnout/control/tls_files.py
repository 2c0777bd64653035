"""The files of TLS, which are read again when they change: renewed certificates need no restart."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from turnout.control.settings import Tls

T = TypeVar("T")

_log = logging.getLogger("turnout.control")


class CannotListen(OSError):  # noqa: N818 - named for its situation
    """An address, a certificate or a key that cannot be had."""


class TlsFiles(Generic[T]):
    """A certificate, its key and the authority of clients, as a port wants them.

    Args:
        tls: Where they are.
        load: Makes of the files what the port wants; may raise OSError.
    """

    def __init__(self, tls: Tls, load: Callable[[Tls], T]) -> None:
        self._tls = tls
        self._load = load
        self._seen: object = None

    def read(self) -> T:
        """Reads them.

        Raises:
            CannotListen: One of them cannot be read, or is none.
        """
        # Before they are read: what changes meanwhile is read again.
        self._seen = self._stamps()
        try:
            return self._load(self._tls)
        except OSError as error:
            raise CannotListen(f"cannot use the certificates: {error}") from error

    def changed(self) -> T | None:
        """Reads them if they changed; to be asked at each handshake.

        What cannot be read changes nothing, and is tried again.
        """
        before = self._seen
        try:
            if self._stamps() == before:
                return None
            found = self.read()
        except OSError as error:
            self._seen = before
            _log.warning("the certificates stay as they were: %s", error)
            return None
        _log.info("the certificates were read again")
        return found

    def _stamps(self) -> object:
        paths = (self._tls.certificate, self._tls.key, self._tls.client_authority)
        return [_stamp(path) for path in paths if path is not None]


def _stamp(path: Path) -> object:
    """Tells one version of a file from the next."""
    try:
        found = path.stat()
    except OSError as error:
        raise CannotListen(f"cannot read `{path}`: {error.strerror}") from error
    return found.st_mtime_ns, found.st_size, found.st_ino
