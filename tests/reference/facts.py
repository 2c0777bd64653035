"""Facts about behaviour: section 6. They are supplied with the request."""

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
    """The attribute under which the request supplies it."""
    parts = [written[aggregate]]
    if "property" in written:
        parts.append(written["property"])
    parts += [f"{name} = {value}" for name, value in sorted(written.get("where", {}).items())]
    if "window" in written:
        parts.append(written["window"])
    return f"event.{aggregate}({', '.join(parts)})"
