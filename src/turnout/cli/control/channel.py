"""Opens the channel to a control plane: plain on this machine, TLS to others."""

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from turnout.cli.failures import usage
from turnout.serving.loopback import host_of, is_here

if TYPE_CHECKING:
    from pathlib import Path

    from turnout.cli.control.connection import Connection

# Its own lines about handshakes that fail would stand beside ours.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

_LARGEST_ANSWER = 256 * 1024 * 1024  # bytes; the export of a large store is one message


class _Address(NamedTuple):
    scheme: str
    """`http`, `https` or nothing."""
    target: str


def open_channel(connection: "Connection") -> tuple[grpc.Channel, str]:
    """Opens the channel, and says what to call its other end in messages.

    Raises:
        Failed: Options contradict each other, or a token would be seen by others.
        OSError: A file cannot be read.
    """
    address = _read(connection.control)
    options: list[tuple[str, Any]] = [("grpc.max_receive_message_length", _LARGEST_ANSWER)]
    if is_here(host_of(address.target)):
        options.append(("grpc.enable_http_proxy", 0))
    if not _wants_tls(connection, address):
        _refuse_to_tell(connection, address)
        return grpc.insecure_channel(address.target, options=options), address.target
    credentials = grpc.ssl_channel_credentials(
        _content(connection.control_ca),
        _content(connection.control_key),
        _content(connection.control_cert),
    )
    return grpc.secure_channel(address.target, credentials, options=options), address.target


def _read(written: str) -> _Address:
    scheme, separator, rest = written.rpartition("://")
    if separator and scheme not in {"http", "https"}:
        raise usage(f"`--control {written}` is no address: write HOST:PORT or https://HOST:PORT")
    target = rest.rstrip("/")
    host, _, port = target.rpartition(":")
    if not host or not port.isdigit() or "/" in target:
        raise usage(f"`--control {written}` is no address: write HOST:PORT, `127.0.0.1:8015`")
    return _Address(scheme, target)


def _wants_tls(connection: "Connection", address: _Address) -> bool:
    if (connection.control_cert is None) != (connection.control_key is None):
        raise usage("`--control-cert` and `--control-key` belong together: give both")
    files = (connection.control_ca, connection.control_cert)
    wanted = address.scheme == "https" or any(one is not None for one in files)
    if wanted and address.scheme == "http":
        raise usage(
            f"`--control {connection.control}` is without TLS, which `--control-ca` and"
            " `--control-cert` are for: write https://"
        )
    return wanted


def _refuse_to_tell(connection: "Connection", address: _Address) -> None:
    if connection.token() and not address.scheme and not is_here(host_of(address.target)):
        raise usage(
            f"the token would travel to `{address.target}` for everybody to read: give"
            f" `--control-ca`, or write `--control https://{address.target}` (or http:// to do it"
            " all the same)"
        )


def _content(path: "Path | None") -> bytes | None:
    return None if path is None else path.read_bytes()
