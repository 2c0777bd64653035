"""Whether the parameters that a segment gives are those of its query."""

from collections.abc import Iterator, Mapping

from turnout.compiler.candidates import Candidate
from turnout.compiler.history import Identity
from turnout.compiler.scope import CompiledItem, QueryShape, QueryUse
from turnout.documents import Fault
from turnout.documents.names import nearest
from turnout.documents.problem import clip

Candidates = Mapping[Identity, Candidate]


def query_faults(use: QueryUse, candidates: Candidates) -> Iterator[Fault]:
    """Yields a fault for each parameter that the query does not name, or that has no value."""
    shape = _shape(use, candidates)
    if shape is None:
        return
    for name in _unnamed(use, shape):
        hint = nearest(name, sorted(shape.named or ())) or _listed(shape)
        text = f"query `{use.key}` has no parameter `{clip(name)}`{hint}"
        yield Fault(("parameters", name), text, at_key=True)
    for name, is_null in use.given.items():
        if is_null and name in shape.required:
            yield Fault(("parameters", name), f"parameter `{name}` needs a value here")
    for name in sorted(_without_value(use, shape)):
        yield Fault(use.path, f"query `{use.key}` needs a value for `{name}`: add `parameters`")


def changed_query(
    candidate: Candidate, compiled: CompiledItem, candidates: Candidates
) -> Iterator[tuple[Identity, Fault]]:
    """Yields why a changed query no longer fits a segment that nobody touched."""
    use = compiled.query
    target = candidates.get(("query", use.key)) if use else None
    if use is None or target is None or not target.may_fall_back:
        return
    shape = _shape(use, candidates)
    if shape is None:
        return
    for name in _unnamed(use, shape):
        text = f"segment `{candidate.key}` gives parameter `{name}`: keep it, or change that first"
        yield target.identity, Fault(("parameters",), text)
    for name in sorted(_without_value(use, shape)):
        text = f"segment `{candidate.key}` gives no `{name}`: write a value, or change that first"
        yield target.identity, Fault(("parameters", name), text)


def _shape(use: QueryUse, candidates: Candidates) -> QueryShape | None:
    target = candidates.get(("query", use.key))
    message = target.compiled.message if target and target.compiled else None
    return message if isinstance(message, QueryShape) else None


def _unnamed(use: QueryUse, shape: QueryShape) -> list[str]:
    return [] if shape.named is None else [name for name in use.given if name not in shape.named]


def _without_value(use: QueryUse, shape: QueryShape) -> frozenset[str]:
    return shape.required - use.given.keys()


def _listed(shape: QueryShape) -> str:
    if not shape.named:
        return ": it has none"
    return ": it has " + ", ".join(f"`{name}`" for name in sorted(shape.named)[:10])
