"""Which items a caller may write whose token is limited to some."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from turnout.control.access import Caller
from turnout.control.failures import PermissionDenied
from turnout.store import Transaction

Body = Mapping[str, Any]

TagsOf = Callable[[str], Iterable[str]]
"""Gives the tags of an experiment by its key."""

_HOLDOUT = "holdouts/"


def require_reach(caller: Caller, name: str, *bodies: Body, tags_of: TagsOf) -> None:
    """Lets a caller through who may write an item.

    Args:
        caller: Who writes.
        name: Of the item, for example `flags/new-checkout`.
        *bodies: The item before, and as it shall be: each must be reached.
        tags_of: Of experiments that a holdout names: it decides about these, too.

    Raises:
        PermissionDenied: It lies beyond the token's limits.
    """
    if not caller.is_limited:
        return
    key = name.rpartition("/")[2]
    if not all(caller.reaches(key, body.get("tags", ())) for body in bodies):
        raise _out_of_reach(caller, name)
    if name.startswith(_HOLDOUT):
        for body in bodies:
            _require_scope(caller, name, body.get("scope"), tags_of)


def require_reach_in(tx: Transaction, caller: Caller, name: str, *bodies: Body) -> None:
    """Lets a caller through who may write an item of the store; see `require_reach`."""
    require_reach(caller, name, *bodies, tags_of=lambda key: tags_in(tx, key))


def tags_in(tx: Transaction, key: str) -> Iterable[str]:
    """The tags that an experiment has in the store; none when there is no such experiment."""
    experiment = tx.items.find("experiment", key)
    return experiment.body.get("tags", ()) if experiment else ()


def require_no_limits(caller: Caller, what: str) -> None:
    """Lets a caller through whose token is not limited to some items.

    Raises:
        PermissionDenied: It is.
    """
    if caller.is_limited:
        raise _out_of_reach(caller, what)


def _require_scope(caller: Caller, name: str, scope: object, tags_of: TagsOf) -> None:
    match scope:
        case {"experiments": [*keys]}:
            beyond = [f"`{key}`" for key in keys if not caller.reaches(key, tags_of(key))]
        case {"tags": [*tags]}:
            beyond = [f"all with the tag `{tag}`" for tag in tags if tag not in caller.tags]
        case _:
            beyond = ["all"]
    if beyond:
        held = f"it holds units out of experiments beyond ({', '.join(beyond)})"
        remedy = "name experiments within the limits, or use a token without any"
        raise _out_of_reach(caller, name, f", and {held}: {remedy}")


def _out_of_reach(caller: Caller, name: str, more: str = "") -> PermissionDenied:
    prefixes = ", ".join(f"`{one}`" for one in caller.key_prefixes)
    tags = ", ".join(f"`{one}`" for one in caller.tags)
    limits = [text for text in (prefixes and f"keys that start with {prefixes}",
                                tags and f"the tags {tags}") if text]  # fmt: skip
    limited = f"its writes are limited to {' or '.join(limits)}"
    return PermissionDenied(
        "OUT_OF_REACH",
        f"`{caller.actor}` may not write `{name}`: {limited}{more}",
        name=name,
        actor=caller.actor,
    )
