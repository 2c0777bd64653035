"""`turnout token`: who may call."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from turnout.cli.arguments import read_instant
from turnout.cli.control.commands import group
from turnout.cli.control.confirming import confirm
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.releasing import instant_text
from turnout.cli.failures import Command
from turnout.cli.output import print_json, print_table
from turnout.control.v1 import token_pb2, token_pb2_grpc

_STUB = token_pb2_grpc.TokenServiceStub
_PREFIX = "ROLE_"

app = group(help="Make, list and revoke the tokens that calls carry.", no_args_is_help=True)


class Role(StrEnum):
    """What a token may; each may all that the one before may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


@app.command("create", cls=Command)
@connected
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Whose it is: the actor of its audit events.")
    ],
    connection: Connection,
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            help="`viewer` reads, `editor` writes items too, `publisher` publishes and rolls back"
            " too, `admin` may all.",
        ),
    ],
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires", metavar="INSTANT", help="2027-01-31T12:00:00Z. [a year from now]"
        ),
    ] = None,
    prefix: Annotated[
        list[str] | None,
        typer.Option("--prefix", metavar="TEXT", help="Write only items whose key begins so."),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Write only items that have this tag."),
    ] = None,
) -> None:
    """Make a token and print its secret, which nobody can show again.

    The secret alone is on standard output: `secret=$(turnout token create ci --role editor)`.
    """
    token = token_pb2.Token(
        role=_PREFIX + role.name,
        key_prefixes=prefix or (),
        tags=tag or (),
    )
    if expires is not None:
        token.expire_time.CopyFrom(_timestamp(expires))
    request = token_pb2.CreateTokenRequest(token=token, token_id=name)
    with connection.open() as plane:
        made = plane.call(_STUB, "CreateToken", request, "making the token")
    if connection.wants_json:
        print_json({"token": _token_object(made.token), "secret": made.secret})
        return
    print(made.secret)
    until = instant_text(made.token.expire_time)
    print(
        f"token `{name}`: {role}, until {until}; keep the secret, it is shown once", file=sys.stderr
    )


@app.command("list", cls=Command)
@connected
def list_(
    connection: Connection,
    expired: Annotated[
        bool, typer.Option("--expired", help="Also those that are over or revoked.")
    ] = False,
) -> None:
    """List the tokens by name, without their secrets."""
    request = token_pb2.ListTokensRequest(show_expired=expired)
    with connection.open() as plane:
        pages = plane.pages(_STUB, "ListTokens", request, "reading the tokens")
        tokens = [token for page in pages for token in page.tokens]
    if connection.wants_json:
        print_json([_token_object(token) for token in tokens])
    else:
        head = ("token", "role", "made", "until", "revoked", "prefixes", "tags")
        print_table(head, map(_row, tokens))


@app.command("revoke", cls=Command)
@connected
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `turnout token list` shows it.")],
    connection: Connection,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
) -> None:
    """Make a token worthless at once."""
    request = token_pb2.RevokeTokenRequest(name=f"tokens/{name.removeprefix('tokens/')}")
    confirm(f"revoke the token `{_name(request)}`", connection, yes=yes)
    with connection.open() as plane:
        token = plane.call(_STUB, "RevokeToken", request, "revoking the token")
    if connection.wants_json:
        print_json(_token_object(token))
    else:
        typer.echo(f"token `{_name(token)}` is worthless from now on")


def _timestamp(written: str) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(read_instant("--expires", written))
    return timestamp


def _row(token: Any) -> tuple[object, ...]:  # noqa: ANN401 - a message
    return (
        _name(token),
        _role(token),
        instant_text(token.create_time),
        instant_text(token.expire_time),
        instant_text(token.revoke_time),
        list(token.key_prefixes),
        list(token.tags),
    )


def _token_object(token: Any) -> dict[str, object]:  # noqa: ANN401 - a message
    times = {
        name: getattr(token, name).ToJsonString() if token.HasField(name) else None
        for name in ("create_time", "expire_time", "revoke_time")
    }
    limits = {"key_prefixes": list(token.key_prefixes), "tags": list(token.tags)}
    return {"name": token.name, "role": _role(token), **times, **limits}


def _name(token: Any) -> str:  # noqa: ANN401 - a message
    return str(token.name).removeprefix("tokens/")


def _role(token: Any) -> str:  # noqa: ANN401 - a message
    if token.role not in token_pb2.Role.values():
        return str(token.role)
    return token_pb2.Role.Name(token.role).removeprefix(_PREFIX).lower()
