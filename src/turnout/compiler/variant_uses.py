"""A flag or an experiment that must come out as a variant: prerequisites and conditions."""

from collections.abc import Mapping
from typing import Any

from turnout.compiler.scope import Scope, VariantUse
from turnout.compiler.text import is_text
from turnout.documents.problem import Path, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

ITEMS = ("flag", "experiment")
OPERATORS = ("variant_is", "variant_is_not")

EXAMPLE = "write `{flag: KEY, variant_is: NAME}`"


def refer_to_variant(
    scope: Scope, written: Mapping[str, Any], path: Path, into: pb.VariantCondition
) -> None:
    """Makes a condition stand for the variant of a flag or an experiment.

    Whether the item and its variants are there is looked at when all items are known.

    Args:
        scope: Takes the reference, and what is wrong.
        written: With `flag` or `experiment`, and `variant_is` or `variant_is_not`.
        path: Where it stands.
        into: Its item is set when everything is known.
    """
    kind = _one_of(scope, written, ITEMS, path)
    operator = _one_of(scope, written, OPERATORS, path)
    if kind is None or operator is None:
        return
    variants = _variants(scope, operator, written[operator], (*path, operator))
    into.negated = operator == "variant_is_not"
    into.variants.extend(sorted(variants))
    scope.variants.append(VariantUse(kind, written[kind], (*path, kind), variants, into))


def _variants(scope: Scope, operator: str, written: object, path: Path) -> dict[str, Path]:
    """The names, and where each stands."""
    if written == []:
        scope.refuse(path, f"`{operator}` is empty: name at least one variant")
    places = [(*path, at) for at in range(len(written))] if isinstance(written, list) else [path]
    variants: dict[str, Path] = {}
    for place, name in zip(
        places, written if isinstance(written, list) else [written], strict=True
    ):
        if isinstance(name, str) and name and is_text(name):
            variants.setdefault(name, place)
            continue
        hint = ": write it in quotes" if isinstance(name, bool | int | float) else ""
        message = f"`{operator}` takes the name of a variant, not {describe(name)}{hint}"
        scope.refuse(place, message)
    return variants


def _one_of(
    scope: Scope, written: Mapping[str, Any], names: tuple[str, ...], path: Path
) -> str | None:
    found = [name for name in names if name in written]
    if len(found) == 1:
        return found[0]
    listed = " and ".join(f"`{name}`" for name in names)
    if found:
        scope.refuse(path, f"{listed} stand in one condition: keep one of them")
    else:
        scope.refuse(path, f"neither {listed.replace(' and ', ' nor ')} is here: {EXAMPLE}")
    return None
