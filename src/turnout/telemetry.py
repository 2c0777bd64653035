"""How the serving processes log: lines for people, or one JSON object a line.

Standard library only: the serving process imports this and must stay small.
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

LogFormat = Literal["text", "json"]

_FIELDS = "turnout_fields"
# Libraries that tell at `info` what is of use to their authors only.
_TALKATIVE = ("watchfiles", "alembic")


def fields(**values: object) -> dict[str, object]:
    """Gives `extra=` of a log call: named values that stand beside the message.

    Args:
        **values: What a program may want to filter by. `None` is left out.
    """
    return {_FIELDS: {name: value for name, value in values.items() if value is not None}}


def configure(
    role: str, *, log_format: LogFormat = "text", level: str = "INFO", stream: TextIO | None = None
) -> logging.Logger:
    """Sends all logs of this process to one stream and gives its logger.

    Args:
        role: Which process this is: `server` or `worker`.
        log_format: `text` for people, `json` for programs.
        level: The lowest level that is written.
        stream: Where to; standard error unless given.
    """
    target = logging.StreamHandler(stream if stream is not None else sys.stderr)
    target.setFormatter(_JsonLines(role) if log_format == "json" else _TextLines(role))
    logging.basicConfig(handlers=[target], level=level, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return logging.getLogger(f"turnout.{role}")


def _instant(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields_of(record: logging.LogRecord) -> Mapping[str, object]:
    found = getattr(record, _FIELDS, None)
    return found if isinstance(found, dict) else {}


class _TextLines(logging.Formatter):
    """`2026-01-31T12:00:00.000Z info server: message (name=value)`."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        named = " ".join(f"{name}={value}" for name, value in _fields_of(record).items())
        line = f"{_instant(record)} {record.levelname.lower()} {self._role}: {record.getMessage()}"
        if named:
            line += f" ({named})"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class _JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `process`, `message`, and the fields."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": _instant(record),
            "level": record.levelname.lower(),
            "process": self._role,
            "message": record.getMessage(),
        }
        entry.update(_fields_of(record))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)
