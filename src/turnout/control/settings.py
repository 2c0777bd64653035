"""What the control plane is started with, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Tls:
    """Files in PEM form. They are read again when they change."""

    certificate: Path
    """The server's, with those that sign it."""
    key: Path
    client_authority: Path | None = None
    """Who signs the certificates of clients: with it every client needs one, and without it none is
    asked for. (gRPC's server for Python cannot ask for one that may be missing.)"""


@dataclass(frozen=True)
class EvaluatingSettings:
    """What queries of segments run with."""

    connections: Path | None = None
    """The file that declares connections."""
    query_folders: tuple[Path, ...] = ()
    """What the connection `duckdb` may read."""
    at_once: int = 2
    """How many evaluations run at a time; more wait."""
    members_redis: str = ""
    """The address of the Redis for members that are looked up there; empty: none."""


@dataclass(frozen=True)
class ControlSettings:
    """How the server listens and whom it believes."""

    listen: str = "127.0.0.1:8015"
    """`HOST:PORT`; port 0 takes a free one."""
    authentication: bool = False
    """Everybody has to say who they are; else whoever does not is `loopback`, an admin."""
    tls: Tls | None = None
    certificates: Mapping[str, str] = field(default_factory=dict)
    """The role of each client certificate, by a URI, a DNS name or the common name in it."""
    threads: int = 8
    """How many calls work at a time; more wait."""
    lasting_threads: int = 32
    """How many streams, previews and waits go on at a time; more wait."""
    most_waiting: int = 256
    """How many calls may be there at a time; more are told RESOURCE_EXHAUSTED."""
    max_message_bytes: int = 32 * 1024 * 1024
    """The largest message that is read or written."""
    grace_s: float = 10.0
    """How long calls in flight get at the end."""
