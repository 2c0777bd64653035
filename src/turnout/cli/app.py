"""Gathers the commands and runs the one that was asked for."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from typing import Any

import typer

from turnout.cli import bench, check, decide, schema, segment, serve
from turnout.cli.control.kinds import KINDS
from turnout.cli.failures import Command
from turnout.cli.late import late_group, load_from

_EPILOG = (
    "Exit codes: 0 done · 1 there are problems, or differences · 2 wrong usage · 3 no such key ·"
    " 4 no server, or none that is ready · 5 it was refused · 6 no answer in time ·"
    " 7 no token, or one that may not · 8 others changed it meanwhile"
)
_KINDS = {
    # A segment is asked about decisions too.
    name: kind.help
    for name, kind in KINDS.items()
    if name != "segment"
}
_CONTROL = {
    "apply": "Bring the store of a control plane to what documents say, all of it or nothing.",
    "diff": "Show what `turnout apply` would change, without effect.",
    "export": "Write the store as documents, of which `turnout apply` changes nothing.",
    "plan": "Show what `turnout publish` would change: items, slots that move.",
    "publish": "Make what the store holds current: decisions change.",
    "rollback": "Make what an earlier revision decided by current again, as a new revision.",
    "snapshots": "List what was published, the newest first.",
    "schedule": "Schedule changes of items: starts, ends, ramps in steps; list and cancel them.",
    **_KINDS,
    "operation": "List evaluations and changes that take long, wait for them and cancel them.",
    "audit": "List who did what, the newest first; `verify` tells whether that was tampered with.",
    "token": "Make, list and revoke the tokens that calls carry.",
}
"""Imported when they run; each says the same of itself."""


def _load(name: str) -> Any:  # noqa: ANN401 - click's own
    if name in _KINDS:
        from turnout.cli.control.items import kind_command

        return kind_command(name)
    return load_from("turnout.cli.control")(name)


app = typer.Typer(
    cls=late_group(_CONTROL, _load),
    name="turnout",
    help="Decides which variant a unit gets, and which segments it is in, from rules in memory.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"turnout {version('turnout')}")
        raise typer.Exit


@app.callback()
def _turnout(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and end."
    ),
) -> None:
    """Decides which variant a unit gets, and which segments it is in, from rules in memory."""


app.command("serve", cls=Command)(serve.serve)
app.command("check", cls=Command)(check.check)
app.command("decide", cls=Command)(decide.decide)
app.command("schema", cls=Command)(schema.schema)
app.command("bench", cls=Command)(bench.bench)
app.add_typer(segment.app, name="segment")


def main() -> None:
    """Runs the command line; ends the process with its exit code."""
    app(prog_name="turnout")
