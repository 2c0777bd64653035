"""Slots and who owns them: section 7."""

import hashlib
import json
from functools import cache

SLOTS = 1_000_000


def slot(salt, unit_id):
    """0 to 999,999."""
    first = hashlib.sha256(f"b1:{salt}:{unit_id}".encode()).digest()[:4]
    return (int.from_bytes(first, "big") * SLOTS) >> 32


def ppm(share):
    """`25%` in parts per million, exactly."""
    whole, _, part = share.removesuffix("%").partition(".")
    return int(whole) * 10_000 + int((part + "0000")[:4])


def read_range(text):
    """`0%-30%` as a half-open pair of slots."""
    start, end = text.split("-")
    return ppm(start), ppm(end)


def contiguous(weights):
    """Ranges in the order of writing: {variant: [(start, end)]}."""
    ranges, start = {}, 0
    for variant, weight in weights.items():
        ranges[variant] = [(start, start + ppm(weight))] if ppm(weight) else []
        start += ppm(weight)
    return ranges


def owner(ranges, at):
    """Who owns a slot, or None."""
    for name, owned in ranges.items():
        if any(start <= at < end for start, end in owned):
            return name
    return None


def owned_now(history, weights):
    """Who owns what: contiguous, else what the history and the weights as written make of it."""
    return _owned_now(json.dumps(history), json.dumps(weights))


@cache
def _owned_now(history, weights):
    ranges, shares = json.loads(history), json.loads(weights)
    if not ranges:
        return contiguous(shares)
    before = {name: list(map(read_range, texts)) for name, texts in ranges.items()}
    return reweighted(before, {name: ppm(share) for name, share in shares.items()})


def reweighted(ranges, targets):
    """The ranges after a change of weights that moves the least possible.

    Args:
        ranges: {variant: [(start, end)]} as they were.
        targets: {variant: slots} as they shall be; a variant that is not there is removed.
    """
    owned = {name: _slots(ranges.get(name, [])) for name in targets}
    for name, target in targets.items():  # (b) the high end of the last range goes first
        owned[name] = owned[name][:target]
    taken = {at for slots in owned.values() for at in slots}
    free = (at for at in range(SLOTS) if at not in taken)
    for name in sorted(targets):  # (c) in key order, the lowest free slots
        while len(owned[name]) < targets[name]:
            owned[name].append(next(free))
    return {name: _merged(sorted(slots)) for name, slots in owned.items()}  # (d)


def _slots(ranges):
    return [at for start, end in sorted(ranges) for at in range(start, end)]


def _merged(slots):
    merged = []
    for at in slots:
        if merged and merged[-1][1] == at:
            merged[-1] = (merged[-1][0], at + 1)
        else:
            merged.append((at, at + 1))
    return merged
