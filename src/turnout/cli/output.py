"""Writes outcomes: aligned lines for people, JSON for programs."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 200


def console(*, stderr: bool = False) -> Console:
    """The terminal; without one, lines are as wide as they need. Heeds NO_COLOR."""
    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=_WIDE)


def print_json(outcome: object) -> None:
    """Writes one JSON document."""
    print(json.dumps(outcome, indent=2, ensure_ascii=False, default=_plain))


def print_fields(fields: Mapping[str, object]) -> None:
    """Writes named values below each other; those that say nothing are left out."""
    grid = Table.grid(padding=(0, 3))
    for name, value in fields.items():
        if value not in (None, "", (), []):
            grid.add_row(Text(name, style="dim"), Text(text_of(value)))
    console().print(grid)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Writes rows below their heads."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(text_of(cell)) for cell in row))
    console().print(table)


def text_of(value: object) -> str:
    """One value for people: text as it is, everything else as JSON would say it."""
    if isinstance(value, str):
        return value
    if isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON may hold
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
