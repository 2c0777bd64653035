"""Facts about behaviour: section 6. They are supplied with the request."""

import json
import re

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
    parts = [word(written[aggregate])]
    if "property" in written:
        parts.append(word(written["property"]))
    if "where" in written:
        wanted = {name: wanted_value(written["where"][name]) for name in sorted(written["where"])}
        parts.append(f"where {plain(wanted)}")
    if "window" in written:
        days = int(written["window"].split()[1])
        rolling = " rolling" if written.get("rolling") else ""
        parts.append(f"last {days} day{'' if days == 1 else 's'}{rolling}")
    return f"event.{aggregate}({', '.join(parts)})"


def word(text):
    return text if re.fullmatch(r"[\w.:/-]+", text) else plain(text)


def wanted_value(value):
    """A value, or any of several: each once, sorted as they are written."""
    if not isinstance(value, list):
        return int(value) if isinstance(value, float) and value == int(value) else value
    texts = sorted({plain(wanted_value(one)) for one in value})
    several = [json.loads(text) for text in texts]
    return several[0] if len(several) == 1 else several


def plain(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
