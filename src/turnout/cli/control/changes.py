"""Shows what would change: items and how they differ, conflicts, problems and warnings."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

from turnout.cli.control.folder import Folder
from turnout.cli.output import console, value_text
from turnout.cli.problems import problem_object, show_problems
from turnout.control.v1 import release_pb2

Message = Any
"""A message of `turnout.control.v1`."""

_WORDS = {
    release_pb2.CHANGE_KIND_ADDED: ("added", "green"),
    release_pb2.CHANGE_KIND_CHANGED: ("changed", "yellow"),
    release_pb2.CHANGE_KIND_REMOVED: ("removed", "red"),
}
_UNKNOWN = ("changed", "")
_INDENT = " " * 10


def show_changes(changes: Iterable[Message]) -> None:
    """Writes each item that changes, its differences below it, and how many there are."""
    changes = list(changes)
    # The same for all of them is said once.
    authors = {tuple(change.authors) for change in changes}
    shared = authors.pop() if len(authors) == 1 else ()
    for change in changes:
        word, colour = _WORDS.get(change.kind, _UNKNOWN)
        _write(Text.assemble((word.ljust(len(_INDENT)), colour), (value_text(change.name), "bold")))
        for line in [*_lines(change), *(() if shared else _by(change.authors))]:
            _write(Text(_INDENT + line))
    _write(Text(", ".join([count_changes(changes), *_by(shared)]), style="dim"))


def count_changes(changes: Iterable[Message]) -> str:
    """How many items change, in words."""
    words = [_WORDS.get(change.kind, _UNKNOWN)[0] for change in changes]
    counted = (f"{words.count(word)} {word}" for word, _ in _WORDS.values() if word in words)
    return ", ".join(counted) or "nothing changes"


def show_conflicts(conflicts: Iterable[Message], *, taken_over: bool) -> None:
    """Writes each field that was changed on both sides."""
    word = "overruled" if taken_over else "conflict"
    for one in conflicts:
        head = (word.ljust(len(_INDENT)), "bold red")
        _write(Text.assemble(head, (value_text(one.name), "bold"), f" {value_text(one.field)}"))
        _write(Text(f"{_INDENT}documents: {_side(one.in_documents)}"))
        _write(Text(f"{_INDENT}store:     {_side(one.in_store)}"))


def show_live(names: Iterable[str]) -> None:
    """Writes what left the documents and is not removed by itself."""
    for name in names:
        head = ("live".ljust(len(_INDENT)), "bold red")
        _write(Text.assemble(head, (value_text(name), "bold"), " left the documents"))


def show_named(found: Iterable[Message], folder: Folder | None = None, *, label: str = "") -> None:
    """Writes problems or warnings to standard error, at their place if it is known.

    Args:
        found: Each with `name`, `field` and `message`.
        folder: The documents.
        label: Stands before each message, for example `warning: `.
    """
    placed, others = [], []
    for one in found:
        problem = folder.place(one.name, one.field, one.message) if folder else None
        if problem is None:
            others.append(one)
        else:
            placed.append(problem)
    show_problems(sorted(placed, key=lambda one: (one.file, one.line, one.column)), label=label)
    for one in others:
        where = " ".join(part for part in (one.name, one.field) if part)
        before = (f"{value_text(where)}:", "bold") if where else ""
        text = Text.assemble(before, f" {label}{one.message}".removeprefix("" if where else " "))
        console(stderr=True).print(text, soft_wrap=True)


def change_object(change: Message) -> dict[str, object]:
    """A change for programs."""
    return {
        "name": change.name,
        "kind": _WORDS.get(change.kind, _UNKNOWN)[0],
        "differences": list(change.differences),
        "moved_ppm": change.moved_ppm,
        "unreachable_rules": list(change.unreachable_rules),
        "authors": list(change.authors),
    }


def conflict_object(conflict: Message) -> dict[str, object]:
    """A conflict for programs; a side that has no such field is not there."""
    sides = {"in_documents": conflict.in_documents, "in_store": conflict.in_store}
    told = {name: json.loads(side) for name, side in sides.items() if side}
    return {"name": conflict.name, "field": conflict.field, **told}


def named_object(one: Message, folder: Folder | None = None) -> dict[str, object]:
    """A problem or a warning for programs, with its place if it is known."""
    told: dict[str, object] = {"name": one.name, "field": one.field, "message": one.message}
    problem = folder.place(one.name, one.field, one.message) if folder else None
    if problem is not None:
        placed = problem_object(problem)
        told |= {part: placed[part] for part in ("file", "line", "column")}
    return told


def _lines(change: Message) -> Iterator[str]:
    yield from change.differences
    if change.moved_ppm:
        yield f"moves {change.moved_ppm / 10_000:g} % of the units"
    for rule in change.unreachable_rules:
        yield f"rule `{rule}` is never reached any more"


def _by(authors: Iterable[str]) -> list[str]:
    names = ", ".join(map(value_text, authors))
    return [f"by {names}"] if names else []


def _side(text: str) -> str:
    return text or "(not there)"


def _write(text: Text) -> None:
    console().print(text, soft_wrap=True)
