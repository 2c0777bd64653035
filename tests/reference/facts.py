"""Facts about behaviour: section 6. They are supplied with the request."""

import json

NOT_KNOWN = object()
AGGREGATES = ("count", "sum", "min", "max", "avg", "first_at", "last_at")


def fact(written, ctx):
    """The name of a fact, its type, and its value: None for UNSET, or `NOT_KNOWN`."""
    (aggregate,) = set(written) & set(AGGREGATES)
    name = canonical_name(aggregate, written)
    kind = "datetime" if aggregate in ("first_at", "last_at") else "number"
    if name in ctx.attributes:
        return name, kind, ctx.attributes[name]
    if name in ctx.unknown or not ctx.events_reached:
        return name, kind, NOT_KNOWN
    return name, kind, 0 if aggregate in ("count", "sum") else None


def canonical_name(aggregate, written):
    """The attribute under which the request supplies it, for plain names and values."""
    parts = [written[aggregate]]
    if "property" in written:
        parts.append(written["property"])
    if "where" in written:
        wanted = dict(sorted(written["where"].items()))
        parts.append(f"where {json.dumps(wanted, separators=(',', ':'))}")
    if "window" in written:
        parts.append(written["window"] + (" rolling" if written.get("rolling") else ""))
    return f"event.{aggregate}({', '.join(parts)})"
