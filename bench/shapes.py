"""One flag for each operator and each shape of a rule, and a context that its rule matches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

Document = dict[str, Any]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UNIT_ID = "user-8f14e45fceea167"
AUDIENCE = "a nested audience of 20 conditions"
"""The shape with a number to reach."""


class Shape(NamedTuple):
    """What is decided: a flag that has one rule, and what the context says."""

    name: str
    when: Document | None
    """The rule's condition; None for a rule that always matches."""
    attributes: Document
    outcome: Document | None = None
    """What the rule does; None: it serves `on`."""


def _condition(
    operator: str, operand: object, value: object, note: str = "", **options: object
) -> Shape:
    kind = f" of {options['type']}" if "type" in options else ""
    name = f"`{operator}`{kind}{note}"
    return Shape(name, {"attribute": "a", operator: operand, **options}, {"a": value})


_HUNDRED = [f"city-{index:03}" for index in range(100)]
_TEXT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0"

OPERATORS = [
    _condition("is_set", True, "pro"),
    _condition("is_empty", True, "", type="string"),
    _condition("is", "pro", "pro", type="string"),
    _condition("is", _HUNDRED, "City-042", ", 100 operands", type="string"),
    _condition("is_not", ["free", "trial"], "pro", type="string"),
    _condition("contains", "firefox", _TEXT, type="string"),
    _condition("starts_with", "mozilla", _TEXT, type="string"),
    _condition("ends_with", "firefox/133.0", _TEXT, type="string"),
    _condition("matches", r"firefox/1[23]\d\.", _TEXT, type="string"),
    _condition("is", 34, 34, type="number"),
    _condition("is_at_least", 18, 34, type="number"),
    _condition("is_between", [18, 65], 34, type="number"),
    _condition("modulo", {"divisor": 10, "remainder": 4}, 34),
    _condition("is_on", True, True),
    _condition("is", ["books", "music"], ["music", "books"], type="list"),
    _condition("contains", "music", ["books", "music", "travel"], type="list"),
    _condition("contains_any", ["music", "games"], ["books", "music", "travel"], type="list"),
    _condition("contains_all", ["music", "books"], ["books", "music", "travel"], type="list"),
    _condition("is", "5.10.2", "5.10.2", type="version"),
    _condition("is_at_least", "5.9", "5.10.2", type="version"),
    _condition("is_between", ["5.0", "6.0"], "5.10.2-rc.1", type="version"),
    _condition("is_since", "2026-01-01", "2026-03-05T08:00:00Z", type="datetime"),
    _condition("is_since", "30 days ago", "2026-11-20T08:00:00Z", ", relative", type="datetime"),
    _condition("is_on_date", "2026-03-05", "2026-03-05T08:00:00Z", type="datetime"),
    _condition("is_between", ["yesterday", "08:00 AM"], 1_795_305_600, type="datetime"),
    _condition("is_in_cidr", ["10.0.0.0/8", "160.33.0.0/16"], "160.33.0.33"),
    _condition(
        "is_within", {"lat": 37.7749, "lon": -122.4194, "km": 50}, "37.8044,-122.2712"
    ),
]  # fmt: skip

RULES = [
    Shape("a rule without a condition", None, {}),
    Shape("`segment` of one condition", {"segment": "pro"}, {"plan": "pro"}),
    Shape("`segment` of 1,000 members", {"segment": "listed"}, {}),
    Shape("`bucket_between`", {"bucket_between": [0, 999]}, {}),
    Shape("`share`", {"share": "99.9999%"}, {}),
    Shape("`variant_is`", {"flag": "prerequisite", "variant_is": "on"}, {"plan": "pro"}),
    Shape("a split", None, {}, {"split": {"on": "50%", "off": "50%"}}),
    Shape("an experiment in a layer", None, {"plan": "pro"}, {"experiment": "layered"}),
]

_AUDIENCE = Shape(
    AUDIENCE,
    {"all": [
        {"attribute": "country", "is": ["US", "CA", "GB", "DE", "FR"]},
        {"attribute": "plan", "is_not": ["free", "trial"]},
        {"attribute": "state", "is_not": "NV"},
        {"any": [
            {"attribute": "lifetime_value", "is_at_least": 5000},
            {"attribute": "last_purchase_at", "is_since": "30 days ago"},
            {"all": [
                {"attribute": "orders", "is_between": [3, 10]},
                {"attribute": "newsletter", "is_on": True},
            ]},
        ]},
        {"not": {"any": [
            {"attribute": "email", "ends_with": "@example.org"},
            {"attribute": "email", "matches": r"\+test\d*@"},
            {"attribute": "ip", "is_in_cidr": "10.0.0.0/8"},
        ]}},
        {"attribute": "app_version", "is_at_least": "5.9"},
        {"attribute": "interests", "contains_any": ["music", "games"]},
        {"attribute": "interests", "contains_none": ["gambling"]},
        {"any": [
            {"attribute": "city", "starts_with": "new"},
            {"attribute": "city", "contains": "francisco"},
            {"attribute": "position", "is_within": {"lat": 37.77, "lon": -122.41, "km": 50}},
        ]},
        {"attribute": "signed_up_at", "is_before": "2026-06-01"},
        {"attribute": "age", "is_at_least": 18},
        {"attribute": "age", "is_at_most": 65},
        {"segment": "pro"},
    ]},
    {
        "country": "US", "plan": "pro", "state": "CA", "lifetime_value": 120.5, "orders": 4,
        "last_purchase_at": "2026-03-05T08:00:00Z", "newsletter": True,
        "email": "ada@example.com", "ip": "160.33.0.33", "app_version": "5.10.2",
        "interests": ["books", "music"], "city": "San Francisco", "age": 34,
        "position": "37.7749,-122.4194", "signed_up_at": "2025-05-04T10:20:30Z",
    },
)  # fmt: skip
"""20 comparisons, the last of them in a segment."""

SHAPES = [*RULES, *OPERATORS, _AUDIENCE]

_SCHEMA = {
    "last_purchase_at": "datetime",
    "signed_up_at": "datetime",
    "app_version": "version",
    "interests": "list",
}


def documents() -> dict[str, Document]:
    """All shapes in one file: flag `shape-N` is the Nth."""
    flags: Document = {f"shape-{at:02}": _flag(shape) for at, shape in enumerate(SHAPES)}
    flags["prerequisite"] = _flag(Shape("", {"segment": "pro"}, {}))
    variants = {
        "control": {"weight": "50%", "value": False},
        "on": {"weight": "50%", "value": True},
    }
    document = {
        "attributes": _SCHEMA,
        "segments": {
            "pro": {"match": {"attribute": "plan", "is": "pro"}},
            "listed": {"members": [UNIT_ID, *(f"user-{at:015}" for at in range(999))]},
        },
        "layers": {"checkout": {"allocations": {"layered": ["0%-100%"]}}},
        "experiments": {
            "layered": {
                "status": "running",
                "layer": "checkout",
                "audience": {"segment": "pro"},
                "variants": variants,
            }
        },
        "flags": flags,
    }
    return {"shapes.yaml": document}


def cases() -> Document:
    """What `engine-cost` decides."""
    return {
        "now": int(NOW.timestamp()) * 1_000_000_000,
        "shapes": [
            {
                "name": shape.name,
                "key": f"shape-{at:02}",
                "unit_id": UNIT_ID,
                "attributes": shape.attributes,
                "rule": "the shape",
            }
            for at, shape in enumerate(SHAPES)
        ],
    }


def _flag(shape: Shape) -> Document:
    rule: Document = {"name": "the shape", **(shape.outcome or {"serve": "on"})}
    if shape.when is not None:
        rule["when"] = shape.when
    return {"variants": {"on": True, "off": False}, "default": "off", "rules": [rule]}
