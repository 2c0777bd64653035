"""Eppo's shards: ranges of whole numbers, several salts for one variant."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from turnout.compiler.parameters import Parameters, read_text
from turnout.compiler.shares import WHOLE, percent
from turnout.documents.names import nearest
from turnout.documents.problem import clip, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

_MOST = 256


def add_contiguous(
    salt: str, counted: Iterable[tuple[str, int]], names: Mapping[str, int], into: pb.Bucketing
) -> None:
    """One range after the other, all of one salt."""
    start = 0
    for name, count in counted:
        if count and name in names:
            shard = into.sharded.add(variant=names[name]).shards.add(salt=salt)
            shard.ranges.add(start=start, end=start + count)
        start += count


def add_shards(
    given: Parameters, weights: Mapping[str, int], names: Mapping[str, int], into: pb.Bucketing
) -> None:
    """Reads `shards: {green: [{salt: ..., ranges: [[0, 5000]]}]}`."""
    written = given["shards"]
    if not isinstance(written, dict):
        given.refuse(f"`shards` must be a mapping, not {describe(written)}", "shards")
        return
    for name in weights:
        if name not in written and weights[name]:
            given.refuse(f"the shards of `{clip(name)}` are missing", "shards")
    # The first variant that holds a unit has it: in the order of the split, which every way of
    # writing it keeps, and not of a mapping, which those by RPC do not.
    ordered = [one for one in weights if one in written]
    for name in (*ordered, *(one for one in written if one not in weights)):
        several = written[name]
        if name not in weights:
            hint = nearest(name, weights) or ": it has no share beside `bucketing`"
            given.refuse(f"`{clip(name)}` has shards here alone{hint}", "shards", name)
        elif not isinstance(several, list) or len(several) > _MOST:
            text = f"the shards of a variant are a list of at most {_MOST}, not {describe(several)}"
            given.refuse(text, "shards", name)
        else:
            into_variant = into.sharded.add(variant=names.get(name, 0))
            share = _add_several(given, several, name, into.total, into_variant)
            _compare(given, name, share, weights[name])


def _compare(given: Parameters, name: str, share: Fraction | None, weight: int) -> None:
    # It may be less: the shards of a variant before it may hold some of the units.
    if share is not None and share * WHOLE < weight - 1:
        text = (
            f"the shards of `{clip(name)}` hold {percent(round(share * WHOLE))} of all units, its "
            f"weight is {percent(weight)}: write the weight that it has"
        )
        given.refuse(text, "shards", name)


def _add_several(
    given: Parameters, several: list[Any], name: str, total: int, into: pb.ShardedVariant
) -> Fraction | None:
    """The share of the units that all of the shards hold; None when something is wrong."""
    held: dict[str, set[tuple[int, int]]] = {}
    share: Fraction | None = Fraction(1)
    for at, shard in enumerate(several):
        fault = _shard_fault(shard, total)
        if fault is None and shard["salt"] in held:
            fault = (
                f"two shards have the salt `{clip(shard['salt'])}`: write one, of what both hold"
            )
        if fault is not None:
            given.refuse(fault, "shards", name, at)
            share = None
            continue
        message = into.shards.add(salt=shard["salt"])
        ranges = sorted((start, end) for start, end in shard["ranges"])
        held[shard["salt"]] = set()
        for start, end in ranges:
            message.ranges.add(start=start, end=end)
        if share is not None:
            share *= Fraction(sum(end - start for start, end in ranges), total)
    return share


def _shard_fault(shard: object, total: int) -> str | None:
    shape = "a shard is `{salt: TEXT, ranges: [[START, END], ...]}`"
    if not isinstance(shard, dict) or shard.keys() != {"salt", "ranges"}:
        return shape
    try:
        read_text("salt", shard["salt"])
    except ValueError as error:
        return str(error)
    if not isinstance(shard["ranges"], list) or not shard["ranges"]:
        return f"{shape}: its ranges are {describe(shard['ranges'])}"
    last = 0
    if not all(_is_range(one, total) for one in shard["ranges"]):
        return f"a range is a pair of whole numbers, the first below the second, up to {total}"
    for start, end in sorted(map(tuple, shard["ranges"])):
        if start < last:
            return f"the range {start} to {end} overlaps the one before it"
        last = end
    return None


def _is_range(written: object, total: int) -> bool:
    return (
        isinstance(written, list)
        and len(written) == 2
        and all(isinstance(one, int) and not isinstance(one, bool) for one in written)
        and 0 <= written[0] < written[1] <= total
    )
