"""Addresses and places as an operator writes them: of listeners, sockets, stores and snapshots."""

import ipaddress
import os
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import SecretStr

from turnout.serving.object_place import OBJECT_SCHEMES

DEFAULT_LISTEN = "127.0.0.1:8013"
DEFAULT_ADMIN_LISTEN = "127.0.0.1:8014"
DEFAULT_CONTROL_LISTEN = "127.0.0.1:8015"
DEFAULT_SNAPSHOTS_LISTEN = "127.0.0.1:8016"
DEFAULT_CONTROL_ADMIN_LISTEN = "127.0.0.1:8017"
"""Another than that of decisions: a sidecar may stand beside a control plane."""
SOCKET_NAME = "turnout.sock"
NOWHERE = "none"
SNAPSHOT_PATH = "/v1/snapshot"
EMBEDDED = "embedded"
REDIS_SCHEMES = ("redis", "rediss", "redis-cluster", "rediss-cluster")


def default_state_dir() -> Path:
    """`$XDG_STATE_HOME/turnout`, else `~/.local/state/turnout`."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "turnout"


def default_socket(state_dir: Path | None = None) -> Path:
    """`turnout.sock` in `$XDG_RUNTIME_DIR`, else in the state folder."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and Path(base).is_dir():
        return Path(base) / SOCKET_NAME
    return (state_dir or default_state_dir()) / SOCKET_NAME


def split_address(address: str) -> tuple[str, int]:
    """Splits `host:port` or `[v6]:port`; the host is an IP address or `localhost`.

    Raises:
        ValueError: It is neither.
    """
    host, separator, port = address.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"`{address}` is no address: write HOST:PORT, for example 127.0.0.1:8013")
    host = host.removeprefix("[").removesuffix("]")
    if host == "localhost":
        host = "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise ValueError(
            f"`{host}` is no IP address: write one, for example 127.0.0.1, or `localhost`"
        ) from None
    return host, int(port)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach `host:port`."""
    return ipaddress.ip_address(split_address(address)[0]).is_loopback


def sticky_store(value: str) -> str:
    """Lets the places through where sticky assignments may be kept.

    Raises:
        ValueError: It is none.
    """
    scheme, separator, _ = value.partition("://")
    if value in {NOWHERE, EMBEDDED} or (separator and scheme in REDIS_SCHEMES):
        return value
    # The value is not repeated: it may hold a password.
    raise ValueError(
        "the store of sticky assignments is `none`, `embedded`, or an address such as"
        " redis://HOST:PORT, rediss://HOST:PORT or redis-cluster://HOST:PORT,HOST:PORT"
    )


def members_redis(value: str) -> str:
    """Lets an address of Redis through, and `none`.

    Raises:
        ValueError: It is neither.
    """
    scheme, separator, _ = value.partition("://")
    if value == NOWHERE or (separator and scheme in REDIS_SCHEMES):
        return value
    # The value is not repeated: it may hold a password.
    raise ValueError(
        "what has members is `none`, or an address such as redis://HOST:PORT, rediss://HOST:PORT or"
        " redis-cluster://HOST:PORT,HOST:PORT"
    )


def store(value: SecretStr) -> SecretStr:
    """Lets the URL of a database through, and what is empty.

    Raises:
        ValueError: It is neither.
    """
    url = value.get_secret_value()
    scheme, separator, rest = url.partition("://")
    is_file = scheme == "sqlite" and rest.startswith("/") and len(rest) > 1
    if not url or is_file:
        return value
    if separator and scheme in {"postgresql", "postgres"} and _is_url(url):
        return value
    # The value is not repeated: it may hold a password.
    raise ValueError(
        "the store is `sqlite:////folder/file.db` or `postgresql://USER@HOST/DATABASE`"
    )


def _is_url(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def without_password(url: str) -> str:
    """A URL as people and logs may see it."""
    if url.startswith("sqlite:"):
        return url
    parts = urlsplit(url)
    name, _, host = parts.netloc.rpartition("@")
    user = name.partition(":")[0]
    options = [(key, value) for key, value in parse_qsl(parts.query) if "password" not in key]
    netloc = f"{user}@{host}" if user else host
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(options, safe="/")))


def listen_address(value: str) -> str:
    """Gives `host:port` in one form; `none` as it is.

    Raises:
        ValueError: It is neither.
    """
    if value == NOWHERE:
        return value
    host, port = split_address(value)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def origin(value: str) -> str:
    """A URL of snapshots, with the path of a control plane where it has none; empty as it is.

    Raises:
        ValueError: It is no such URL.
    """
    if not value:
        return value
    if is_object(value):
        return _object(value)
    advice = "write http://HOST:PORT, https://HOST/PATH, s3://BUCKET/KEY or file:///PATH"
    try:
        url = urlsplit(value)
        host, _ = url.hostname, url.port  # a port that is no number is a ValueError
    except ValueError:
        host = None
    is_file = value.startswith("file:///") and value != "file:///"
    if not is_file and not (host and url.scheme in {"http", "https"}):
        # The value is not repeated: it may hold a password.
        raise ValueError(f"it is no place of snapshots: {advice}")
    if url.username is not None or url.fragment:
        raise ValueError("a URL of snapshots has no name, password or fragment: give a token")
    if is_file:
        return value
    # Put together again: whoever looks at the scheme later finds it in small letters.
    return urlunsplit(url._replace(path=SNAPSHOT_PATH) if url.path in {"", "/"} else url)


def deposit(value: str) -> str:
    """A URL of a place that snapshots are written to; empty as it is.

    Raises:
        ValueError: It is no such URL.
    """
    if not value or _is_file(value):
        return value
    if is_object(value):
        return _object(value)
    # The value is not repeated: it may hold a password.
    raise ValueError(
        "nothing can be written there: write file:///FOLDER/NAME, s3://BUCKET/KEY, gs://BUCKET/KEY"
        " or az://CONTAINER/KEY"
    )


def is_object(url: str) -> bool:
    """Whether it names an object in object storage."""
    return url.partition("://")[0] in OBJECT_SCHEMES


def _is_file(url: str) -> bool:
    path = url.removeprefix("file://")
    return path != url and path.startswith("/") and not path.endswith("/") and "#" not in path


def _object(url: str) -> str:
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if not bucket or not key or {"", ".", ".."} & set(key.split("/")):
        raise ValueError(f"it names no object: write {scheme}://BUCKET/KEY")
    if set("@:") & set(bucket) or set("?#") & set(rest):
        # The value is not repeated: it may hold a password.
        raise ValueError(
            f"a URL of an object is {scheme}://BUCKET/KEY and no more: who asks, and where the"
            f" bucket is, is in the environment ({OBJECT_SCHEMES[scheme]}…)"
        )
    return url
