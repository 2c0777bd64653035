"""`turnout check --write-ranges`: puts computed ranges into the files that they come from."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from typing import TYPE_CHECKING

import typer

from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed

if TYPE_CHECKING:
    from pathlib import Path

    from turnout.compiler import Compiled
    from turnout.compiler.write_back import FileChanges
    from turnout.documents import Catalogue, FieldChange


def write_back(
    documents: "Path", catalogue: "Catalogue", compiled: "Compiled"
) -> "list[FileChanges]":
    """Writes what the files lack, all of them or none, and says what that was.

    Raises:
        Failed: A file is written in a way that cannot be changed, or changed meanwhile.
    """
    from turnout.compiler.write_back import ranges_to_write
    from turnout.documents import CannotWrite, rewritten, write_file

    found = ranges_to_write(catalogue, compiled)
    contents = []
    for name, changes in found:
        file = documents / name if documents.is_dir() else documents
        try:
            content = file.read_bytes()
            if not catalogue.holds(name, content):
                raise Failed(f"{name}: changed while it was read: run it again", ExitCode.PROBLEMS)
            contents.append((file, rewritten(content, changes, is_json=_is_json(file))))
        except CannotWrite as error:
            raise Failed(f"{name}: {error}", ExitCode.PROBLEMS) from None
    for file, content in contents:
        write_file(file, content)
    return found


def tell_written(written: "list[FileChanges]") -> None:
    """Says what was written, an item a line."""
    for name, changes in written:
        for change in changes:
            typer.echo(f"{name}: wrote the ranges of {_what(change)}")
    if not written:
        typer.echo("the files hold all ranges already")


def written_objects(written: "list[FileChanges]") -> list[dict[str, object]]:
    """What was written, for programs."""
    return [
        {"file": name, "item": _what(change), "ranges": change.value}
        for name, changes in written
        for change in changes
    ]


def _what(change: "FieldChange") -> str:
    section, key, *rest = change.path
    rule = f" rules[{rest[1]}]" if rest else ""
    return f"{str(section).removesuffix('s')} `{key}`{rule}"


def _is_json(file: "Path") -> bool:
    return file.suffix.lower() == ".json"
