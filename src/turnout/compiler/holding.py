"""What a paused segment goes on with: its conditions as they were when it was active."""

from typing import Any

from turnout.compiler.history import Kept

MEMBERSHIP = frozenset({
    "kind", "unit", "salt", "match", "members", "include", "exclude", "include_units",
    "exclude_units",
})  # fmt: skip
"""The fields of a segment that say who is in it."""


def held_back(kind: str, raw: object, kept: Kept | None) -> dict[str, Any] | None:
    """The version that a paused rule segment goes on with, when it was edited since.

    Args:
        kind: Of the item.
        raw: A good version, as written.
        kept: The last good version.

    Returns:
        What is to be compiled in its place; None when it is served as written.
    """
    active = active_version(kind, raw, kept)
    if kind != "segment" or not isinstance(active, dict) or not isinstance(raw, dict):
        return None
    if _status(raw) != "paused" or not (_is_rule(raw) and _is_rule(active)):
        return None
    held = {name: value for name, value in raw.items() if name not in MEMBERSHIP}
    held |= {name: value for name, value in active.items() if name in MEMBERSHIP}
    return None if held == raw else held


def active_version(kind: str, raw: object, kept: Kept | None) -> object:
    """What is to be remembered of a segment that is not active: how it was when it was."""
    if kind != "segment" or kept is None or _status(raw) == "active":
        return None
    return kept.raw if _status(kept.raw) == "active" else kept.active


def _status(raw: object) -> object:
    return raw.get("status", "active") if isinstance(raw, dict) else None


def _is_rule(raw: dict[str, Any]) -> bool:
    return raw.get("kind", "rule") == "rule" and "members" not in raw
