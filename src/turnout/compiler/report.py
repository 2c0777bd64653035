"""Turns faults into problems with a file, a line and a column."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from turnout.documents import Fault, Problem, SourceFile
from turnout.documents.names import SECTION_OF
from turnout.documents.problem import Mark, render_path

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_PROBLEMS = 1_000
"""Told in one compilation; a snapshot carries them."""


class Report:
    """Collects the problems of one compilation."""

    def __init__(self) -> None:
        self._found: list[Callable[[], Problem]] = []

    def add(self, kind: str, key: str, file: SourceFile, fault: Fault, *, good: bool) -> None:
        """Adds a fault whose path starts at the top of the document.

        Args:
            kind: What is wrong: `flag`, `file`, ...
            key: Of the item.
            file: Where it is written.
            fault: What is wrong.
            good: The last good version goes on.
        """
        self._found.append(partial(_placed, kind, key, file, fault, good))

    def add_unplaced(self, kind: str, key: str, file: str, message: str, *, good: bool) -> None:
        """Adds what is wrong with a version whose text is gone."""
        self._found.append(partial(_problem, kind, key, file, Mark(0, 0), message, "", good))

    def problems(self) -> tuple[Problem, ...]:
        """All of them, each once, by file and line."""
        # A place costs another reading of its file: nobody pays for what nobody looks at.
        unique = dict.fromkeys(find() for find in self._found)
        ordered = sorted(unique, key=lambda one: (one.file, one.line, one.column, one.message))
        if len(ordered) > MOST_PROBLEMS:
            left_out = len(ordered) - MOST_PROBLEMS
            ordered[MOST_PROBLEMS:] = [
                replace(ordered[MOST_PROBLEMS], message=f"and {left_out} more problems from here")
            ]
        return tuple(ordered)


def _placed(kind: str, key: str, file: SourceFile, fault: Fault, good: bool) -> Problem:
    mark = file.document.locate(fault)
    message = fault.message
    if not file.document.is_text and fault.path:
        message = f"{render_path(fault.path)}: {message}"
    text = file.document.line(mark.line)
    return replace(_problem(kind, key, file.name, mark, message, text, good), path=fault.path)


def _problem(
    kind: str, key: str, file: str, mark: Mark, message: str, text: str, good: bool
) -> Problem:
    # A name of a file need not be text; a problem always is.
    name = file.encode("utf-8", "replace").decode()
    return Problem(kind, key, name, *mark, message, text, good)


def in_document(kind: str, key: str, fault: Fault) -> Fault:
    """A fault of an item, with its path from the top of the document."""
    return fault._replace(path=(SECTION_OF[kind], key, *fault.path))
