"""What the serving process and its worker are started with: plain values as JSON.

The command line builds them from `turnout.settings`; the processes below it read them without
importing it. Standard library only.
"""

import json
from typing import Literal, TypedDict, cast


class Limits(TypedDict):
    """The most that one request may carry; over it the request is refused."""

    request_bytes: int
    batch_keys: int
    attributes: int
    list_length: int
    string_bytes: int
    depth: int


class StickyLaunch(TypedDict):
    """Where sticky assignments are kept.

    The address of Redis may hold a password, and arguments can be read by everybody on the machine:
    it comes in the environment, as `STICKY_VARIABLE`.
    """

    store: str
    budget_s: float
    most: int
    keep_s: float


STICKY_VARIABLE = "TURNOUT_STICKY"
MEMBERS_VARIABLE = "TURNOUT_MEMBERS_REDIS"
"""The address of the Redis that has members, or nothing; it may hold a password, too."""


class ControlLaunch(TypedDict):
    """The control plane of the worker.

    The URL of the store may hold a password: it comes in the environment, as `STORE_VARIABLE`; here
    is what people are told. An address that is None is not listened on; an empty path or place is
    not used.
    Where decisions are answered too, health and metrics are those of the data plane.
    """

    store: str
    listen: str | None
    snapshots_listen: str | None
    admin_listen: str | None
    snapshots_to: str
    authentication: bool
    tls_cert: str
    tls_key: str
    tls_client_ca: str
    client_roles: dict[str, str]
    require_second_person: bool
    keep_snapshots: int
    keep_snapshots_s: float
    connections: str
    query_folders: list[str]
    evaluations: int
    grace_s: float


STORE_VARIABLE = "TURNOUT_STORE"


class WorkerLaunch(TypedDict):
    """What the worker needs: where documents or the store are, where snapshots go.

    Without `documents` there is `control`, and the other way round.
    """

    documents: str
    control: ControlLaunch | None
    state_dir: str
    debounce_ms: int
    rescan_s: float
    niceness: int
    log_format: Literal["text", "json"]
    log_level: str


class OriginLaunch(TypedDict):
    """Where a sidecar's snapshots come from; an empty path is not used.

    The token itself comes in the environment, as `TOKEN_VARIABLE`.
    """

    url: str
    token_file: str
    ca: str
    cert: str
    key: str
    poll_s: float
    watch: bool
    most_bytes: int
    most_set_bytes: int


TOKEN_VARIABLE = "TURNOUT_FROM_TOKEN"  # noqa: S105 - a name


class ServerLaunch(TypedDict):
    """What the serving process needs.

    An address that is None is not listened on; an age that is 0 never comes. `sticky["store"]` is
    `none`, `embedded` or `redis`. With an `origin` there is no worker process:
    of `worker`, only the state folder and the log count. One that does not decide only keeps the
    worker going.
    """

    decides: bool

    listen: str | None
    unix_socket: str | None
    admin_listen: str | None
    threads: int
    stale_after_s: float
    ready_max_age_s: float
    grace_s: float
    limits: Limits
    sticky: StickyLaunch
    members_budget_s: float
    worker: WorkerLaunch
    origin: OriginLaunch | None


def to_json(launch: ServerLaunch | WorkerLaunch) -> str:
    """Writes it as one line, for an argument of a process."""
    return json.dumps(launch, separators=(",", ":"))


def server_from_json(text: str) -> ServerLaunch:
    """Reads what `to_json` wrote."""
    return cast("ServerLaunch", json.loads(text))


def worker_from_json(text: str) -> WorkerLaunch:
    """Reads what `to_json` wrote."""
    return cast("WorkerLaunch", json.loads(text))
