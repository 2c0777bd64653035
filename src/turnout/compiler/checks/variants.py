"""Finds prerequisites that no outcome meets together."""

from collections.abc import Iterator, Sequence

from turnout.compiler.checks.conditions import check_condition
from turnout.compiler.checks.terms import Group, Leaf, Term
from turnout.compiler.scope import VariantUse
from turnout.documents import Fault


def check_prerequisites(uses: Sequence[VariantUse]) -> Iterator[Fault]:
    """Yields a warning when the prerequisites of an item exclude each other."""
    parts: list[Term] = [
        Leaf((use.kind, use.key), use.condition, use.path, _shown(use))
        for use in uses
        if use.path[0] == "prerequisites"
    ]
    if len(parts) > 1:
        yield from check_condition(Group(True, tuple(parts)))


def _shown(use: VariantUse) -> str:
    name = "variant_is_not" if use.condition.negated else "variant_is"
    return f"`{use.kind} {use.key} {name} {', '.join(use.variants)}`"
