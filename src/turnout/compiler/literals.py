"""The engine's own judgement on literals, so that compiler and engine cannot disagree."""

from typing import Protocol


class LiteralChecks(Protocol):
    """What the engine offers."""

    def check_number(self, text: str) -> None:
        """Raises ValueError for text that is no number or too large to compare."""

    def check_regex(self, pattern: str, case_sensitive: bool = False) -> None:
        """Raises ValueError for a pattern that cannot be read or is over a limit."""

    def moment(self, text: str, *, zone: str | None, rolling: bool) -> bytes:
        """A serialised `turnout.snapshot.v1.Moment`; raises ValueError for text that is no date."""

    def check_moments(self, low: bytes, high: bytes) -> str | None:
        """Why two moments are reversed whatever now is, or None."""

    def check_zone(self, name: str) -> None:
        """Raises ValueError for a name that is no time zone."""

    def check_version(self, text: str) -> None:
        """Raises ValueError for text that is no version."""

    def compare_numbers(self, left: str, right: str) -> int:
        """-1, 0 or 1; raises ValueError for text that is no number."""

    def text_form(self, text: str, case_sensitive: bool = False) -> str:
        """A text as conditions compare it: normalised, and folded unless `case_sensitive`."""

    def compare_versions(self, left: str, right: str) -> int:
        """-1, 0 or 1; raises ValueError for text that is no version."""

    def check_cidr(self, text: str) -> None:
        """Raises ValueError for text that is no network, or has bits set beyond its prefix."""


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


def read_moment(text: str, *, zone: str | None, rolling: bool) -> bytes:
    """A date as a serialised Moment; with `zone` one that does not depend on now is an instant.

    Raises ValueError with why it is refused.
    """
    return _checks().moment(text, zone=zone, rolling=rolling)


def moments_fault(low: bytes, high: bytes) -> str | None:
    """Why the bounds are reversed whatever now is, or None."""
    return _checks().check_moments(low, high)


def version_fault(text: str) -> str | None:
    """Why a version is refused, or None."""
    try:
        _checks().check_version(text)
    except ValueError as error:
        return str(error)
    return None


def compare_numbers(left: str, right: str) -> int:
    """-1, 0 or 1: how two decimal literals compare; raises ValueError for text that is none."""
    return _checks().compare_numbers(left, right)


def text_form(text: str, *, case_sensitive: bool) -> str:
    """A text as conditions compare it: two texts are equal to one when their forms are."""
    return _checks().text_form(text, case_sensitive)


def compare_versions(left: str, right: str) -> int:
    """-1, 0 or 1: how two versions compare; raises ValueError for text that is no version."""
    return _checks().compare_versions(left, right)


def cidr_fault(text: str) -> str | None:
    """Why a network is refused, or None."""
    try:
        _checks().check_cidr(text)
    except ValueError as error:
        return str(error)
    return None
