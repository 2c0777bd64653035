"""What an editor makes of a JSON Schema: as much of it as the schema of documents uses."""

import re
from typing import Any

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
READ = {
    "$ref", "additionalProperties", "anyOf", "const", "enum", "items", "maxItems", "maxLength",
    "maximum", "patternProperties", "minItems", "minLength", "minProperties", "minimum",
    "oneOf", "pattern",
    "properties", "propertyNames", "required", "type", "maxProperties",
}  # fmt: skip
TOLD = {"title", "description", "default", "examples", "$defs", "$schema", "format"}


def faults(value: Any, schema: Any, whole: dict[str, Any], path: str = "") -> list[str]:
    """Where a value does not fit."""
    if schema is True or schema == {}:
        return []
    if schema is False:
        return [f"{path} is not known"]
    unread = schema.keys() - READ - TOLD
    assert not unread, f"the schema says more than is read here: {unread}"
    found = [] if _is_of(value, schema) else [f"{path} is {value!r}"]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        found += faults(value, whole["$defs"][name], whole, path)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            tried = [faults(value, one, whole, path) for one in schema[several]]
            found += [] if any(not one for one in tried) else min(tried, key=len)
    if isinstance(value, dict):
        found += _fields(value, schema, whole, path)
    if isinstance(value, list):
        for at, one in enumerate(value):
            found += faults(one, schema.get("items", True), whole, f"{path}[{at}]")
    return found


def _fields(value: dict[str, Any], schema: Any, whole: dict[str, Any], path: str) -> list[str]:
    known = schema.get("properties", {})
    found = [f"{path} has no {name}" for name in schema.get("required", []) if name not in value]
    for name, one in value.items():
        inner = known.get(name, _by_pattern(name, schema))
        found += faults(one, inner, whole, f"{path}.{name}")
        found += faults(name, schema.get("propertyNames", True), whole, f"{path}.{name} as a name")
    return found


def _by_pattern(name: str, schema: Any) -> Any:
    for pattern, inner in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return inner
    return schema.get("additionalProperties", True)


def _is_of(value: Any, schema: Any) -> bool:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return (
        (not kinds or any(_is_kind(value, kind) for kind in kinds))
        and ("const" not in schema or value == schema["const"])
        and ("enum" not in schema or value in schema["enum"])
        and _fits(value, schema)
    )


def _fits(value: Any, schema: Any) -> bool:
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return False
    size = len(value) if isinstance(value, str | list | dict) else None
    word = {str: "Length", list: "Items", dict: "Properties"}.get(type(value), "imum")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    measured = value if number else size
    if measured is None:
        return True
    low, high = schema.get(f"min{word}"), schema.get(f"max{word}")
    return (low is None or measured >= low) and (high is None or measured <= high)


def _is_kind(value: Any, kind: str) -> bool:
    if kind in ("number", "integer"):
        wanted = int if kind == "integer" else int | float
        return isinstance(value, wanted) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])
