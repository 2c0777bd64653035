"""What artifacts are called: member sets by their content, changes by the two that they join."""

import re

_SHA256 = "[0-9a-f]{64}"
_NAME = re.compile(rf"(?:({_SHA256})\.set|{_SHA256}\.\.({_SHA256})\.delta)")


def set_name(sha256: str) -> str:
    """The name of a member set.

    Args:
        sha256: Of its bytes, in hex.
    """
    return f"{sha256}.set"


def delta_name(before: str, after: str) -> str:
    """The name of what makes one member set of another.

    Args:
        before: The SHA-256 of the one, in hex.
        after: Of the other.
    """
    return f"{before}..{after}.delta"


def set_in(name: str) -> str | None:
    """The SHA-256 of the set that an artifact is, or leads to; None when the name is none."""
    found = _NAME.fullmatch(name)
    return None if found is None else found[1] or found[2]


def is_set(name: str) -> bool:
    """Whether it is called by the SHA-256 of its own bytes."""
    return name.endswith(".set")
