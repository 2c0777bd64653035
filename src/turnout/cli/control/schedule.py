"""`turnout schedule`: what is to be done at a time, made from the tables of kinds and of ramps."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from turnout.cli.arguments import read_instant
from turnout.cli.control.commands import group
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.items import KeyArgument
from turnout.cli.control.kinds import KINDS, Kind, Verb
from turnout.cli.control.scheduled import print_scheduled, scheduled_object, show_scheduled
from turnout.cli.control.steps import RAMPS, Ramp, read_step
from turnout.cli.control.timing import Timing, timed
from turnout.cli.control.writing import chosen_by, chosen_fields
from turnout.cli.failures import Command
from turnout.cli.output import print_json
from turnout.control.scheduling.verbs import verb_number
from turnout.control.v1 import schedule_pb2 as pb
from turnout.control.v1 import schedule_pb2_grpc

_STUB = schedule_pb2_grpc.ScheduleServiceStub

AtOption = Annotated[
    str, typer.Option("--at", metavar="INSTANT", help="When: 2026-01-31T12:00:00Z.")
]
NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="As `turnout schedule list` shows it.")
]

app = group(
    help="Schedule changes of items: starts, ends, ramps in steps; list and cancel them.",
    no_args_is_help=True,
)


@app.command("list", cls=Command)
@connected
def list_(
    connection: Connection,
    item: Annotated[
        str, typer.Option("--item", metavar="NAME", help="Of this one alone: `experiments/KEY`.")
    ] = "",
    ended: Annotated[
        bool, typer.Option("--ended", help="Also what was done, failed or was cancelled.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="List so many at most.")
    ] = None,
) -> None:
    """List what is scheduled, by time."""
    filter_ = f'item = "{item}"' if item else ""
    request = pb.ListScheduledChangesRequest(show_ended=ended, filter=filter_)
    doing = "reading what is scheduled"
    with connection.open() as plane:
        pages = plane.pages(_STUB, "ListScheduledChanges", request, doing, limit=limit)
        found = [one for page in pages for one in page.scheduled_changes]
    print_scheduled(found, as_json=connection.wants_json)


@app.command("get", cls=Command)
@connected
def get(number: NumberArgument, connection: Connection) -> None:
    """Show one, with what became of it."""
    found = _ask(connection, "Get", number)
    show_scheduled(found, as_json=connection.wants_json)


@app.command("approve", cls=Command)
@connected
def approve(number: NumberArgument, connection: Connection) -> None:
    """Let one be published that somebody else scheduled."""
    _tell(connection, _ask(connection, "Approve", number), "approved")


@app.command("cancel", cls=Command)
@connected
def cancel(number: NumberArgument, connection: Connection) -> None:
    """Take one back, as long as it is pending."""
    _tell(connection, _ask(connection, "Cancel", number), "cancelled")


def _ask(connection: Connection, verb: str, number: str) -> Any:  # noqa: ANN401 - a message
    name = f"scheduledChanges/{number.removeprefix('scheduledChanges/')}"
    request = getattr(pb, f"{verb}ScheduledChangeRequest")(name=name)
    with connection.open() as plane:
        method = f"{verb}ScheduledChange"
        return plane.call(_STUB, method, request, "asking about what is scheduled")


def _tell(connection: Connection, change: Any, what: str) -> None:  # noqa: ANN401 - a message
    if connection.wants_json:
        print_json(scheduled_object(change))
    else:
        typer.echo(f"{what}: `{change.name}` of {change.item}")


def _verb(kind: Kind, verb: Verb) -> Any:  # noqa: ANN401 - a command
    @connected
    @timed
    @chosen_by(verb)
    def run(
        key: KeyArgument, at: AtOption, chosen: object, timing: Timing, connection: Connection
    ) -> None:
        move: dict[str, Any] = {"verb": verb_number(verb.name), **chosen_fields(verb, chosen)}
        change = pb.ScheduledChange(item=_name(kind, key), move=move)
        change.change_time.FromDatetime(read_instant("--at", at))
        _schedule(connection, timing, [change])

    return run


def _ramp(kind: Kind, ramp: Ramp) -> Any:  # noqa: ANN401 - a command
    steps = Annotated[
        list[str],
        typer.Argument(
            metavar="STEP", help=f"`{ramp.step}@2026-01-31T12:00:00Z`; before it `NAME:`."
        ),
    ]

    def send(key: str, rule: str, texts: list[str], timing: Timing, connection: Connection) -> None:
        item = _name(kind, key)
        _schedule(connection, timing, [read_step(ramp, item, rule, text) for text in texts])

    @connected
    @timed
    def run(
        key: KeyArgument,
        steps: steps,
        timing: Timing,
        connection: Connection,
    ) -> None:
        send(key, "", steps, timing, connection)

    @connected
    @timed
    def run_of_rule(
        key: KeyArgument,
        rule: Annotated[str, typer.Argument(metavar="RULE", help="The name of the rule.")],
        steps: steps,
        timing: Timing,
        connection: Connection,
    ) -> None:
        send(key, rule, steps, timing, connection)

    return run_of_rule if ramp.of_rule else run


def _schedule(connection: Connection, timing: Timing, changes: Sequence[Any]) -> None:
    for change in changes:
        change.skip_publish, change.comment = timing.no_publish, timing.comment
    request = pb.BatchCreateScheduledChangesRequest(
        scheduled_changes=changes, validate_only=timing.dry_run, request_id=timing.request_id
    )
    with connection.open() as plane:
        method = "BatchCreateScheduledChanges"
        made = plane.call(_STUB, method, request, "scheduling").scheduled_changes
    print_scheduled(made, as_json=connection.wants_json)
    if timing.dry_run and not connection.wants_json:
        typer.echo("only checked: nothing was scheduled")


def _name(kind: Kind, key: str) -> str:
    prefix = f"{kind.section}/"
    return prefix + key.removeprefix(prefix)


def _kind_app(kind: Kind) -> typer.Typer:
    commands = group(help=f"Schedule what is to be done to {kind.section}.", no_args_is_help=True)
    for verb in kind.verbs:
        commands.command(verb.command, cls=Command, help=verb.help)(_verb(kind, verb))
    for ramp in RAMPS:
        if ramp.kind == kind.name:
            text = f"{ramp.help}\n\nSeveral steps are a ramp: all of them are scheduled, or none."
            commands.command(ramp.field, cls=Command, help=text)(_ramp(kind, ramp))
    return commands


for _kind in KINDS.values():
    if _kind.verbs:
        app.add_typer(_kind_app(_kind), name=_kind.name)
