"""`turnout flag get`, `turnout experiment start` and the rest, made from the table of kinds."""

# ruff: noqa: PLC0415 - some is imported when it is needed

from typing import Annotated, Any

import typer
from typer.main import get_command

from turnout.cli.control.commands import group
from turnout.cli.control.confirming import confirm
from turnout.cli.control.connection import Connection, connected
from turnout.cli.control.kinds import KINDS, Kind, Verb
from turnout.cli.control.listing import item_object, print_items, show_item, standing
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.service import Service
from turnout.cli.control.writing import Writing, changing, chosen_by, chosen_fields
from turnout.cli.failures import Command, usage
from turnout.cli.output import print_json

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Of the item.")]


def kind_app(name: str) -> typer.Typer:
    """All commands of one kind."""
    service = Service(KINDS[name])
    app = group(help=service.kind.help, no_args_is_help=True)
    app.command("get", cls=Command, help=service.kind.commands["get"])(_get(service))
    for verb in service.kind.verbs:
        app.command(verb.command, cls=Command, help=_verb_help(verb))(_verb(service, verb))
    _add_others(app, name)
    app.command("delete", cls=Command, help=service.kind.commands["delete"])(_delete(service))
    return app


def _add_others(app: typer.Typer, name: str) -> None:
    """Adds what is done to one kind alone."""
    if name == "segment":
        from turnout.cli.control import evaluating, histories, members, previewing

        app.add_typer(members.app, name="members")
        for more in (evaluating.app, previewing.of_segments, histories.app):
            app.registered_commands += more.registered_commands
    elif name == "query":
        from turnout.cli.control import previewing

        app.registered_commands += previewing.of_queries.registered_commands


def kind_command(name: str) -> Any:  # noqa: ANN401 - click's own
    """What Typer makes of the commands of one kind."""
    made = get_command(kind_app(name))
    made.name = name
    return made


def segment_command(name: str) -> Any:  # noqa: ANN401 - click's own
    """One command of the kind whose name has commands of its own beside these."""
    made: Any = get_command(kind_app("segment"))
    return made.commands[name]


def _verb_help(verb: Verb) -> str:
    return f"{verb.help}\n\nThe store changes at once, decisions with `turnout publish`."


def _get(service: Service) -> Any:  # noqa: ANN401 - a command
    kind = service.kind

    @connected
    def get(
        connection: Connection,
        key: Annotated[
            str | None, typer.Argument(metavar="[KEY]", help="Without it all are listed.")
        ] = None,
        filter_: Annotated[
            str,
            typer.Option(
                "--filter",
                metavar="FILTER",
                help="List those that match: `status = RUNNING AND tags:checkout`; a bare word is"
                " looked for in key and description.",
            ),
        ] = "",
        archived: Annotated[
            bool, typer.Option("--archived", help="List also what is archived.")
        ] = False,
        limit: Annotated[
            int | None, typer.Option("--limit", metavar="N", min=1, help="List so many at most.")
        ] = None,
    ) -> None:
        if key is not None and (filter_ or archived or limit):
            raise usage("`--filter`, `--archived` and `--limit` are for lists: leave KEY out")
        with connection.open() as plane:
            if key is not None:
                item = service.ask(plane, "Get", name=service.name(key))
                runs = _newest_runs(plane, item) if kind.name == "segment" else {}
                show_item(kind, item, as_json=connection.wants_json, **runs)
                return
            request = service.message(f"List{service.nouns}Request", filter=filter_)
            if "show_archived" in request.DESCRIPTOR.fields_by_name:
                request.show_archived = archived
            method, doing = f"List{service.nouns}", f"reading the {kind.section}"
            pages = plane.pages(service.stub, method, request, doing, limit=limit)
            items = [item for page in pages for item in getattr(page, kind.section)]
        print_items(kind, items, as_json=connection.wants_json)

    return get


def _newest_runs(plane: ControlPlane, segment: Any) -> dict[str, Any]:  # noqa: ANN401 - a message
    """What is shown of the evaluations of a segment beside it; nothing where none are."""
    from turnout.cli.control.histories import evaluation_object, newest, newest_fields

    if not segment.query:
        return {}
    found = newest(plane, segment.name.removeprefix("segments/"))
    objects = [evaluation_object(one) for one in found]
    return {"more": newest_fields(found), "more_object": {"newest_evaluations": objects}}


def _delete(service: Service) -> Any:  # noqa: ANN401 - a command
    @connected
    @changing
    def delete(
        key: KeyArgument,
        writing: Writing,
        connection: Connection,
        yes: Annotated[
            bool, typer.Option("--yes", "-y", help="Do it without being asked.")
        ] = False,
    ) -> None:
        name = service.name(key)
        confirm(f"delete {name}", connection, yes=yes or writing.dry_run)
        with connection.open() as plane:
            service.ask(plane, "Delete", name=name, **writing.fields())
        if connection.wants_json:
            print_json({"name": name, "deleted": not writing.dry_run})
        else:
            typer.echo(_told(service.kind, key, "gone", writing))

    return delete


def _verb(service: Service, verb: Verb) -> Any:  # noqa: ANN401 - a command
    @connected
    @changing
    @chosen_by(verb)
    def run(key: KeyArgument, chosen: object, writing: Writing, connection: Connection) -> None:
        fields = writing.fields() | chosen_fields(verb, chosen)
        with connection.open() as plane:
            item = service.ask(plane, verb.name, name=service.name(key), **fields)
        if connection.wants_json:
            print_json(item_object(service.kind, item))
        else:
            typer.echo(_told(service.kind, key, standing(service.kind, item), writing))

    return run


def _told(kind: Kind, key: str, now: str, writing: Writing) -> str:
    name = f"{kind.name} `{key.removeprefix(f'{kind.section}/')}`"
    if writing.dry_run:
        return f"{name} would be: {now}"
    if not kind.is_published:
        return f"{name}: {now}"
    return f"{name} in the store: {now}; decisions change with `turnout publish`"
