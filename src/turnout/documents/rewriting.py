"""Sets fields in the text of a document, and leaves every other character as it is."""

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from turnout.documents.builder import Builder, DocumentRefused
from turnout.documents.document import as_yaml, same_places
from turnout.documents.positions import Node, locate
from turnout.documents.problem import Path, render_path

Lists = Mapping[str, list[str]]
"""What is written: a list of texts by name."""

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_BREAK = re.compile(r"\r\n|[\r\n]")


class FieldChange(NamedTuple):
    """A field that a mapping shall have."""

    path: Path
    """Of the mapping."""
    field: str
    after: str
    """The field behind which it goes when it is new."""
    value: Lists


class CannotWrite(Exception):  # noqa: N818 - named for its situation
    """The text is written in a way that cannot be changed in place."""


def rewritten(content: bytes, changes: Iterable[FieldChange], *, is_json: bool = False) -> bytes:
    """The bytes of a file with the changes; see `set_fields`."""
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content.removeprefix(mark).decode()
    return mark + set_fields(text, changes, is_json=is_json).encode()


def set_fields(text: str, changes: Iterable[FieldChange], *, is_json: bool = False) -> str:
    """The text with the changes, and nothing else.

    Args:
        text: A document without faults.
        changes: No two of the same field.
        is_json: It is JSON, and stays it.

    Raises:
        CannotWrite: A mapping to change is an alias, or the text would come to say anything else
            than the changes.
    """
    changes = list(changes)
    places = same_places(text) if is_json else text
    root = locate(places)
    edits = sorted((_edit(text, root, change, is_json=is_json) for change in changes), reverse=True)
    new = text
    for start, end, put in edits:
        new = new[:start] + put + new[end:]
    # Not as one copy, in which two aliases would be one mapping still.
    expected = json.loads(json.dumps(_read(text, is_json=is_json)))
    for change in changes:
        mapping = expected
        for step in change.path:
            mapping = mapping[step]
        mapping[change.field] = dict(change.value)
    if _read(new, is_json=is_json) != expected:
        shown = ", ".join(f"`{render_path(change.path)}`" for change in changes[:5])
        raise CannotWrite(f"{shown}: cannot be changed where it stands, write it in a plainer way")
    return new


def _read(text: str, *, is_json: bool) -> Any:  # noqa: ANN401 - plain values
    builder = Builder(as_yaml(text) if is_json else text)
    try:
        builder.build()
    except DocumentRefused as error:
        raise CannotWrite(error.message) from None
    return None if builder.faults else builder.value


def _edit(
    text: str, root: Node | None, change: FieldChange, *, is_json: bool
) -> tuple[int, int, str]:
    """What to put between two places of the text."""
    mapping = _find(root, change.path)
    if entry := mapping.entry(change.field):
        return _replace(text, *entry, change, is_json=is_json)
    anchor = mapping.entry(change.after)
    if anchor is None:
        raise CannotWrite(f"`{render_path(change.path)}` has no `{change.after}`")
    key, value = anchor
    before = text[text.rfind("\n", 0, key.start) + 1 : key.start]
    quoted = is_json or text[key.start] == '"'
    name = f'"{change.field}"' if quoted else change.field
    put = f"{name}: {_flow(change.value, is_json=is_json)}"
    if not mapping.is_flow:
        at = _line_end(text, _tail(text, value), len(before))
        return at, at, f"{_line_break(text)}{' ' * len(before)}{put}"
    on_its_own_line = not before.strip()
    gap = f"{_line_break(text)}{before}" if on_its_own_line else " "
    return value.end, value.end, f",{gap}{put}"


def _find(root: Node | None, path: Path) -> Node:
    node = root
    for step in path:
        if node is None or node.kind == "alias":
            break
        if isinstance(step, int):
            node = node.parts[step]
        else:
            entry = node.entry(step)
            node = entry[1] if entry else None
    if node is None or node.kind != "mapping":
        shown = render_path(path)
        raise CannotWrite(f"`{shown}` is written as an alias: write it out")
    return node


def _replace(
    text: str, key: Node, value: Node, change: FieldChange, *, is_json: bool
) -> tuple[int, int, str]:
    flow = _flow(change.value, is_json=is_json)
    if value.kind == "scalar" and value.start == value.end:
        at = text.find(":", key.end) + 1 or key.end
        return at, at, f" {flow}"
    if value.is_flow or not change.value:
        return value.start, _tail(text, value), flow
    indent = value.start - text.rfind("\n", 0, value.start) - 1
    lines = (f"{_name(name)}: {_list(several)}" for name, several in change.value.items())
    return value.start, _tail(text, value), f"{_line_break(text)}{' ' * indent}".join(lines)


def _tail(text: str, node: Node) -> int:
    """Where the last character of a part ends."""
    while not node.is_flow and node.parts:
        node = node.parts[-1]
    end = node.end
    while end > node.start and text[end - 1] in "\r\n":  # of a literal or folded text
        end -= 1
    return end


def _line_end(text: str, at: int, column: int) -> int:
    """The end of the line, and of the comments below it that stand further in than `column`."""
    while True:
        found = _BREAK.search(text, at)
        if found is None:
            return len(text)
        following = text[found.end() : _end_of_line(text, found.end())]
        comment = following.lstrip(" ")
        if not comment.startswith("#") or len(following) - len(comment) <= column:
            return found.start()
        at = found.end()


def _end_of_line(text: str, at: int) -> int:
    found = _BREAK.search(text, at)
    return found.start() if found else len(text)


def _line_break(text: str) -> str:
    found = _BREAK.search(text)
    return found[0] if found else "\n"


def _flow(value: Lists, *, is_json: bool) -> str:
    if is_json:
        return json.dumps(value)
    return "{" + ", ".join(f"{_name(name)}: {_list(one)}" for name, one in value.items()) + "}"


def _list(several: list[str]) -> str:
    return "[" + ", ".join(f'"{one}"' for one in several) + "]"


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else _quoted(name)


def _quoted(name: str) -> str:
    quoted = json.dumps(name, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08X}" for one in quoted)
