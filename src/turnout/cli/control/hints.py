"""What to type next, where the control plane said no."""

import re
from collections.abc import Callable, Mapping

from turnout.cli.control.kinds import Verb

_NOT_ALLOWED = "which does not allow"
_NO_VALUE = re.compile(r"`:(\w+)` has no value")


def in_words_of_commands(message: str, metadata: Mapping[str, str]) -> str:
    """The message about a verb that is not allowed, with verbs as they are typed."""
    verbs = [metadata.get("verb", ""), *metadata.get("allowed_verbs", "").split(",")]
    # What stands before is the key of the item, which may be called like a verb.
    item, mark, told = message.partition(_NOT_ALLOWED)
    for verb in filter(None, verbs):
        told = told.replace(f"`{verb}`", f"`{Verb(verb, '').command}`")
    return f"{item}{mark}{told}"


def hint(message: str, reason: str, metadata: Mapping[str, str]) -> str:
    """What to type next; empty where nothing is known.

    Args:
        message: For people.
        reason: Machine-readable.
        metadata: Every dynamic part of the message by name.
    """
    tell = _HINTS.get(reason)
    return tell(message, metadata) if tell is not None else ""


def missing_parameter(message: str) -> str:
    """How to give a parameter of a query that has no value; empty for other messages."""
    found = _NO_VALUE.search(message)
    return f"give it one: `--param {found[1]}=VALUE`" if found else ""


def _running(_: str, metadata: Mapping[str, str]) -> str:
    number = metadata.get("operation", "").removeprefix("operations/")
    return f"`turnout operation wait {number}`, `turnout operation cancel {number}`"


def _shrinks(_: str, __: Mapping[str, str]) -> str:
    return "to take it all the same: the same with `--accept-shrink`"


def _not_static(message: str, metadata: Mapping[str, str]) -> str:
    if metadata.get("kind") != "dynamic" or "cannot be listed" not in message:
        return ""
    key = metadata.get("name", "").removeprefix("segments/")
    return f"its members as they are now: `turnout segment members export {key}`"


_HINTS: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "BAD_QUERY": lambda message, _: missing_parameter(message),
    "EVALUATION_RUNNING": _running,
    "NOT_STATIC": _not_static,
    "SHRINKS": _shrinks,
}
"""By the reason."""
