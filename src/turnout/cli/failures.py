"""Turns what went wrong into one line for people, an object for programs, and an exit code."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from turnout import results
from turnout.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from turnout.compiler import Problem

_BY_TYPE: tuple[tuple[type[results.TurnoutError], ExitCode], ...] = (
    (results.NotFound, ExitCode.NOT_FOUND),
    (results.Unavailable, ExitCode.UNAVAILABLE),
    (results.DeadlineExceeded, ExitCode.DEADLINE),
)


_HINTS = {
    "NO_SNAPSHOT": "\n  nothing was published yet (`turnout publish`), or it does not get there",
}
"""What to do next, by the reason of what a server answers."""


class Failed(Exception):  # noqa: N818 - named for its situation
    """Ends the command with a message and a code.

    Args:
        message: For people.
        code: What the process ends with.
        problems: Of the documents, shown before the message.
        parts: For programs, beside the message.
    """

    def __init__(
        self,
        message: str,
        code: ExitCode,
        problems: "Sequence[Problem]" = (),
        parts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.problems = problems
        self.parts = dict(parts or {})


def usage(message: str) -> Failed:
    """What to raise when the command was written wrong."""
    return Failed(message, ExitCode.USAGE)


class Command(TyperCommand):
    """A command whose failures are reported as its `--output` asks."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - click's own, which typer may bundle
        """Runs the command; ends the process when it fails."""
        with _reported(as_json=ctx.params.get("output") == "json"):
            return super().invoke(ctx)


class Group(TyperGroup):
    """A command of commands that does something without one of them, and fails as they do."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - click's own, which typer may bundle
        """Runs it; ends the process when it fails."""
        with _reported(as_json=ctx.params.get("output") == "json"):
            return super().invoke(ctx)


@contextmanager
def _reported(*, as_json: bool) -> Iterator[None]:
    try:
        yield
    except Failed as failure:
        _end(failure, failure.code, as_json=as_json)
    except results.TurnoutError as error:
        _end(error, _code_of(error), as_json=as_json)
    except BrokenPipeError:
        # The reader of the output has had enough, as `head` has.
        sys.stderr.close()
        sys.exit(ExitCode.OK)
    except OSError as error:
        _end(usage(_unusable(error)), ExitCode.USAGE, as_json=as_json)


def _unusable(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    if error.filename is None:
        return f"cannot write the outcome: {reason}"
    return f"cannot use `{error.filename!s:.200}`: {reason}"


def _code_of(error: results.TurnoutError) -> ExitCode:
    return next((code for kind, code in _BY_TYPE if isinstance(error, kind)), ExitCode.REFUSED)


def _end(error: Failed | results.TurnoutError, code: ExitCode, *, as_json: bool) -> None:
    if as_json:
        from turnout.cli.output import json_text

        print(json_text({"error": _error_object(error, code)}), file=sys.stderr)
    else:
        if isinstance(error, Failed) and error.problems:
            from turnout.cli.problems import show_problems

            show_problems(error.problems)
        hint = _HINTS.get(error.reason, "") if isinstance(error, results.TurnoutError) else ""
        print(f"error: {error}{hint}", file=sys.stderr)
    sys.exit(code)


def _error_object(error: Failed | results.TurnoutError, code: ExitCode) -> dict[str, object]:
    """The parts of an error by name; those that it does not have are left out."""
    told: dict[str, object] = {"message": str(error), "exit_code": int(code)}
    if isinstance(error, results.TurnoutError):
        told |= {"code": error.code, "reason": error.reason, "metadata": error.metadata}
        return _said(told)
    if error.problems:
        from turnout.cli.problems import problem_object

        told["problems"] = [problem_object(one) for one in error.problems]
    return _said(told | error.parts)


def _said(told: Mapping[str, object]) -> dict[str, object]:
    return {name: part for name, part in told.items() if part not in ("", {}, [])}
