"""Slots and who owns them: section 7."""

import hashlib

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
    if not history:
        return contiguous(weights)
    before = {name: list(map(read_range, texts)) for name, texts in history.items()}
    return reweighted(before, {name: ppm(share) for name, share in weights.items()})


def reweighted(ranges, targets):
    """The ranges after a change of weights that moves the least possible.

    Args:
        ranges: {variant: [(start, end)]} as they were.
        targets: {variant: slots} as they shall be; a variant that is not there is removed.
    """
    owned = {name: sorted(ranges.get(name, [])) for name in targets}
    for name, target in targets.items():  # (b) the high end of the last range goes first
        while _size(owned[name]) > target:
            start, end = owned[name].pop()
            kept = end - min(end - start, _size(owned[name]) + end - start - target)
            if start < kept:
                owned[name].append((start, kept))
    free = _free(owned)
    for name in sorted(targets):  # (c) in key order, the lowest free slots
        while _size(owned[name]) < targets[name]:
            start, end = free.pop(0)
            taken = min(end, start + targets[name] - _size(owned[name]))
            owned[name].append((start, taken))
            if taken < end:
                free.insert(0, (taken, end))
    return {name: _merged(sorted(parts)) for name, parts in owned.items()}  # (d)


def _size(ranges):
    return sum(end - start for start, end in ranges)


def _free(owned):
    """What nobody owns, in order."""
    taken = sorted(part for parts in owned.values() for part in parts)
    starts = [0, *(end for _, end in taken)]
    ends = [*(start for start, _ in taken), SLOTS]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _merged(ranges):
    merged = []
    for start, end in ranges:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
