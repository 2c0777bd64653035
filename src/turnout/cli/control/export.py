"""`turnout export`: the store as documents."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from turnout.cli.control.applying import export as read_store
from turnout.cli.control.commands import command
from turnout.cli.control.confirming import confirm
from turnout.cli.control.connection import Connection, connected
from turnout.cli.failures import usage
from turnout.cli.output import print_json
from turnout.documents import write_file
from turnout.documents.names import ITEM_KINDS, SECTIONS
from turnout.documents.yaml_text import yaml_text

_STDOUT = Path("-")
_SHORT_SECTIONS = ("workspace", "attributes")


@connected
def export(
    connection: Connection,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="[PATH]", help="The file to write; `-` is standard output.", show_default=False
        ),
    ] = _STDOUT,
    split: Annotated[
        bool, typer.Option("--split", help="PATH is a folder: one file a section.")
    ] = False,
    archived: Annotated[
        bool,
        typer.Option("--archived/--no-archived", help="With what is archived, or without it."),
    ] = True,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Overwrite files without being asked.")
    ] = False,
) -> None:
    """Write the store as documents, of which `turnout apply` changes nothing.

    The slots that variants own come along, so that a change of weights moves the fewest units.
    """
    _refuse(path, split=split)
    with connection.open() as plane:
        documents = _short(json.loads(read_store(plane, archived=archived)))
    if path == _STDOUT:
        if connection.wants_json:
            print_json(documents)
        else:
            typer.echo(yaml_text(documents), nl=False)
        return
    files = _split(path, documents) if split else {path: documents}
    _write(files, connection, yes=yes)
    if connection.wants_json:
        print_json({"files": [str(file) for file, content in files.items() if content]})


def _short(documents: dict[str, Any]) -> dict[str, Any]:
    """With `plan: string` for `plan: {type: string}`, as people write it."""
    if attributes := documents.get("attributes"):
        documents["attributes"] = {
            name: one["type"] if one.keys() == {"type"} else one for name, one in attributes.items()
        }
    return documents


def _refuse(path: Path, *, split: bool) -> None:
    if split and path == _STDOUT:
        raise usage("`--split` needs a folder to write into: name one")
    if split and path.exists() and not path.is_dir():
        raise usage(f"`{path}` is a file: name a folder, or leave `--split` out")
    if not split and path.is_dir():
        raise usage(f"`{path}` is a folder: add `--split`, or name a file in it")


def _split(folder: Path, documents: dict[str, object]) -> dict[Path, dict[str, object]]:
    """The content of each file; one that is left from a section which is empty now has none."""
    files: dict[Path, dict[str, object]] = {}
    for section in SECTIONS:
        file = folder / f"{section}.yaml"
        if documents.get(section):
            files[file] = {section: documents[section]}
        elif file.exists():
            files[file] = {}
    return files


def _write(files: dict[Path, dict[str, object]], connection: Connection, *, yes: bool) -> None:
    if there := [str(file) for file in files if file.exists()]:
        confirm(f"overwrite {', '.join(there)}", connection, yes=yes)
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        write_file(file, _text(content, file).encode())
        if not connection.wants_json:
            typer.echo(f"{file}: {_counted(content)}")


def _text(content: dict[str, object], file: Path) -> str:
    if file.suffix.lower() == ".json":
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return yaml_text(content) if content else ""


def _counted(content: dict[str, object]) -> str:
    counts = {name: len(part) for name, part in content.items() if isinstance(part, dict)}
    told = [
        f"{counts[name]} {name if counts[name] != 1 else kind}"
        for name, kind in ITEM_KINDS.items()
        if counts.get(name)
    ]
    told += [f"the {name}" for name in _SHORT_SECTIONS if counts.get(name)]
    return ", ".join(told) or "nothing"


app = command(export)
