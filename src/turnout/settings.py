"""What an operator may set, by environment (`TURNOUT_…`) or by the command line, and its checks.

The command line and the tests import this; the serving process gets the outcome as plain values
(`turnout.serving.launch`) and never imports it.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from turnout import addresses
from turnout.addresses import (
    DEFAULT_ADMIN_LISTEN,
    DEFAULT_CONTROL_ADMIN_LISTEN,
    DEFAULT_CONTROL_LISTEN,
    DEFAULT_LISTEN,
    DEFAULT_SNAPSHOTS_LISTEN,
    EMBEDDED,
    NOWHERE,
    default_socket,
    default_state_dir,
    is_loopback,
    without_password,
)
from turnout.serving.launch import (
    ControlLaunch,
    Limits,
    OriginLaunch,
    ServerLaunch,
    StickyLaunch,
    WorkerLaunch,
)
from turnout.serving.object_place import has_obstore

STORE_FILE = "store.db"
_OF_DECISIONS = {
    "listen": "--listen",
    "unix_socket": "--unix-socket",
    "ready_max_age": "--ready-max-age",
    "stale_after": "--stale-after",
    "threads": "--threads",
    "sticky": "--sticky",
}
"""What means nothing where nothing is decided."""
# What the kernel's sockaddr_un holds, without the closing zero.
_LONGEST_SOCKET_PATH = 107

ListenAddress = Annotated[str, AfterValidator(addresses.listen_address)]


def _paths(written: object) -> object:
    if isinstance(written, str):
        return [one for one in written.split(os.pathsep) if one]
    return written


class ServeSettings(BaseSettings):
    """Everything `turnout serve` goes by. Each has an option and an environment variable."""

    model_config = SettingsConfigDict(
        env_prefix="TURNOUT_",
        extra="ignore",
        validate_default=True,
        use_attribute_docstrings=True,
        populate_by_name=True,
    )

    role: Literal["all", "control", "sidecar"] = "all"
    """What this server does: everything, only the control plane, or only to answer by snapshots
    from elsewhere."""
    documents: Path | None = None
    """The folder or file of documents; without it there is a store."""
    store: Annotated[SecretStr, AfterValidator(addresses.store)] = SecretStr("")
    """The database of the control plane; empty: a file in the state folder."""
    control_listen: ListenAddress = DEFAULT_CONTROL_LISTEN
    """Where the control plane is, or `none`."""
    snapshots_listen: ListenAddress = DEFAULT_SNAPSHOTS_LISTEN
    """Where sidecars fetch snapshots, or `none`."""
    snapshots_to: Annotated[str, AfterValidator(addresses.deposit)] = ""
    """A file or an object that each snapshot is written to when it becomes current."""
    authentication: bool | None = None
    """Whoever calls the control plane has to say who they are; without it: unless both of its
    addresses are loopback."""
    tls: bool = True
    """The control plane speaks TLS on every address other than loopback."""
    tls_cert: Path | None = None
    """The certificate of the control plane, PEM, with those that sign it."""
    tls_key: Path | None = None
    """Its key, PEM."""
    tls_client_ca: Path | None = None
    """Who signs the certificates of callers, PEM."""
    client_roles: dict[str, Literal["viewer", "editor", "publisher", "admin"]] = Field(
        default_factory=dict
    )
    """The role of each client certificate, by a URI, a DNS name or the common name in it."""
    require_second_person: bool = False
    """Nobody may publish what they wrote themselves."""
    keep_snapshots: int = Field(default=1000, ge=1, le=1_000_000)
    """How many of the newest snapshots stay in the store, however old they are."""
    keep_snapshots_days: float = Field(default=30.0, ge=0, le=36_500)
    """How long those that are older than these stay; they go with the next publication."""
    connections: Path | None = None
    """The file that declares the databases which queries of segments may ask."""
    query_folders: Annotated[list[Path], NoDecode, BeforeValidator(_paths)] = Field(
        default_factory=list
    )
    """Folders whose files queries of the connection `duckdb` may read; in the environment with
    `:` between them."""
    evaluations: int = Field(default=2, ge=1, le=64)
    """How many segments are evaluated at a time; others wait."""
    origin: Annotated[str, AfterValidator(addresses.origin)] = Field(
        default="", validation_alias="TURNOUT_FROM"
    )
    """Where a sidecar's snapshots come from."""
    from_token: SecretStr = SecretStr("")
    """The bearer token for it."""
    from_token_file: Path | None = None
    """A file that holds the bearer token; read at each request."""
    from_ca: Path | None = None
    """The certificates to trust, PEM; without it those of the machine."""
    from_cert: Path | None = None
    """The client certificate to show, PEM."""
    from_key: Path | None = None
    """Its key, PEM, if it is not in the same file."""
    poll: float = Field(default=10.0, ge=0.05, le=86_400)
    """Seconds between two questions for a snapshot, give or take a fifth."""
    watch: bool = True
    """Follow the stream of changes where there is one."""
    max_snapshot_bytes: int = Field(default=256 << 20, ge=1024)
    """The largest snapshot that is fetched."""
    max_member_set_bytes: int = Field(default=4 << 30, ge=1024)
    """The largest member set that is fetched beside a snapshot."""
    listen: ListenAddress = DEFAULT_LISTEN
    """Where decisions are answered, or `none`."""
    unix_socket: str = ""
    """The Unix socket for decisions, or `none`; empty: the default place."""
    admin_listen: ListenAddress = DEFAULT_ADMIN_LISTEN
    """Where health and metrics are, or `none`; without it elsewhere for the role `control`."""
    allow_remote: bool = False
    """Lets `listen` and `admin_listen`, which have no authentication, be other than loopback, and
    the control plane with `authentication` off."""
    state_dir: Path = Field(default_factory=default_state_dir)
    """Where the last good snapshot is kept."""
    threads: int = Field(default=0, ge=0, le=1024)
    """Threads that answer; 0: one a core."""
    stale_after: float = Field(default=300.0, ge=0)
    """Seconds without sight of the source after which answers say `stale`; 0: never."""
    ready_max_age: float = Field(default=0.0, ge=0)
    """Seconds of age after which `/readyz` says no; 0: an old snapshot is better than none."""
    grace: float = Field(default=10.0, ge=0, le=3600)
    """Seconds that calls in flight get when the server is told to end."""
    debounce_ms: int = Field(default=50, ge=0, le=10_000)
    """How long changes of files may gather before they are read."""
    rescan: float = Field(default=10.0, ge=0.1, le=3600)
    """Seconds after which the documents are read even without a sign of change."""
    niceness: int = Field(default=10, ge=0, le=19)
    """How far the worker that compiles steps back behind the threads that answer."""
    sticky: Annotated[str, AfterValidator(addresses.sticky_store)] = NOWHERE
    """Where sticky assignments are kept: `none` (with the callers), `embedded` (in a file of the
    state folder), or the address of a Redis."""
    sticky_budget_ms: float = Field(default=5.0, gt=0, le=10_000)
    """How long a decision may wait for Redis, in each round trip."""
    sticky_most: int = Field(default=10_000_000, ge=1)
    """Units in experiments that the file keeps; past it, those stored first go."""
    sticky_keep_days: float = Field(default=365.0, ge=0, le=36_500)
    """How long an assignment is kept after it was stored; 0: for ever."""
    members_redis: Annotated[str, AfterValidator(addresses.members_redis)] = NOWHERE
    """The address of the Redis that has members which are not in memory, or `none`."""
    members_budget_ms: float = Field(default=5.0, gt=0, le=10_000)
    """How long a call may wait for them."""
    log_format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The lowest level that is written."""
    max_request_bytes: int = Field(default=1 << 20, ge=1024, le=1 << 30)
    """The largest request message."""
    max_batch_keys: int = Field(default=1000, ge=1)
    """The most keys in one batch."""
    max_attributes: int = Field(default=1000, ge=1)
    """The most attributes in one context."""
    max_list_length: int = Field(default=10_000, ge=1)
    """The longest list in an attribute."""
    max_string_bytes: int = Field(default=65_536, ge=1)
    """The longest string in a context."""
    max_depth: int = Field(default=16, ge=1, le=64)
    """How deep the values of a context may nest."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        decides = self.role != "control"
        if decides and self.listen == NOWHERE and self.unix_socket == NOWHERE:
            raise ValueError("nothing would answer: leave `--listen` or `--unix-socket` on")
        for name, address in (("listen", self.listen), ("admin-listen", self.admin_listen)):
            if address != NOWHERE and not self.allow_remote and not is_loopback(address):
                raise ValueError(
                    f"`--{name} {address}` would let other machines in, and there is no"
                    " authentication yet: add `--allow-remote` if a network policy or a proxy"
                    " guards it"
                )
        self._check_role()
        if not decides:
            self._refuse_settings_of_decisions()
        self._check_objects()
        self._check_queries()
        if self.role != "sidecar" and not self.documents:
            self._check_control()
        if self.documents and self.state_dir.resolve().is_relative_to(self.documents.resolve()):
            raise ValueError(
                f"state folder `{self.state_dir}` lies among the documents: choose another with"
                " `--state-dir`"
            )
        socket = self.socket_path()
        if socket and len(os.fsencode(socket)) > _LONGEST_SOCKET_PATH:
            raise ValueError(
                f"the path of the Unix socket `{socket}` is longer than {_LONGEST_SOCKET_PATH}"
                " bytes: choose a shorter one with `--unix-socket`"
            )
        return self

    def _check_role(self) -> None:
        has_store = bool(self.store.get_secret_value())
        if self.documents and (has_store or self.role == "control"):
            raise ValueError("a server has documents or a store: leave one of them away")
        if self.role != "sidecar":
            if self.origin:
                raise ValueError("`--from` is for a sidecar: add `--role sidecar`")
            return
        if has_store:
            raise ValueError("a sidecar has no store: leave `--store` away, or `--role`")
        if not self.origin:
            raise ValueError("a sidecar needs a place of snapshots: add `--from URL`")
        if self.documents:
            raise ValueError("a sidecar has no documents: leave the folder away, or `--role`")
        self._check_origin()

    def _check_origin(self) -> None:
        if self.from_key and not self.from_cert:
            raise ValueError("`--from-key` needs the certificate of the key: add `--from-cert`")
        if (self.from_ca or self.from_cert) and not self.origin.startswith("https:"):
            raise ValueError("`--from-ca` and `--from-cert` are for `--from https://…`")
        token = self.from_token.get_secret_value()
        if addresses.is_object(self.origin) and (token or self.from_token_file):
            raise ValueError(
                "a token is for `--from http…`: who reads a bucket is in the environment, as the"
                " tools of its cloud have it"
            )
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("`TURNOUT_FROM_TOKEN` holds what no header can carry")

    def _refuse_settings_of_decisions(self) -> None:
        for name, option in _OF_DECISIONS.items():
            given = name in self.model_fields_set and getattr(self, name)
            if given and given != NOWHERE:
                raise ValueError(
                    f"`{option}` (`TURNOUT_{name.upper()}`) is for decisions, and `--role control`"
                    " answers none: leave it away"
                )

    def _check_queries(self) -> None:
        if (self.connections or self.query_folders) and not self.store_url():
            raise ValueError(
                "`--connections` and `--query-folder` are for a control plane, which has a store:"
                " leave them away, or the folder of documents or `--role sidecar`"
            )
        if self.connections and not self.connections.is_file():
            raise ValueError(f"`--connections {self.connections}` is no file")
        for folder in self.query_folders:
            if not folder.is_dir():
                raise ValueError(f"`--query-folder {folder}` is no folder")

    def _check_objects(self) -> None:
        if self.snapshots_to and (self.documents or self.role == "sidecar"):
            raise ValueError(
                "`--snapshots-to` is for a control plane, which has a store: leave it away, or the"
                " folder or `--role sidecar`"
            )
        used = [url for url in (self.origin, self.snapshots_to) if addresses.is_object(url)]
        if used and not has_obstore():
            raise ValueError(
                f"`{used[0]}` needs obstore, which is not installed: pip install 'turnout[objects]'"
            )

    def _check_control(self) -> None:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("`--tls-cert` and `--tls-key` belong together: give both or none")
        if self.tls_client_ca and not self.tls_cert:
            raise ValueError("`--tls-client-ca` needs TLS: add `--tls-cert` and `--tls-key`")
        if self.role == "control" and {self.control_listen, self.snapshots_listen} == {NOWHERE}:
            raise ValueError("nothing would answer: leave `--control-listen` on")
        if self.tls_cert and not self.tls:
            raise ValueError("`--no-tls` and `--tls-cert` are opposites: leave one of them away")
        named = {"control-listen": self.control_listen, "snapshots-listen": self.snapshots_listen}
        for name, address in named.items():
            if not self._is_remote(address):
                continue
            if self.authentication is False and not self.allow_remote:
                raise ValueError(
                    f"`--{name} {address}` would let everybody write who reaches it: leave"
                    " `--no-authentication` away, or add `--allow-remote` if a network policy or a"
                    " proxy guards it"
                )
            if self.tls and not self.tls_cert:
                raise ValueError(
                    f"`--{name} {address}` would carry tokens that others can read: add"
                    " `--tls-cert` and `--tls-key`, or `--no-tls` if a proxy or a private network"
                    " keeps them from it"
                )

    def _is_remote(self, address: str) -> bool:
        return address != NOWHERE and not is_loopback(address)

    def members_redis_address(self) -> str:
        """The address of the Redis that has members; empty where there is none."""
        return "" if self.members_redis == NOWHERE else self.members_redis

    def store_url(self) -> str:
        """The URL of the store, with its password; empty with documents and in a sidecar."""
        if self.documents or self.role == "sidecar":
            return ""
        file = self.state_dir.absolute() / STORE_FILE
        return self.store.get_secret_value() or f"sqlite:///{file}"

    def socket_path(self) -> str | None:
        """The Unix socket's absolute path; None when there shall be none."""
        if self.unix_socket == NOWHERE:
            return None
        chosen = Path(self.unix_socket) if self.unix_socket else default_socket(self.state_dir)
        return str(chosen.absolute())

    def launch(self) -> ServerLaunch:
        """Gives the plain values that the serving process starts with."""
        return ServerLaunch(
            listen=None if self.listen == NOWHERE else self.listen,
            unix_socket=self.socket_path(),
            admin_listen=None if self.admin_listen == NOWHERE else self.admin_listen,
            threads=self.threads or len(os.sched_getaffinity(0)),
            stale_after_s=self.stale_after,
            ready_max_age_s=self.ready_max_age,
            grace_s=self.grace,
            limits=Limits(
                request_bytes=self.max_request_bytes,
                batch_keys=self.max_batch_keys,
                attributes=self.max_attributes,
                list_length=self.max_list_length,
                string_bytes=self.max_string_bytes,
                depth=self.max_depth,
            ),
            sticky=StickyLaunch(
                store=self.sticky if self.sticky in {NOWHERE, EMBEDDED} else "redis",
                budget_s=self.sticky_budget_ms / 1000,
                most=self.sticky_most,
                keep_s=self.sticky_keep_days * 86_400,
            ),
            members_budget_s=self.members_budget_ms / 1000,
            decides=self.role != "control",
            worker=WorkerLaunch(
                documents=_path(self.documents),
                control=self._control_launch() if self.store_url() else None,
                state_dir=str(self.state_dir.absolute()),
                debounce_ms=self.debounce_ms,
                rescan_s=self.rescan,
                niceness=self.niceness,
                log_format=self.log_format,
                log_level=self.log_level,
            ),
            origin=self._origin_launch() if self.role == "sidecar" else None,
        )

    def _control_launch(self) -> ControlLaunch:
        addresses = (self.control_listen, self.snapshots_listen)
        remote = any(map(self._is_remote, addresses))
        is_said = "admin_listen" in self.model_fields_set
        admin = self.admin_listen if is_said else DEFAULT_CONTROL_ADMIN_LISTEN
        listen, snapshots_listen, admin_listen = (
            None if one == NOWHERE else one for one in (*addresses, admin)
        )
        return ControlLaunch(
            store=without_password(self.store_url()),
            listen=listen,
            snapshots_listen=snapshots_listen,
            admin_listen=admin_listen if self.role == "control" else None,
            snapshots_to=self.snapshots_to,
            authentication=remote if self.authentication is None else self.authentication,
            tls_cert=_path(self.tls_cert),
            tls_key=_path(self.tls_key),
            tls_client_ca=_path(self.tls_client_ca),
            client_roles=dict(self.client_roles),
            require_second_person=self.require_second_person,
            keep_snapshots=self.keep_snapshots,
            keep_snapshots_s=self.keep_snapshots_days * 86_400,
            connections=_path(self.connections),
            query_folders=[_path(one) for one in self.query_folders],
            evaluations=self.evaluations,
            grace_s=self.grace,
        )

    def _origin_launch(self) -> OriginLaunch:
        return OriginLaunch(
            url=self.origin,
            token_file=_path(self.from_token_file),
            ca=_path(self.from_ca),
            cert=_path(self.from_cert),
            key=_path(self.from_key),
            poll_s=self.poll,
            watch=self.watch,
            most_bytes=self.max_snapshot_bytes,
            most_set_bytes=self.max_member_set_bytes,
        )


def _path(path: Path | None) -> str:
    return str(path.absolute()) if path else ""
