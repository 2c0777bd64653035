"""Weights as another system counts them, beside the percentages that people read."""

import math
from collections.abc import Mapping
from typing import Any

from turnout.compiler.parameters import Parameters
from turnout.compiler.shares import WHOLE, percent
from turnout.documents.names import nearest
from turnout.documents.problem import clip, describe

_MOST = 2**31 - 1


def read_weights(
    given: Parameters, shares: Mapping[str, int], *, fractions: bool
) -> dict[str, Any] | None:
    """Reads `weights: {red: 1, green: 2}`; None when something is wrong.

    Args:
        given: Holds `weights`.
        shares: The percentages beside them, in parts per million: they must agree.
        fractions: Such a weight may have a fraction.
    """
    written = given["weights"]
    if not isinstance(written, dict):
        given.refuse(f"`weights` must be a mapping, not {describe(written)}", "weights")
        return None
    sound = True
    for name, weight in written.items():
        if name not in shares:
            hint = nearest(name, shares) or ": it has no share beside `bucketing`"
            given.refuse(f"`{clip(name)}` is weighed here alone{hint}", "weights", name)
            sound = False
        elif not _is_weight(weight, fractions=fractions):
            kind = "number" if fractions else "whole number"
            text = f"a weight is a {kind} from 0 to {_MOST}, not {describe(weight)}"
            given.refuse(text, "weights", name)
            sound = False
    for name in shares:
        if name not in written:
            given.refuse(f"the weight of `{clip(name)}` is missing", "weights")
            sound = False
    if not sound:
        return None
    # In the order of the shares: running sums depend on it.
    weights = {name: written[name] for name in shares}
    if fault := agree(weights, shares):
        given.refuse(f"{fault}: the two must say the same", "weights")
        return None
    return weights


def agree(weights: Mapping[str, float], shares: Mapping[str, int]) -> str | None:
    """Why weights do not make the shares that stand beside them, up to the last place."""
    total = math.fsum(weights.values())
    if not 0 < total <= _MOST:
        return f"the weights add up to {total:g}"
    for name, weight in weights.items():
        if abs(weight / total * WHOLE - shares[name]) > 1:
            made = percent(round(weight / total * WHOLE))
            return f"`{clip(name)}` has {made} of the weights and {percent(shares[name])} beside"
    return None


def _is_weight(weight: object, *, fractions: bool) -> bool:
    kinds = (int, float) if fractions else (int,)
    return isinstance(weight, kinds) and not isinstance(weight, bool) and 0 <= weight <= _MOST
