"""The engine's own judgement on literals, so that compiler and engine cannot disagree."""

from collections.abc import Callable
from types import ModuleType


def _checks() -> ModuleType:
    # Only documents that need it load the native module.
    from turnout import engine  # noqa: PLC0415

    return engine


def _fault(check: Callable[..., None], *literal: object) -> str | None:
    """What a check raises, or None."""
    try:
        check(*literal)
    except ValueError as error:
        return str(error)
    return None


def number_fault(text: str) -> str | None:
    """Why a decimal literal is refused, or None."""
    return _fault(_checks().check_number, text)


def regex_fault(pattern: str, case_sensitive: bool) -> str | None:
    """Why a regular expression is refused, or None."""
    return _fault(_checks().check_regex, pattern, case_sensitive)


def read_moment(text: str, *, zone: str | None, rolling: bool) -> bytes:
    """A date as a serialised Moment; with `zone` one that does not depend on now is an instant.

    Raises ValueError with why it is refused.
    """
    found: bytes = _checks().moment(text, zone=zone, rolling=rolling)
    return found


def moments_fault(low: bytes, high: bytes) -> str | None:
    """Why the bounds are reversed whatever now is, or None."""
    found: str | None = _checks().check_moments(low, high)
    return found


def version_fault(text: str) -> str | None:
    """Why a version is refused, or None."""
    return _fault(_checks().check_version, text)


def compare_numbers(left: str, right: str) -> int:
    """-1, 0 or 1: how two decimal literals compare; raises ValueError for text that is none."""
    found: int = _checks().compare_numbers(left, right)
    return found


def text_form(text: str, *, case_sensitive: bool) -> str:
    """A text as conditions compare it: two texts are equal to one when their forms are."""
    found: str = _checks().text_form(text, case_sensitive)
    return found


def compare_versions(left: str, right: str) -> int:
    """-1, 0 or 1: how two versions compare; raises ValueError for text that is no version."""
    found: int = _checks().compare_versions(left, right)
    return found


def cidr_fault(text: str) -> str | None:
    """Why a network is refused, or None."""
    return _fault(_checks().check_cidr, text)


def is_zone(name: str) -> bool:
    """Whether the engine knows a time zone of this name."""
    return _fault(_checks().check_zone, name) is None


def tzdata_version() -> str:
    """Of the zones that dates are read with, for example `2026a`."""
    found: str = _checks().tzdata_version()
    return found
