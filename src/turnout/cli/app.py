"""Gathers the commands and runs the one that was asked for."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

import typer

from turnout.cli import bench, check, decide, schema, segment, serve
from turnout.cli.failures import Command

_EPILOG = (
    "Exit codes: 0 done · 1 the documents have problems · 2 wrong usage · 3 no such key ·"
    " 4 no server, or none that is ready · 5 the question was refused · 6 no answer in time"
)

app = typer.Typer(
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
