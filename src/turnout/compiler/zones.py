"""Time zones, from the pinned `tzdata` package alone."""

from functools import cache
from importlib import resources

import tzdata  # type: ignore[import-untyped] # it has no types and needs none

VERSION: str = tzdata.IANA_VERSION
"""For example `2026a`."""


def zone_fault(name: str) -> str | None:
    """Why a text names no time zone, or None."""
    if name == "UTC":
        return None
    if "/" not in name:
        return f"`{name}` is no time zone: write `UTC` or a name such as `Europe/Berlin`"
    if name in _names():
        return None
    from turnout.documents.names import nearest  # noqa: PLC0415 - difflib is for mistakes only

    return f"unknown time zone `{name}`{nearest(name, _names()) or ': write it in exact case'}"


@cache
def _names() -> frozenset[str]:
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split())
