"""What is wrong in a document, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]
"""From the top of a document to a value in it: names of fields and indices of lists."""

_WIDEST = 160


class Mark(NamedTuple):
    """A place in a text."""

    line: int
    """From 1."""
    column: int
    """In characters, from 1."""


class Fault(NamedTuple):
    """Something wrong at a path; a `Problem` once it is known which file it is in."""

    path: Path
    message: str
    """Lower case, the user's words in backticks, no full stop."""
    at_key: bool = False
    """The name of the field is wrong, not its value."""
    mark: Mark | None = None
    """The place, if it is known already; else it is where the path leads."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the documents.

    Example:
        >>> print(Problem("flag", "f", "a.yaml", 2, 3, "unknown field `x`", "  x: 1").render())
        a.yaml:2:3: unknown field `x`
          x: 1
          ^
    """

    kind: str
    """The kind of the item, or `attribute`, `workspace` or `file`."""
    key: str
    """The item's key; empty for a file or the workspace."""
    file: str
    line: int
    """From 1; 0 for documents that were never a text."""
    column: int
    """In characters, from 1; 0 as for `line`."""
    message: str
    line_text: str = ""
    """The line as written, without its end."""
    serving_last_good: bool = False
    """The last good version of the item goes on."""
    path: Path = field(default=(), compare=False)
    """What is wrong, from the top of the document; a message without a line begins with it."""

    def render(self) -> str:
        """The problem as `file:line:column: message`, the line, and a caret under the place."""
        if not self.line:
            return f"{self.file}: {self.message}"
        first = f"{self.file}:{self.line}:{self.column}: {self.message}"
        if not self.line_text:
            return first
        start = max(0, self.column - 1 - _WIDEST // 2)
        cut = self.line_text[start : start + _WIDEST]
        shown = "".join(one if one == "\t" or one.isprintable() else "�" for one in cut)
        before = shown[: self.column - 1 - start]
        indent = "".join("\t" if character == "\t" else " " for character in before)
        return f"{first}\n{shown}\n{indent}^"


def describe(value: object) -> str:
    """Names a value in a message: a scalar as written, a container by its kind.

    Example:
        >>> describe(5), describe(True), describe([1])
        ('the number `5`', '`true`', 'a list')
    """
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number `{clip(str(value))}`"
    return f"`{clip(str(value))}`"


def clip(text: str) -> str:
    """Shortens long text for a message, and makes it printable."""
    short = text if len(text) <= 80 else f"{text[:77]}..."
    return "".join(map(_visible, short))


def _visible(character: str) -> str:
    """Keeps what a document holds from steering a terminal."""
    return character if character.isprintable() else repr(character)[1:-1]


def render_path(path: Path) -> str:
    """Writes a path as in `flags.new-checkout.rules[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
