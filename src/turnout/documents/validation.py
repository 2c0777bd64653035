"""Holds a plain value against the shape of its kind, and says what is wrong in our words."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from turnout.documents.conditions import CONDITION_FIELDS, SeveralSegments
from turnout.documents.models import (
    MODELS,
    AttributeDocument,
    ItemDocument,
    RuleDocument,
    VariantDocument,
    WorkspaceDocument,
)
from turnout.documents.names import LATER_FIELDS, LATER_TYPES, nearest
from turnout.documents.problem import Fault, Path, clip, describe

_CONDITION_HOLDERS = frozenset({"when", "match", "audience"})
_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "bool_type": "`true` or `false`",
    "string_type": "text",
    "int_type": "a whole number",
}


class Invalid(Exception):  # noqa: N818 - named for its situation
    """A value does not have the shape of its kind."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


def validate_item(kind: str, written: Any) -> ItemDocument:
    """Reads an item as written.

    Raises:
        Invalid: With paths from the item.
    """
    found: ItemDocument = _validate(MODELS[kind], kind, written)
    return found


def validate_workspace(written: Any) -> WorkspaceDocument:
    """Reads the section `workspace`; raises `Invalid` with paths from it."""
    found: WorkspaceDocument = _validate(WorkspaceDocument, "workspace", written)
    return found


def validate_attribute(written: Any) -> AttributeDocument:
    """Reads one attribute, `string` or `{type: string, ...}`; raises `Invalid`."""
    long = {"type": written} if isinstance(written, str) else written
    found: AttributeDocument = _validate(AttributeDocument, "attribute", long)
    return found


def _validate(model: type[BaseModel], kind: str, written: Any) -> Any:
    try:
        return model.model_validate(written)
    except ValidationError as error:
        short = kind == "attribute" and isinstance(written, dict)
        faults = [_fault(kind, one) for one in error.errors(include_url=False)]
        raise Invalid(faults if not short else faults) from None


def _fault(kind: str, error: Mapping[str, Any]) -> Fault:
    path: Path = error["loc"]
    code, given = error["type"], error["input"]
    if path and path[-1] == "[key]":
        return Fault(path[:-1], f"{_text(code, path[-2], error)}", at_key=True)
    if code == "extra_forbidden":
        return Fault(path, unknown_field(str(path[-1]), _room(kind, path[:-1])), at_key=True)
    if code == "missing":
        return Fault(path[:-1], f"`{path[-1]}` is missing")
    return Fault(path, _text(code, given, error))


def _text(code: str, given: Any, error: Mapping[str, Any]) -> str:
    if code in _EXPECTED:
        message = f"must be {_EXPECTED[code]}, not {describe(given)}"
        scalar = isinstance(given, bool | int | float)
        return f"{message}: write it in quotes" if code == "string_type" and scalar else message
    match code:
        case "literal_error":
            return _choice(given, error["ctx"]["expected"])
        case "string_pattern_mismatch":
            return f"{describe(given)} must be 1 to 96 letters without accents, digits, `.`, `_` or `-`"
        case "string_too_short" | "too_short":
            return "must not be empty"
        case "string_too_long":
            return f"{describe(given)} is longer than {error['ctx']['max_length']} characters"
        case "string_unicode":
            return "must be text that UTF-8 can hold"
    message = str(error["msg"])
    return message[:1].lower() + message[1:]


def _choice(given: Any, expected: str) -> str:
    known = [word for word in expected.split("'") if word.isidentifier() and word != "or"]
    if isinstance(given, str) and (given in LATER_TYPES or given == "dynamic"):
        return f"`{given}` is not built yet"
    listed = ", ".join(f"`{word}`" for word in known)
    hint = nearest(given, known) if isinstance(given, str) else ""
    return f"{describe(given)} is not one of {listed}{hint}"


def unknown_field(name: str, room: str) -> str:
    """Says that a field is not known in a room, such as `rule`, or not built yet."""
    if name in LATER_FIELDS.get(room, ()):
        return f"`{name}` is not built yet"
    kind = "operator or field of a condition" if room == "condition" else f"field of a {room}"
    hint = nearest(name, _fields(room))
    return f"unknown field `{clip(name)}`" + (hint or f": it is no {kind}")


def _room(kind: str, path: Path) -> str:
    """What the mapping at a path of an item is."""
    for step, name in enumerate(path):
        if name in _CONDITION_HOLDERS and (step == 0 or path[0] == "rules"):
            return "list of segments" if path[-1] == "include" else "condition"
    if len(path) == 2 and path[0] == "rules":
        return "rule"
    if len(path) == 2 and path[0] == "variants":
        return "variant"
    return kind


@cache
def _fields(room: str) -> tuple[str, ...]:
    models: dict[str, type[BaseModel]] = {
        **MODELS,
        "rule": RuleDocument,
        "variant": VariantDocument,
        "attribute": AttributeDocument,
        "workspace": WorkspaceDocument,
        "list of segments": SeveralSegments,
    }
    if room == "condition":
        return CONDITION_FIELDS
    return tuple(models[room].model_fields)
