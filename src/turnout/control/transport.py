"""The port of the control plane, with or without TLS; its files are read again when they change."""

import logging
from pathlib import Path

import grpc
import grpc.aio

from turnout.control.settings import ControlSettings, Tls

_log = logging.getLogger("turnout.control")


class CannotListen(OSError):  # noqa: N818 - named for its situation
    """An address, a certificate or a key that cannot be had."""


def add_port(server: grpc.aio.Server, settings: ControlSettings) -> str:
    """Lets a server listen; gives the address with its port.

    Raises:
        CannotListen: The address, a certificate or a key cannot be had.
    """
    address = settings.listen
    try:
        if settings.tls is None:
            port = server.add_insecure_port(address)
        else:
            port = server.add_secure_port(address, _credentials(settings.tls))
    except RuntimeError as error:
        raise CannotListen(f"cannot listen on `{address}`: another program has it") from error
    return f"{address.rpartition(':')[0]}:{port}"


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    files = _Files(tls)
    return grpc.dynamic_ssl_server_credentials(
        files.read(),
        files.changed,  # type: ignore[arg-type] # None leaves them: the stub does not know
        require_client_authentication=tls.client_authority is not None,
    )


class _Files:
    """The files of TLS, as they were read last."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._seen: object = None

    def read(self) -> grpc.ServerCertificateConfiguration:
        """Reads them.

        Raises:
            CannotListen: One of them cannot be read.
        """
        self._seen = self._stamps()
        authority = self._tls.client_authority
        return grpc.ssl_server_certificate_configuration(
            [(_content(self._tls.key), _content(self._tls.certificate))],
            root_certificates=_content(authority) if authority else None,
        )

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Reads them if they changed; at each handshake. What cannot be read changes nothing."""
        try:
            if self._stamps() == self._seen:
                return None
            found = self.read()
        except OSError as error:
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
        raise _unreadable(path, error) from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> CannotListen:
    return CannotListen(f"cannot read `{path}`: {error.strerror}")
