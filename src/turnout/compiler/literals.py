"""The engine's own judgement on literals, so that compiler and engine cannot disagree."""

from typing import Protocol


class LiteralChecks(Protocol):
    """What the engine offers."""

    def check_number(self, text: str) -> None:
        """Raises ValueError for text that is no number or too large to compare."""

    def check_regex(self, pattern: str, case_sensitive: bool = False) -> None:
        """Raises ValueError for a pattern that cannot be read or is over a limit."""


_stand_in: LiteralChecks | None = None


def _checks() -> LiteralChecks:
    if _stand_in is not None:
        return _stand_in
    # Only documents that need it load the native module.
    from turnout import engine  # noqa: PLC0415

    return engine


def number_fault(text: str) -> str | None:
    """Why a decimal literal is refused, or None."""
    try:
        _checks().check_number(text)
    except ValueError as error:
        return str(error)
    return None


def regex_fault(pattern: str, case_sensitive: bool) -> str | None:
    """Why a regular expression is refused, or None."""
    try:
        _checks().check_regex(pattern, case_sensitive)
    except ValueError as error:
        return str(error)
    return None
