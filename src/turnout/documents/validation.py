"""Holds a plain value against the shape of its kind, and says what is wrong in our words."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from turnout.documents.conditions import CONDITION_FIELDS, EventDocument, SeveralSegments
from turnout.documents.models import (
    MODELS,
    AttributeDocument,
    HoldoutScope,
    ItemDocument,
    PrerequisiteDocument,
    RuleDocument,
    VariantDocument,
    WorkspaceDocument,
)
from turnout.documents.names import (
    KEY_PATTERN,
    MAX_KEY_LENGTH,
    PARAMETER_PATTERN,
    nearest,
    with_article,
)
from turnout.documents.problem import Fault, Path, clip, describe

_CONDITION_HOLDERS = frozenset({"when", "match", "audience"})
_CONDITION_ROOMS: dict[str | int, str] = {"include": "list of segments", "event": "event"}
_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "bool_type": "`true` or `false`",
    "string_type": "text",
    "int_type": "a whole number",
}
_ELSEWHERE = {
    ("experiment", "holdouts"): "a holdout says in its `scope` which experiments it is for",
    ("flag", "holdouts"): "a holdout is for experiments",
    ("rule", "prerequisites"): "write `{flag: KEY, variant_is: NAME}` into its `when`",
}
"""Where something is written that people look for somewhere else, by room and field."""

KEY_RULE = (
    f"1 to {MAX_KEY_LENGTH} characters, each a letter without accent, a digit, `.`, `_` or `-`"
)

_RULES = {
    KEY_PATTERN: KEY_RULE,
    PARAMETER_PATTERN: "1 to 63 letters without accent, digits and `_`, no digit first",
}


class Invalid(Exception):  # noqa: N818 - named for its situation
    """A value does not have the shape of its kind."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


def validate_item(kind: str, written: object) -> ItemDocument:
    """Reads an item as written.

    Raises:
        Invalid: With paths from the item.
    """
    found: ItemDocument = _validate(MODELS[kind], kind, written)
    return found


def validate_workspace(written: object) -> WorkspaceDocument:
    """Reads the section `workspace`; raises `Invalid` with paths from it."""
    found: WorkspaceDocument = _validate(WorkspaceDocument, "workspace", written)
    return found


def validate_attribute(written: object) -> AttributeDocument:
    """Reads one attribute, `string` or `{type: string, ...}`; raises `Invalid`."""
    long = {"type": written} if isinstance(written, str) else written
    found: AttributeDocument = _validate(AttributeDocument, "attribute", long)
    return found


def _validate(model: type[BaseModel], kind: str, written: object) -> Any:  # noqa: ANN401 - of the model's type
    try:
        return model.model_validate(written)
    except ValidationError as error:
        raise Invalid(_fault(kind, one) for one in error.errors(include_url=False)) from None


def _fault(kind: str, error: Mapping[str, Any]) -> Fault:
    path: Path = error["loc"]
    if path and path[-1] == "[key]":
        message = f"a name in {_subject(kind, path[:-2])} {_text(error)}"
        return Fault(path[:-1], message, at_key=True)
    match error["type"]:
        case "extra_forbidden":
            message = unknown_field(str(path[-1]), _room(kind, path[:-1]))
            return Fault(path, message, at_key=True)
        case "missing":
            return Fault(path[:-1], f"`{path[-1]}` is missing")
        case "told":
            return Fault(path, error["msg"])
        case "literal_error":
            return Fault(path, _choice(error["input"], error["ctx"]["expected"]))
    return Fault(path, f"{_subject(kind, path)} {_text(error)}")


def _subject(kind: str, path: Path) -> str:
    """Names what is at a path of an item."""
    if not path:
        return with_article(kind)
    if isinstance(path[-1], int):
        return f"an entry of {_subject(kind, path[:-1])}"
    return f"`{clip(path[-1])}`"


def _text(error: Mapping[str, Any]) -> str:
    """What is wrong, after the subject of the sentence."""
    code, given = error["type"], error["input"]
    if code in _EXPECTED:
        message = f"must be {_EXPECTED[code]}, not {describe(given)}"
        scalar = isinstance(given, bool | int | float)
        return f"{message}: write it in quotes" if code == "string_type" and scalar else message
    match code:
        case "string_pattern_mismatch":
            return f"has {_RULES[error['ctx']['pattern']]}, not {describe(given)}"
        case "string_too_short" | "too_short":
            return "must not be empty"
        case "string_too_long":
            return f"has at most {error['ctx']['max_length']} characters"
        case "string_unicode":
            return "must be text that UTF-8 can hold"
    return f"cannot be read: {error['msg']}"


def _choice(given: object, expected: str) -> str:
    known = expected.split("'")[1::2]
    listed = ", ".join(f"`{word}`" for word in known)
    hint = nearest(given, known) if isinstance(given, str) else ""
    return f"{describe(given)} is not one of {listed}{hint}"


def unknown_field(name: str, room: str) -> str:
    """Says that a field is not known in a room, such as `rule`."""
    if (elsewhere := _ELSEWHERE.get((room, name))) is not None:
        return f"`{name}` has no place here: {elsewhere}"
    kind = f"field of {with_article(room)}"
    if room == "condition":
        kind = "operator or field of a condition"
    hint = nearest(name, _fields(room))
    return f"unknown field `{clip(name)}`" + (hint or f": it is no {kind}")


def _room(kind: str, path: Path) -> str:
    """What the mapping at a path of an item is."""
    for step, name in enumerate(path):
        if name in _CONDITION_HOLDERS and (step == 0 or path[0] == "rules"):
            return _CONDITION_ROOMS.get(path[-1], "condition")
    if len(path) == 2 and path[0] == "rules":
        return "rule"
    if len(path) == 2 and path[0] == "variants":
        return "variant"
    if len(path) == 2 and path[0] == "prerequisites":
        return "prerequisite"
    if path[:1] == ("scope",):
        return "scope"
    return kind


@cache
def _fields(room: str) -> tuple[str, ...]:
    models: dict[str, type[BaseModel]] = {
        **MODELS,
        "rule": RuleDocument,
        "variant": VariantDocument,
        "prerequisite": PrerequisiteDocument,
        "scope": HoldoutScope,
        "attribute": AttributeDocument,
        "workspace": WorkspaceDocument,
        "list of segments": SeveralSegments,
        "event": EventDocument,
    }
    if room == "condition":
        return CONDITION_FIELDS
    return tuple(models[room].model_fields)
