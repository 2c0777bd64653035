"""Slots that move the least: the ranges that a write leaves in the body of an item."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from turnout.compiler.allocation import Owned, contiguous, reallocate
from turnout.compiler.ranges import read_ranges
from turnout.compiler.shares import WHOLE, read_share, write_range

Body = dict[str, Any]
Ranges = dict[str, list[str]]
"""By variant, as documents write them."""

ASLEEP = frozenset({"draft", "archived"})
"""Statuses in which an item has no units that could lose their variant."""


def with_ranges(
    kind: str, body: Body, status: str, before: Body | None = None, status_before: str = "draft"
) -> Body:
    """Gives a body in which every split and experiment owns its slots.

    Where the weights are others than before, as few slots as possible change their owner. A draft
    has no units yet: it gets ranges when it starts. What is wrong is left for the check.

    Args:
        kind: Of the item; only flags and experiments have slots.
        body: The new body, without `status`; it is not changed.
        status: The new one.
        before: The body that is replaced; None for a new item.
        status_before: Its status.
    """
    if kind == "flag":
        return _flag(body, status, before or {}, status_before)
    if kind == "experiment":
        # A new epoch assigns everybody anew: nothing is to be kept.
        afresh = before is not None and before.get("epoch", 1) != body.get("epoch", 1)
        old = _Old.of(before, "variants", status_before, afresh=afresh)
        return _settled(body, "variants", status, old)
    return body


class _Old(NamedTuple):
    """What owned the slots before."""

    written: object
    """The ranges as they stood in the body."""
    owned: object
    """Those to be kept; None where nothing is."""

    @classmethod
    def of(cls, old: Body | None, weights: str, status: str, *, afresh: bool) -> "_Old":
        if old is None:
            return cls(None, None)
        written = old.get("ranges")
        if afresh or old.get("bucketing") is not None:
            return cls(written, None)
        if written is None and status not in ASLEEP:
            return cls(None, _allocated(old, weights, None))
        return cls(written, written)


def _flag(body: Body, status: str, before: Body, status_before: str) -> Body:
    rules = body.get("rules")
    if not isinstance(rules, list):
        return body
    settled = []
    for at, rule in enumerate(rules):
        if not _is_split(rule):
            settled.append(rule)
            continue
        same = _same_rule(rule, at, len(rules), before.get("rules"))
        afresh = same is not None and same.get("salt") != rule.get("salt")
        old = _Old.of(same, "split", status_before, afresh=afresh)
        settled.append(_settled(rule, "split", status, old))
    return {**body, "rules": settled}


def _settled(written: Body, weights: str, status: str, old: _Old) -> Body:
    """A split or an experiment with the ranges that it shall have."""
    if written.get("bucketing") is not None:
        return written
    brought = written.get("ranges")
    base = old.owned if brought is None or brought == old.written else brought
    if base is None and status in ASLEEP:
        return _placed(written, None, weights)
    ranges = _allocated(written, weights, base)
    return written if ranges is None else _placed(written, ranges, weights)


def _allocated(written: Body, weights: str, ranges: object) -> Ranges | None:
    """The ranges that weights come to; None when something is wrong."""
    try:
        shares = {name: read_share(share) for name, share in _weights(written[weights]).items()}
    except (ValueError, AttributeError, KeyError):
        return None
    total = sum(shares.values())
    if total > WHOLE or (weights == "split" and total != WHOLE):
        return None
    owned = contiguous(shares)
    if ranges:
        wrong: list[str] = []
        found = read_ranges(lambda message, *_: wrong.append(message), ranges, ())
        if wrong:
            return None
        owned = reallocate(_by_name(found), shares)
    return {name: [write_range(*one) for one in slots] for name, slots in owned.items() if slots}


def _weights(written: Mapping[str, Any]) -> dict[str, Any]:
    """Shares by variant, of a split or of the variants of an experiment."""
    return {
        name: one.get("weight") if isinstance(one, dict) else one for name, one in written.items()
    }


def _by_name(found: list[tuple[int, int, str]]) -> Owned:
    owned: Owned = {}
    for start, end, name in found:
        owned.setdefault(name, []).append((start, end))
    return owned


def _placed(written: Body, ranges: Ranges | None, after: str) -> Body:
    """The body with its ranges where people look for them: behind the weights."""
    placed: Body = {}
    for name, value in written.items():
        if name != "ranges":
            placed[name] = value
        if name == after and ranges:
            placed["ranges"] = ranges
    return placed


def _is_split(rule: object) -> bool:
    return isinstance(rule, dict) and isinstance(rule.get("split"), dict)


def _same_rule(rule: Body, at: int, count: int, before: object) -> Body | None:
    """What a rule was before: by its name, else by its condition, else by its place."""
    if not isinstance(before, list):
        return None
    splits: list[Body] = [one for one in before if _is_split(one)]
    if "name" in rule:
        return next((one for one in splits if one.get("name") == rule["name"]), None)
    unnamed: list[Body] = [one for one in splits if "name" not in one]
    alike = [one for one in unnamed if one.get("when") == rule.get("when")]
    if len(alike) == 1:
        return alike[0]
    same_place = before[at : at + 1] if count == len(before) else []
    return next((one for one in unnamed if one in same_place), None)
