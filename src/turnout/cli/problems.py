"""Shows the problems of documents."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from turnout.compiler import Problem


# A document may hold what would move the cursor or change colours.
_SHOWN = dict.fromkeys((*range(32), *range(127, 160)), "�")
del _SHOWN[ord("\t")], _SHOWN[ord("\n")]


def show_problems(problems: "Sequence[Problem]", *, label: str = "") -> None:
    """Writes each to standard error as `file:line:column: message` with its line and a caret.

    Args:
        problems: By file and line.
        label: Stands before each message, for example `warning: `.
    """
    from rich.text import Text

    from turnout.cli.output import console

    terminal = console(stderr=True)
    for problem in problems:
        first, _, rest = problem.render().translate(_SHOWN).partition("\n")
        place = f"{problem.file}:{problem.line}:{problem.column}:"
        text = Text(first)
        if first.startswith(place):
            text = Text.assemble((place, "bold"), f" {label}{first[len(place) + 1 :]}")
        terminal.print(text, soft_wrap=True)
        if rest:
            terminal.print(Text(rest, style="dim"), soft_wrap=True)


def problem_object(problem: "Problem") -> dict[str, object]:
    """The fields of a problem by name."""
    return {
        "kind": problem.kind,
        "key": problem.key,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "line_text": problem.line_text,
    }
