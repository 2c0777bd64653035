"""`turnout check`: compiles documents and shows what is wrong with them."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from pathlib import Path
from typing import Annotated

import typer

from turnout.cli import options
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import usage


def check(
    documents: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder or file of YAML or JSON documents.")
    ],
    output: options.OutputOption = options.Output.TABLE,
) -> None:
    """Compile documents and show every problem as file:line:column with the line.

    Exit code 0 when there is none, 1 when there are some.
    """
    from turnout.cli.output import print_json
    from turnout.cli.problems import problem_object, show_problems
    from turnout.compiler import CompileFailed, compile_documents
    from turnout.documents import read_paths
    from turnout.snapshot.v1 import snapshot_pb2

    if not documents.exists():
        raise usage(f"`{documents}` is not there: name a folder or a file of documents")
    try:
        compiled = compile_documents(read_paths(documents), history=None)
    except CompileFailed as failed:
        problems = failed.problems
        if output is options.Output.JSON:
            print_json({"ok": False, "problems": [problem_object(one) for one in problems]})
        else:
            show_problems(problems)
            typer.echo(f"\n{_count(len(problems), 'problem')}", err=True)
        raise typer.Exit(ExitCode.PROBLEMS) from None
    content = snapshot_pb2.Content.FromString(compiled.content)
    counts = {
        "flags": len(content.flags),
        "experiments": len(content.experiments),
        "segments": len(content.segments),
    }
    if output is options.Output.JSON:
        print_json({"ok": True, "id": compiled.id, **counts, "problems": []})
        return
    counted = ", ".join(_count(count, name.removesuffix("s")) for name, count in counts.items())
    typer.echo(f"no problems: {counted} (snapshot {compiled.id[:12]})")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
