"""Values that stand elsewhere, in the environment or in a file, and never in an error or a log."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from turnout.segments.failures import QueryFailed, Reason

_HIDDEN = "•••"
_SHORTEST = 4
"""What is shorter is a port or a word, which hides nothing and would hide half of a message."""


class Reference:
    """Where a value stands. It is read whenever it is needed, so that it may change.

    Args:
        env: The name of an environment variable, or None.
        file: A file, whose last line break is no part of the value, or None.
    """

    def __init__(self, *, env: str | None = None, file: Path | None = None) -> None:
        self._env = env
        self._file = file

    def __repr__(self) -> str:
        """Says where, never what."""
        return f"Reference({self})"

    def __str__(self) -> str:
        """As an error names it."""
        return (
            f"the environment variable `{self._env}`" if self._env else f"the file `{self._file}`"
        )

    def read(self) -> str:
        """Gives the value.

        Raises:
            QueryFailed: It is not there; CONNECTION_LOST.
        """
        try:
            if self._file is not None:
                return self._file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
            return os.environ[self._env or ""]
        except OSError as error:
            why = (error.strerror or "unknown reason").lower()
        except (KeyError, UnicodeDecodeError) as error:
            why = "not set" if isinstance(error, KeyError) else "no UTF-8"
        raise QueryFailed(Reason.CONNECTION_LOST, f"{self} cannot be read: {why}")


class Hidden:
    """Takes values that were read out of what a library says about them."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def add(self, value: str) -> str:
        """Remembers a value, in each form that a library may say it in; gives it back."""
        self._values.update(form for form in _forms(value) if len(form) >= _SHORTEST)
        return value

    def out_of(self, text: str) -> str:
        """Gives a text in which none of the values stands."""
        # The longest first: a part of one would leave the rest of it.
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, _HIDDEN)
        return text


def _forms(value: str) -> Iterator[str]:
    """A value as it is, in a URL, in quotes, with its lines folded into one, and line by line."""
    yield from (value, quote(value, safe=""), quote(value), quote_plus(value))
    yield repr(value)[1:-1]
    yield " ".join(value.split())
    yield from (line.strip() for line in value.splitlines())
