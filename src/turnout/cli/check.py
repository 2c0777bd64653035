"""`turnout check`: compiles documents and shows what is wrong with them."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turnout.cli import options
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import usage
from turnout.cli.problems import problem_object, show_problems
from turnout.cli.write_back import tell_written, write_back, written_objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from turnout.compiler import Compiled, CompileFailed, Problem
    from turnout.compiler.write_back import FileChanges
    from turnout.documents import Catalogue


_ALWAYS_COUNTED = ("flags", "experiments", "segments")


def check(
    documents: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder or file of YAML or JSON documents.")
    ],
    output: options.OutputOption = options.Output.TABLE,
    strict: Annotated[
        bool, typer.Option("--strict", help="A warning is a problem: the exit code is 1.")
    ] = False,
    write_ranges: Annotated[
        bool,
        typer.Option(
            "--write-ranges",
            help="Write the slots that each variant owns into the files, so that the next change "
            "of weights moves the fewest units.",
        ),
    ] = False,
) -> None:
    """Compile documents and show every problem as file:line:column with the line.

    Exit code 0 when there is none, 1 when there are some. A warning is about what compiles and may
    not be meant: it changes no exit code without --strict.
    """
    from turnout.compiler import CompileFailed, compile_documents
    from turnout.documents import read_paths

    if not documents.exists():
        raise usage(f"`{documents}` is not there: name a folder or a file of documents")
    catalogue = read_paths(documents)
    if not catalogue.files:
        raise usage(f"`{documents}` holds no file .yaml, .yml or .json: name another folder")
    try:
        # Where they will be served is not known here: a control plane evaluates queries.
        compiled = compile_documents(catalogue, history=None, memberships={})
    except CompileFailed as failed:
        _tell_problems(failed, output)
        raise typer.Exit(ExitCode.PROBLEMS) from None
    if strict and compiled.warnings:
        _tell_warnings(compiled.warnings, output)
        raise typer.Exit(ExitCode.PROBLEMS)
    written = write_back(documents, catalogue, compiled) if write_ranges else None
    _tell_good(compiled, _count_queries(catalogue), output, written)


def _tell_problems(failed: "CompileFailed", output: options.Output) -> None:
    if output is options.Output.JSON:
        _print_json(ok=False, problems=failed.problems, warnings=failed.warnings)
        return
    _show_warnings(failed.warnings)
    show_problems(failed.problems)
    typer.echo(f"\n{_told(failed.problems, 'problem')}", err=True)


def _tell_warnings(warnings: "Sequence[Problem]", output: options.Output) -> None:
    """What --strict refuses though it compiles."""
    if output is options.Output.JSON:
        _print_json(ok=False, problems=(), warnings=warnings)
    else:
        _show_warnings(warnings)


def _count_queries(catalogue: "Catalogue") -> int:
    """They are no part of the snapshot."""
    items = [identity for file in catalogue.files for identity in file.document.items]
    return sum(kind == "query" for kind, _ in items)


def _tell_good(
    compiled: "Compiled",
    queries: int,
    output: options.Output,
    written: "list[FileChanges] | None",
) -> None:
    from turnout.documents.names import ITEM_KINDS
    from turnout.snapshot.v1 import snapshot_pb2

    content = snapshot_pb2.Content.FromString(compiled.content)
    counts = {
        "flags": len(content.flags),
        "experiments": len(content.experiments),
        "segments": len(content.segments),
        "layers": len(content.layers),
        "holdouts": len(content.holdouts),
        "queries": queries,
    }
    if output is options.Output.JSON:
        told = {} if written is None else {"ranges_written": written_objects(written)}
        _print_json(
            ok=True, id=compiled.id, **counts, **told, problems=(), warnings=compiled.warnings
        )
        return
    _show_warnings(compiled.warnings)
    if written is not None:
        tell_written(written)
    counted = ", ".join(
        _count(count, ITEM_KINDS[name], name)
        for name, count in counts.items()
        if count or name in _ALWAYS_COUNTED
    )
    typer.echo(f"no problems: {counted} (snapshot {compiled.id[:12]})")


def _print_json(
    *, problems: "Sequence[Problem]", warnings: "Sequence[Problem]", **outcome: object
) -> None:
    from turnout.cli.output import print_json

    told = {"problems": problems, "warnings": warnings}
    print_json(
        outcome | {name: [problem_object(one) for one in found] for name, found in told.items()}
    )


def _show_warnings(warnings: "Sequence[Problem]") -> None:
    if warnings:
        show_problems(warnings, label="warning: ")
        typer.echo(f"\n{_told(warnings, 'warning')}", err=True)


def _told(problems: "Sequence[Problem]", noun: str) -> str:
    from turnout.compiler.report import MOST_PROBLEMS

    if len(problems) > MOST_PROBLEMS:  # the last one says how many are left out
        return f"more than {MOST_PROBLEMS} {noun}s"
    return _count(len(problems), noun)


def _count(count: int, noun: str, several: str = "") -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {several or f'{noun}s'}"
