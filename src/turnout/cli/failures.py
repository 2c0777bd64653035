"""Turns what went wrong into one line for people and an exit code for scripts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from turnout import results
from turnout.cli.exit_codes import ExitCode

_BY_TYPE: tuple[tuple[type[results.TurnoutError], ExitCode], ...] = (
    (results.NotFound, ExitCode.NOT_FOUND),
    (results.Unavailable, ExitCode.UNAVAILABLE),
    (results.DeadlineExceeded, ExitCode.DEADLINE),
)


class Failed(Exception):  # noqa: N818 - named for its situation
    """Ends the command with a message and a code."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


def usage(message: str) -> Failed:
    """What to raise when the command was written wrong."""
    return Failed(message, ExitCode.USAGE)


@contextmanager
def reported() -> Iterator[None]:
    """Prints `error: …` for what a command may fail with, and ends the process."""
    try:
        yield
    except Failed as failure:
        _end(str(failure), failure.code)
    except results.TurnoutError as error:
        _end(str(error), _code_of(error))
    except BrokenPipeError:
        # The reader of the output has had enough, as `head` has.
        sys.stderr.close()
        sys.exit(ExitCode.OK)


def _code_of(error: results.TurnoutError) -> ExitCode:
    return next((code for kind, code in _BY_TYPE if isinstance(error, kind)), ExitCode.REFUSED)


def _end(message: str, code: ExitCode) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)
