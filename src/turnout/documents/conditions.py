"""A condition as written: an attribute and one operator, or a group, or a segment."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from turnout.documents.names import KEY_PATTERN, OPERATORS, SCHEMA_TYPES

_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_MANY = {"anyOf": [_SCALAR, {"type": "array", "minItems": 1, "items": _SCALAR}]}
_LISTS = {
    "anyOf": [*_MANY["anyOf"], {"type": "array", "items": {"type": "array", "items": _SCALAR}}]
}
_TRUE = {"const": True, "default": True}
_ORDERED = {"type": ["number", "string"]}
_DATE = {"type": "string", "examples": ["2026-01-31", "01/31/2026 08:00 AM", "30 days ago"]}
_DATES = {"anyOf": [_DATE, {"type": "array", "minItems": 1, "items": _DATE}]}
_NETWORK = {"type": "string", "examples": ["10.0.0.0/8"]}
_NETWORKS = {"anyOf": [_NETWORK, {"type": "array", "minItems": 1, "items": _NETWORK}]}
_PAIR = {"type": "array", "items": _SCALAR, "minItems": 2, "maxItems": 2}
_PAIRS = {"anyOf": [_PAIR, {"type": "array", "items": _PAIR, "minItems": 1}]}
_MODULO = {
    "type": "object",
    "properties": {"divisor": {"type": "integer", "minimum": 1}, "remainder": {"type": "integer"}},
    "required": ["divisor", "remainder"],
    "additionalProperties": False,
}
_CIRCLE = {
    "type": "object",
    "properties": {
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "km": {"type": "number", "minimum": 0},
    },
    "required": ["lat", "lon", "km"],
    "additionalProperties": False,
}
_CIRCLES = {"anyOf": [_CIRCLE, {"type": "array", "minItems": 1, "items": _CIRCLE}]}
_SHAPES: dict[str, Any] = {
    "is": _LISTS, "is_not": _LISTS,
    "is_greater_than": _ORDERED, "is_less_than": _ORDERED, "is_at_least": _ORDERED,
    "is_at_most": _ORDERED, "is_between": _PAIRS, "is_not_between": _PAIRS, "modulo": _MODULO,
    "is_after": _DATE, "is_before": _DATE, "is_since": _DATE, "is_until": _DATE,
    "is_not_after": _DATE, "is_not_before": _DATE, "is_past": _DATE, "is_prior_to": _DATE,
    "is_on_date": _DATES, "is_in_cidr": _NETWORKS, "is_not_in_cidr": _NETWORKS,
    "is_within": _CIRCLES,
}  # fmt: skip
_NAMES = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    ]
}
_BARE = ("is_any", "is_set", "is_not_set", "is_empty", "is_not_empty", "is_on", "is_off")

NonEmpty = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=KEY_PATTERN)]
Share = Annotated[Any, WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,4})?%$"})]
"""A percentage as written, `25%`; the compiler reads it."""
VariantNames = Annotated[Any, WithJsonSchema(_NAMES)]
"""The name of a variant, or several; the compiler looks at them."""


class SeveralSegments(BaseModel):
    """Segments that a unit must be in: all of them, or any."""

    model_config = ConfigDict(strict=True, extra="forbid")

    mode: Literal["all", "any"]
    segments: Annotated[list[Key], Field(min_length=1)]


class EventDocument(BaseModel):
    """A fact about what a unit did: one of the words `count` to `last_at`, with an event's name."""

    model_config = ConfigDict(strict=True, extra="forbid")

    count: NonEmpty | None = None
    sum: NonEmpty | None = None
    min: NonEmpty | None = None
    max: NonEmpty | None = None
    avg: NonEmpty | None = None
    first_at: NonEmpty | None = None
    last_at: NonEmpty | None = None
    property: NonEmpty | None = None
    """What is added up or compared, for `sum`, `min`, `max` and `avg`."""
    where: dict[NonEmpty, Annotated[Any, WithJsonSchema(_MANY)]] | None = None
    """Properties that an event must have: a value, or any of several."""
    window: Annotated[
        str | None, WithJsonSchema({"type": "string", "examples": ["last 30 days"]})
    ] = None
    """`last N days`: from 00:00 that many days ago until now."""
    rolling: bool = False
    """Days of exactly 24 hours."""


if TYPE_CHECKING:
    ConditionDocument = dict[str, Any]
    AudienceDocument = dict[str, Any]
else:
    _fields: dict[str, Any] = {
        "attribute": NonEmpty,
        **{
            # What an operand may be depends on the type: the compiler looks at it.
            name: Annotated[
                Any, WithJsonSchema(_SHAPES.get(name, _TRUE if name in _BARE else _MANY))
            ]
            for name in OPERATORS
        },
        "type": Literal[SCHEMA_TYPES],
        "case_sensitive": bool,
        "on_unset": Literal["match", "no_match", "unknown"],
        "zone": NonEmpty,
        "rolling": bool,
        "segment": Key,
        "in_segment": Key,
        "not_in_segment": Key,
        "bucket_between": list[int],
        "share": Share,
        "salt": Key,
        "unit": Key,
        "flag": Key,
        "experiment": Key,
        "variant_is": VariantNames,
        "variant_is_not": VariantNames,
        "event": EventDocument,
        "all": list["ConditionDocument"],
        "any": list["ConditionDocument"],
        "not": "ConditionDocument",
    }
    ConditionDocument = TypedDict("ConditionDocument", _fields, total=False)
    ConditionDocument.__doc__ = "One comparison, a group of them, or a segment."
    ConditionDocument.__module__ = __name__
    ConditionDocument.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    AudienceDocument = TypedDict(
        "AudienceDocument",
        {
            **_fields,
            "include": "SeveralSegments",
            "exclude": Annotated[list[Key], Field(min_length=1)],
        },
        total=False,
    )
    AudienceDocument.__doc__ = "A condition, or several segments at once: `exclude` wins."
    AudienceDocument.__module__ = __name__
    AudienceDocument.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)

CONDITION_FIELDS = (
    "attribute", *OPERATORS, "type", "case_sensitive", "on_unset", "zone", "rolling", "segment",
    "in_segment",
    "not_in_segment", "bucket_between", "share", "salt", "unit", "flag", "experiment",
    "variant_is", "variant_is_not", "event", "all", "any", "not",
)  # fmt: skip
