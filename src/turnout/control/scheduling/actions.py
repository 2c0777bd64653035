"""The closed list of what can be scheduled: between messages, what the store keeps, and items."""

from collections.abc import Callable, Mapping
from typing import Any

from turnout.compiler.history import Identity
from turnout.control.access import Caller
from turnout.control.calls import Call
from turnout.control.failures import InvalidArgument
from turnout.control.scheduling.verbs import fields_of, move_message, read_move
from turnout.control.services.items import ItemService
from turnout.control.services.resources import Body, answer_of
from turnout.control.v1 import schedule_pb2 as pb
from turnout.documents.names import identity_in, nearest, with_article
from turnout.documents.problem import clip
from turnout.store import Item, ScheduledChange, Transaction

METHOD = "CarryOutScheduledChange"
"""What the log calls it when something is done that was scheduled."""

Action = dict[str, Any]
"""As the store keeps it."""

_FIELD = "scheduled_change"
_OF_KIND = {"traffic": "experiment", "weights": "experiment", "split": "flag"}


def read_action(kind: str, change: pb.ScheduledChange) -> Action:
    """What the store keeps of the action of a request.

    Raises:
        InvalidArgument: There is none, or none for this kind.
    """
    chosen = change.WhichOneof("action")
    if chosen is None:
        text = "what to do is missing: `move`, `traffic`, `weights` or `split`"
        raise InvalidArgument(_FIELD, text)
    if (wanted := _OF_KIND.get(chosen, kind)) != kind:
        text = f"`{chosen}` is for {wanted}s, and this is {with_article(kind)}"
        raise InvalidArgument(f"{_FIELD}.{chosen}", text)
    if chosen == "move":
        return read_move(kind, change.move)
    if chosen == "traffic":
        return {"traffic": change.traffic}
    if chosen == "weights":
        return {"weights": _shares(change.weights.weights, f"{_FIELD}.weights.weights")}
    split = _shares(change.split.split, f"{_FIELD}.split.split")
    return {"rule": change.split.rule, "split": split}


def fill_action(action: Mapping[str, Any], change: pb.ScheduledChange) -> None:
    """Writes a kept action into a message."""
    if "verb" in action:
        change.move.CopyFrom(move_message(action))
    elif "traffic" in action:
        change.traffic = action["traffic"]
    elif "weights" in action:
        _fill(action["weights"], change.weights.weights)
    else:
        change.split.rule = action["rule"]
        _fill(action["split"], change.split.split)


def do_action(
    tx: Transaction, caller: Caller, service: ItemService, item: Item, action: Mapping[str, Any]
) -> None:
    """Does to an item what was scheduled, as its own RPC would.

    Raises:
        InvalidArgument: The item has no such variant or rule, or would not compile.
        Forbidden: Its status does not allow it.
        FailedPrecondition: Something else stands in the way.
        PermissionDenied: The caller may not write it.
    """
    call = Call(METHOD, caller, "")
    if "verb" in action:
        verb = action["verb"]
        method = f"{verb}{service.kind.capitalize()}"
        request = answer_of(service.kind, f"{method}Request", name=item.name, **fields_of(action))
        service.move(tx, call, verb, request)
        return
    service.refuse_archived(item)
    change = next(_BODIES[name] for name in _BODIES if name in action)
    service.edit(tx, call, item, change(item.body, action))


def identity_of(change: ScheduledChange) -> Identity:
    """The kind and key of the item that a change is scheduled for."""
    identity = identity_in(change.item)
    assert identity is not None  # noqa: S101 - it was read by this when it was scheduled
    return identity


def _shares(given: Any, field: str) -> dict[str, str]:  # noqa: ANN401 - a repeated field
    found: dict[str, str] = {}
    for at, one in enumerate(given):
        if one.variant in found:
            text = f"`{clip(one.variant)}` is given twice"
            raise InvalidArgument(f"{field}[{at}].variant", text)
        found[one.variant] = one.share
    if not found:
        raise InvalidArgument(field, "shares are missing")
    return found


def _fill(shares: Mapping[str, str], message: Any) -> None:  # noqa: ANN401 - a repeated field
    for variant, share in shares.items():
        message.add(variant=variant, share=share)


def _with_traffic(body: Body, action: Mapping[str, Any]) -> Body:
    return {**body, "traffic": action["traffic"]}


def _with_weights(body: Body, action: Mapping[str, Any]) -> Body:
    variants = dict(body["variants"])
    for at, (name, weight) in enumerate(action["weights"].items()):
        if name not in variants:
            text = f"unknown variant `{clip(name)}`{nearest(name, variants)}"
            field = f"weights.weights[{at}].variant"
            raise InvalidArgument(field, text, reason="UNKNOWN_VARIANT")
        variants[name] = {**variants[name], "weight": weight}
    return {**body, "variants": variants}


def _with_split(body: Body, action: Mapping[str, Any]) -> Body:
    rules = list(body.get("rules", ()))
    names = [rule.get("name") for rule in rules]
    wanted = action["rule"]
    if not wanted or wanted not in names:
        hint = nearest(wanted, [name for name in names if name])
        text = f"there is no rule called `{clip(wanted)}`{hint}"
        raise InvalidArgument("split.rule", text, reason="UNKNOWN_RULE")
    at = names.index(wanted)
    if "split" not in rules[at]:
        text = f"rule `{clip(wanted)}` has no split that could be replaced"
        raise InvalidArgument("split.rule", text, reason="NO_SPLIT")
    rules[at] = {**rules[at], "split": action["split"]}
    return {**body, "rules": rules}


_BODIES: Mapping[str, Callable[[Body, Mapping[str, Any]], Body]] = {
    "traffic": _with_traffic,
    "weights": _with_weights,
    "split": _with_split,
}
