"""Time zones, as the engine has them."""

from functools import cache
from importlib import resources

from turnout.compiler.literals import is_zone


def zone_fault(name: str) -> str | None:
    """Why a text names no time zone, or None."""
    if name == "UTC":
        return None
    if "/" not in name:
        return f"`{name}` is no time zone: write `UTC` or a name such as `Europe/Berlin`"
    if is_zone(name):
        return None
    from turnout.documents.names import nearest  # noqa: PLC0415 - difflib is for mistakes only

    return f"unknown time zone `{name}`{nearest(name, _names()) or ': write it in exact case'}"


@cache
def _names() -> frozenset[str]:
    """Names to suggest; the package may be a little older or newer than the engine's zones."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split())
