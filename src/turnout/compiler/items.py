"""Compiles one item as written, once for the same surroundings."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from turnout.compiler.experiments import compile_experiment
from turnout.compiler.flags import compile_flag
from turnout.compiler.holdouts import compile_holdout
from turnout.compiler.layers import compile_layer
from turnout.compiler.queries import compile_query
from turnout.compiler.scope import CompiledItem, Scope, Surroundings
from turnout.compiler.segments import compile_segment
from turnout.documents import Fault, Invalid, WrittenItem, validate_item
from turnout.documents.names import KEY_PATTERN
from turnout.documents.problem import clip
from turnout.documents.validation import KEY_RULE

_COMPILERS: dict[str, Callable[[Scope, str, Any], CompiledItem]] = {
    "segment": compile_segment,
    "flag": compile_flag,
    "experiment": compile_experiment,
    "layer": compile_layer,
    "holdout": compile_holdout,
    "query": compile_query,
}
_KEY = re.compile(KEY_PATTERN)


class Outcome(NamedTuple):
    """An item compiled, or what is wrong with it; paths from the item."""

    item: CompiledItem | None
    faults: list[Fault]
    unsound: CompiledItem | None = None
    """What could be compiled of an item with faults: its references are looked at all the same."""


def compile_item(written: WrittenItem, surroundings: Surroundings) -> Outcome:
    """Compiles an item. An unchanged one in the same surroundings is not compiled again."""
    kept: tuple[Surroundings, Outcome] | None = written.compiled
    if kept and kept[0] == surroundings:
        return kept[1]
    outcome = _compile(written, surroundings)
    written.compiled = (surroundings, outcome)
    return outcome


def is_key(key: str) -> bool:
    """Whether an item may have this key."""
    return _KEY.fullmatch(key) is not None


def _compile(written: WrittenItem, surroundings: Surroundings) -> Outcome:
    faults = list(written.faults)
    if not is_key(written.key):
        text = f"a key has {KEY_RULE}, not `{clip(written.key)}`"
        faults.append(Fault((), text, at_key=True))
    if faults:
        return Outcome(None, faults)  # what follows from them is no second problem
    try:
        document = validate_item(written.kind, written.raw)
    except Invalid as invalid:
        return Outcome(None, invalid.faults)
    scope = Scope(surroundings)
    item = _COMPILERS[written.kind](scope, written.key, document)
    item.written = written.raw
    if scope.faults:
        return Outcome(None, scope.faults, item)
    return Outcome(item, [])
