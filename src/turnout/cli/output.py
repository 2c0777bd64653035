"""Writes outcomes: aligned lines for people, JSON for programs."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.text import Text


def console(*, stderr: bool = False) -> Console:
    """The terminal, or what stands in for it. Heeds NO_COLOR."""
    return Console(stderr=stderr, highlight=False)


def print_json(outcome: object) -> None:
    """Writes one JSON document."""
    print(json_text(outcome))


def json_text(outcome: object) -> str:
    """One JSON document, indented."""
    return json.dumps(outcome, indent=2, ensure_ascii=False, default=_plain)


def print_fields(fields: Mapping[str, object]) -> None:
    """Writes named values below each other; those that say nothing are left out."""
    told = {name: value for name, value in fields.items() if value not in (None, "", (), [], {})}
    width = max(map(len, told), default=0)
    for name, value in told.items():
        _write(Text(name.ljust(width), style="dim"), Text(f"   {text_of(value)}"))


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Writes rows below their heads; what says nothing is left blank."""
    head = list(columns)
    cells = [["" if cell in ("", None) else text_of(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    _write(Text(_aligned(head, widths), style="bold"))
    for row in cells:
        _write(Text(_aligned(row, widths)))


def _aligned(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "   ".join(padded).rstrip()


def _write(*parts: Text) -> None:
    # What is too long is wrapped by the terminal: a program that reads along gets whole lines.
    console().print(Text.assemble(*parts), soft_wrap=True)


def text_of(value: object) -> str:
    """One cell for people: names as they are, everything else as JSON would say it."""
    if isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value):
        return ", ".join(map(text_of, value))
    return value_text(value)


def value_text(value: object) -> str:
    """One value for people: plain text as it is, everything else as JSON would say it.

    What documents hold must not steer a terminal: unprintable text is JSON too.
    """
    if isinstance(value, str):
        return value if value and value.isprintable() else json.dumps(value)
    return json.dumps(value, ensure_ascii=False, default=_plain)


def counted(count: int, noun: str) -> str:
    """For example `1 member`, `1,200 members`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def span_text(span: timedelta) -> str:
    """A time that passed, for people: its two largest units, cut (`3 h 12 min`)."""
    rest = max(0, int(span.total_seconds()))
    parts = []
    for name, seconds in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        parts.append(f"{count} {name}" if count else "")
    first = next((at for at, part in enumerate(parts) if part), len(parts) - 1)
    return " ".join(filter(None, parts[first : first + 2])) or "0 s"


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON may hold
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)
