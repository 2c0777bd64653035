"""`turnout serve`: reads the settings, then becomes the serving process."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turnout.cli.failures import usage
from turnout.cli.spread import spread
from turnout.serving.launch import MEMBERS_VARIABLE, STICKY_VARIABLE, STORE_VARIABLE

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def _set(name: str, metavar: str, text: str) -> Any:  # noqa: ANN401 - as typer.Option itself
    return typer.Option(name, metavar=metavar, help=text)


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """Each field is an option, as it was written; what was not is left to the environment."""

    documents: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            envvar="TURNOUT_DOCUMENTS",
            help="The folder (or one file) of YAML or JSON documents; watched for changes. Without"
            " it there is a store, and a control plane that changes it.",
            show_default=False,
        ),
    ] = None
    role: Annotated[
        str | None,
        _set(
            "--role",
            "all|control|sidecar",
            "`control`: only the control plane. `sidecar`: answers by the snapshots of one. [all]",
        ),
    ] = None
    store: Annotated[
        str | None,
        _set(
            "--store",
            "URL",
            "The database: postgresql://USER@HOST/DATABASE or sqlite:////FOLDER/FILE; one with a"
            " password in TURNOUT_STORE. [store.db in the state folder]",
        ),
    ] = None
    control_listen: Annotated[
        str | None,
        _set("--control-listen", "HOST:PORT", "The control plane, or `none`. [127.0.0.1:8015]"),
    ] = None
    snapshots_listen: Annotated[
        str | None,
        _set(
            "--snapshots-listen",
            "HOST:PORT",
            "Where sidecars fetch snapshots, or `none`. [127.0.0.1:8016]",
        ),
    ] = None
    snapshots_to: Annotated[
        str | None,
        _set(
            "--snapshots-to",
            "URL",
            "Where each snapshot that becomes current is written too: file:///FOLDER/NAME,"
            " s3://BUCKET/KEY, gs://BUCKET/KEY or az://CONTAINER/KEY.",
        ),
    ] = None
    authentication: Annotated[
        bool | None,
        typer.Option(
            help="Callers of the control plane show a token or a certificate."
            " [unless it is on loopback only]",
            show_default=False,
        ),
    ] = None
    no_tls: Annotated[
        bool,
        typer.Option(
            "--no-tls",
            help="Let the control plane speak no TLS on other addresses than loopback: others may"
            " read its tokens on the way.",
        ),
    ] = False
    tls_cert: Annotated[
        Path | None, _set("--tls-cert", "PATH", "The certificate of the control plane.")
    ] = None
    tls_key: Annotated[Path | None, _set("--tls-key", "PATH", "The key of it.")] = None
    tls_client_ca: Annotated[
        Path | None,
        _set("--tls-client-ca", "PATH", "Who signs the certificates of its callers."),
    ] = None
    require_second_person: Annotated[
        bool,
        typer.Option(
            "--require-second-person", help="Nobody may publish what they wrote themselves."
        ),
    ] = False
    connections: Annotated[
        Path | None,
        _set(
            "--connections",
            "FILE",
            "Declares the databases that queries of segments may ask, as YAML.",
        ),
    ] = None
    query_folders: Annotated[
        list[Path] | None,
        _set(
            "--query-folder",
            "DIR",
            "Queries of the connection `duckdb` may read the files in it; may be repeated.",
        ),
    ] = None
    evaluations: Annotated[
        int | None,
        _set("--evaluations", "N", "How many segments are evaluated at a time. [2]"),
    ] = None
    origin: Annotated[
        str | None,
        _set(
            "--from",
            "URL",
            "Where a sidecar's snapshots come from: http(s)://HOST:PORT of a control plane, another"
            " URL, s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, or file:///PATH.",
        ),
    ] = None
    from_token_file: Annotated[
        Path | None,
        _set(
            "--from-token-file",
            "PATH",
            "Holds the bearer token for it; or the token is in TURNOUT_FROM_TOKEN.",
        ),
    ] = None
    from_ca: Annotated[
        Path | None, _set("--from-ca", "PATH", "The certificates to trust. [the machine's]")
    ] = None
    from_cert: Annotated[
        Path | None, _set("--from-cert", "PATH", "The client certificate to show.")
    ] = None
    from_key: Annotated[Path | None, _set("--from-key", "PATH", "The key of it.")] = None
    poll: Annotated[
        float | None,
        _set("--poll", "SECONDS", "How often to ask for a snapshot, give or take a fifth. [10]"),
    ] = None
    no_watch: Annotated[
        bool,
        typer.Option("--no-watch", help="Only ask; do not follow the stream of changes."),
    ] = False
    listen: Annotated[
        str | None,
        _set("--listen", "HOST:PORT", "Where decisions are answered, or `none`. [127.0.0.1:8013]"),
    ] = None
    unix_socket: Annotated[
        str | None,
        _set(
            "--unix-socket",
            "PATH",
            "The Unix socket for decisions, or `none`."
            " [turnout.sock in $XDG_RUNTIME_DIR, else in the state folder]",
        ),
    ] = None
    admin_listen: Annotated[
        str | None,
        _set(
            "--admin-listen",
            "HOST:PORT",
            "Where health and metrics are, or `none`. [127.0.0.1:8014; 8017 for --role control]",
        ),
    ] = None
    state_dir: Annotated[
        Path | None,
        _set(
            "--state-dir",
            "PATH",
            "Where the last good snapshot is kept."
            " [$XDG_STATE_HOME/turnout, else ~/.local/state/turnout]",
        ),
    ] = None
    threads: Annotated[
        int | None, _set("--threads", "N", "Threads that answer; 0: one a core. [0]")
    ] = None
    stale_after: Annotated[
        float | None,
        _set(
            "--stale-after",
            "SECONDS",
            "Answers say `stale` when the documents were not seen for so long; 0: never. [300]",
        ),
    ] = None
    ready_max_age: Annotated[
        float | None,
        _set(
            "--ready-max-age",
            "SECONDS",
            "/readyz says no from this age on; 0: any age is ready. [0]",
        ),
    ] = None
    grace: Annotated[
        float | None,
        _set("--grace", "SECONDS", "How long calls in flight may take to finish at the end. [10]"),
    ] = None
    rescan: Annotated[
        float | None,
        _set(
            "--rescan", "SECONDS", "Read the documents so often even without a sign of change. [10]"
        ),
    ] = None
    members_redis: Annotated[
        str | None,
        _set(
            "--members-redis",
            "URL",
            "The Redis that has members of segments with `lookup: redis`.",
        ),
    ] = None
    members_budget_ms: Annotated[
        float | None,
        _set("--members-budget-ms", "MS", "How long a call may wait for it. [5]"),
    ] = None
    sticky: Annotated[
        str | None,
        _set(
            "--sticky",
            "STORE",
            "Where sticky assignments are kept: `none` (with the callers), `embedded` (in a file of"
            " the state folder), or redis://HOST:PORT, rediss://…, redis-cluster://HOST:PORT,…"
            " [none]",
        ),
    ] = None
    log_format: Annotated[
        str | None, _set("--log-format", "text|json", "Lines for people, or JSON. [text]")
    ] = None
    log_level: Annotated[
        str | None, _set("--log-level", "LEVEL", "DEBUG, INFO, WARNING or ERROR. [INFO]")
    ] = None
    allow_remote: Annotated[
        bool,
        typer.Option(
            "--allow-remote",
            help="Let the addresses be other than loopback: whoever reaches the port may ask. A"
            " control plane needs it only with --no-authentication.",
        ),
    ] = False

    def given(self) -> dict[str, object]:
        """Those that were written, by the name of their setting."""
        written = vars(self) | {
            "allow_remote": self.allow_remote or None,
            "require_second_person": self.require_second_person or None,
            "watch": False if self.no_watch else None,
            "no_watch": None,
            "tls": False if self.no_tls else None,
            "no_tls": None,
        }
        return {name: value for name, value in written.items() if value not in (None, [])}


@spread("options", ServeOptions)
def serve(options: ServeOptions) -> None:
    """Serve decisions from documents, from a store or from snapshots, and follow their changes.

    Every option is also an environment variable: --stale-after is TURNOUT_STALE_AFTER; those for
    limits (TURNOUT_MAX_REQUEST_BYTES and so on) are in the documentation. SIGTERM and SIGINT end
    it after the calls in flight; SIGHUP reads the documents again.
    """
    launch, secrets = _launch(options.given())
    sys.stdout.flush()
    # The process is replaced: what this command line imported does not stay in memory, and
    # addresses of databases, which may hold a password, do not stay among the arguments.
    command = [sys.executable, "-P", "-m", "turnout.server", launch]
    os.execve(sys.executable, command, os.environ | secrets)  # noqa: S606


def _launch(given: dict[str, object]) -> tuple[str, dict[str, str]]:
    """What the serving process is told: as an argument, and in its environment."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from turnout.serving.launch import to_json
    from turnout.settings import ServeSettings

    try:
        settings = ServeSettings(**given)  # type: ignore[arg-type]
        secrets = {
            STICKY_VARIABLE: settings.sticky,
            MEMBERS_VARIABLE: settings.members_redis_address(),
            STORE_VARIABLE: settings.store_url(),
        }
        return to_json(settings.launch()), secrets
    except ValidationError as error:
        raise usage("; ".join(_words(one, given) for one in error.errors())) from None
    except SettingsError:
        # The one setting that is written as JSON.
        raise usage('`TURNOUT_CLIENT_ROLES` is a JSON object, as in `{"NAME": "viewer"}`') from None


def _words(problem: "ErrorDetails", given: dict[str, object]) -> str:
    message = str(problem["msg"])
    if not problem["loc"]:
        return message.removeprefix("Value error, ")
    field = str(problem["loc"][0])
    # Who set it in the environment looks for it there.
    option, variable = f"--{field.replace('_', '-')}", f"TURNOUT_{field.upper()}"
    if field in {"origin", "TURNOUT_FROM"}:
        field, option, variable = "origin", "--from", "TURNOUT_FROM"
    if problem["type"] == "value_error":
        name = option if field in given else variable
        return f"`{name}`: {message.removeprefix('Value error, ')}"
    written = f"{option} {given[field]}" if field in given else f"{variable}={problem['input']}"
    wanted = message.removeprefix("Input should be ").partition(", unable")[0].replace("'", "`")
    return f"`{written}` must be {wanted}"
