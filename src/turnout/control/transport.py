"""The port of the control plane, with or without TLS; its files are read again when they change."""

import grpc
import grpc.aio

from turnout.control.settings import ControlSettings, Tls
from turnout.control.tls_files import CannotListen, TlsFiles


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
    files = TlsFiles(tls, _configuration)
    return grpc.dynamic_ssl_server_credentials(
        files.read(),
        files.changed,  # type: ignore[arg-type] # None leaves them: the stub does not know
        require_client_authentication=tls.client_authority is not None,
    )


def _configuration(tls: Tls) -> grpc.ServerCertificateConfiguration:
    authority = tls.client_authority
    return grpc.ssl_server_certificate_configuration(
        [(tls.key.read_bytes(), tls.certificate.read_bytes())],
        root_certificates=authority.read_bytes() if authority else None,
    )
