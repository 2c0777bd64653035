"""Reads what stands behind the options: pairs, values, instants."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from turnout.cli.failures import usage


def read_value(text: str) -> Any:  # noqa: ANN401 - whatever JSON may hold
    """Reads JSON where it is some, else gives the text itself."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def read_now(text: str | None) -> datetime | None:
    """Reads when it is asked; None when that is not said.

    Raises:
        Failed: It is no date and time of ISO 8601 with a zone.
    """
    return None if text is None else read_instant("--now", text)


def read_instant(option: str, text: str) -> datetime:
    """Reads an instant.

    Raises:
        Failed: It is no date and time of ISO 8601 with a zone.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise usage(f"`{option} {text}` is no instant: write 2026-01-31T12:00:00Z") from None
    if instant.tzinfo is None:
        timed = text if ":" in text else f"{instant:%Y-%m-%d}T00:00:00"
        raise usage(f"`{option} {text}` has no zone: write `{timed}Z` for UTC")
    return instant


def read_pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Reads texts of the form NAME=VALUE.

    Raises:
        Failed: One of them has no name, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise usage(f"`{option} {text}` has no name: write NAME=VALUE")
        if name in found:
            raise usage(f"`{option} {name}=…` is given twice: keep one")
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON: they stay text
