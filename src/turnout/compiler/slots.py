"""Conditions on where a unit falls: `bucket_between` and `share`."""

from typing import Any

from turnout.compiler.scope import Scope
from turnout.compiler.shares import read_share
from turnout.documents.problem import Path
from turnout.snapshot.v1 import snapshot_pb2 as pb

DEFAULT_UNIT = "user"

_SLOTS_PER_BUCKET = 1_000


def compile_bucket(scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression) -> None:
    """Writes `{bucket_between: [970, 999]}`, of the buckets of the workspace."""
    at = (*path, "bucket_between")
    pair = written["bucket_between"]
    if len(pair) != 2 or not all(0 <= one <= 999 for one in pair):
        message = "`bucket_between` takes two buckets from 0 to 999: write `[970, 999]` for 3 %"
        scope.refuse(at, message)
        return
    low, high = pair
    if low > high:
        scope.refuse(at, f"the buckets are reversed: write `[{high}, {low}]`")
        return
    into.slot.salt = f"user_bucket.{scope.surroundings.workspace_key}"
    into.slot.start = low * _SLOTS_PER_BUCKET
    into.slot.end = (high + 1) * _SLOTS_PER_BUCKET
    scope.units.append((into.slot, written.get("unit", DEFAULT_UNIT)))


def compile_share(scope: Scope, written: dict[str, Any], path: Path, into: pb.Expression) -> None:
    """Writes `{share: 10%}`, by the salt of the item or its own."""
    try:
        into.slot.end = read_share(written["share"])
    except ValueError as error:
        scope.refuse((*path, "share"), str(error))
        return
    into.slot.salt = f"{written.get('salt') or scope.salt}.share"
    scope.salts.setdefault(into.slot.salt, (*path, "salt" if "salt" in written else "share"))
    scope.units.append((into.slot, written.get("unit", DEFAULT_UNIT)))
