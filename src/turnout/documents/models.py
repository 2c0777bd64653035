"""What people write: the shapes of segments, flags, experiments and the rest.

They say which fields there are and of what kind. What a value means, what it refers to and
whether it fits the others is the compiler's.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from turnout.documents.conditions import (
    AudienceDocument,
    ConditionDocument,
    Key,
    NonEmpty,
    Share,
    VariantNames,
)
from turnout.documents.names import BUCKETING_ALGORITHMS, PARAMETER_PATTERN, SCHEMA_TYPES
from turnout.documents.problem import describe

_RANGE = {"type": "string", "pattern": r"^[0-9.]+% ?- ?[0-9.]+%$"}
_RANGES = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": _RANGE, "maxItems": 256},
}
Ranges = Annotated[dict[str, Any], WithJsonSchema(_RANGES)]
"""The slots that each variant owned when this was written; the compiler reads them."""
_BUCKETING = {
    "type": "object",
    "properties": {"algorithm": {"enum": list(BUCKETING_ALGORITHMS)}},
    "required": ["algorithm"],
}
Bucketing = Annotated[dict[str, Any], WithJsonSchema(_BUCKETING)]
"""The buckets of another system; each algorithm has parameters of its own."""

SlotRange = Annotated[
    Any, WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+% ?- ?[0-9.]+%$"})
]
"""Slots as written, `0%-30%`; the compiler reads it."""

VariantName = Annotated[str, Field(min_length=1, max_length=128)]
JsonValue = Annotated[Any, WithJsonSchema({})]
if TYPE_CHECKING:
    AttributeType = str
else:
    AttributeType = Literal[SCHEMA_TYPES]
ValueType = Literal["boolean", "string", "integer", "double", "object"]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Item(_Document):
    description: str = ""
    tags: list[NonEmpty] = Field(default_factory=list)


Moment = Annotated[
    str, WithJsonSchema({"type": "string", "examples": ["2026-03-01", "2026-03-01T09:00:00Z"]})
]
"""An instant, or a date in the workspace's zone; the compiler reads it."""
Duration = Annotated[str, WithJsonSchema({"type": "string", "examples": ["30 days", "P30D"]})]
Schedule = Annotated[
    str, WithJsonSchema({"type": "string", "examples": ["0 */6 * * *", "FREQ=DAILY;BYHOUR=3"]})
]
"""A cron expression or an RRULE; the compiler reads it."""


def _read_scalar(written: object) -> object:
    if written is None or isinstance(written, str | bool | int | float):
        return written
    message = f"a parameter is text, a number, `true`, `false` or `null`, not {describe(written)}"
    raise PydanticCustomError("told", "{message}", {"message": message})


_Scalar = Annotated[
    Any,
    BeforeValidator(_read_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
ParameterName = Annotated[str, Field(pattern=PARAMETER_PATTERN)]
Parameters = dict[ParameterName, _Scalar]


class WorkspaceDocument(_Document):
    """What all items share."""

    key: Key = "default"
    """Part of the salt of `bucket_between`."""
    timezone: str = "UTC"
    """An IANA name."""


class AttributeDocument(_Document):
    """What is known about an attribute."""

    type: AttributeType
    description: str = ""
    sensitive: bool = False
    """Its value is masked in explanations."""


class SegmentDocument(_Item):
    """A reusable, named group of units."""

    kind: Literal["rule", "static", "dynamic", "everyone"] | None = None
    """Without it: `static` with members, else `rule`."""
    status: Literal["draft", "active", "paused", "archived"] = "active"
    unit: Key = "user"
    salt: Key | None = None
    """Without it: its key."""
    copy_of: Key | None = None
    """Another rule segment, whose conditions are taken as they are written now."""
    match: ConditionDocument | None = None
    members: list[NonEmpty] | None = None
    include_units: list[NonEmpty] = Field(default_factory=list)
    exclude_units: list[NonEmpty] = Field(default_factory=list)
    include: list[Key] = Field(default_factory=list)
    exclude: list[Key] = Field(default_factory=list)
    query: Key | None = None
    """Of a dynamic one: the query whose result its members are."""
    parameters: Parameters = Field(default_factory=dict)
    """They stand over those of the query."""
    schedule: Schedule | None = None
    """When the query is evaluated; without it by hand."""
    zone: NonEmpty | None = None
    """Of the schedule; without it the workspace's."""
    jitter: Duration | None = None
    """By how much at most each evaluation is later than the schedule says."""
    max_age: Duration | None = None
    """Members older than this make the segment UNKNOWN; without it they never do."""
    exact_ids: bool = False
    """Members are kept as texts, which can be listed, and not as hashes."""
    lookup: Literal["memory", "redis"] = "memory"
    """Where decisions look members up."""
    shrinks_at_most: Share = "50%"
    """A result that takes out more of the members than this is not taken."""


class RuleDocument(_Document):
    """A condition and what follows from it: serve, split or experiment."""

    name: NonEmpty | None = None
    description: str = ""
    when: ConditionDocument | None = None
    serve: str | None = None
    split: dict[str, Share] | None = None
    ranges: Ranges | None = None
    bucketing: Bucketing | None = None
    experiment: Key | None = None
    salt: Key | None = None
    on_unknown: Literal["no_match", "match", "stop", "error"] | None = None


class PrerequisiteDocument(_Document):
    """A flag or an experiment that must come out as a variant first, or as another one."""

    flag: Key | None = None
    experiment: Key | None = None
    variant_is: VariantNames = None
    variant_is_not: VariantNames = None


class FlagDocument(_Item):
    """A named decision point."""

    status: Literal["draft", "enabled", "disabled", "archived"] = "enabled"
    type: ValueType | None = None
    """Without it: what the values have in common."""
    unit: Key = "user"
    salt: Key | None = None
    variants: Annotated[dict[VariantName, JsonValue], Field(min_length=1)]
    default: str
    overrides: dict[NonEmpty, str] = Field(default_factory=dict)
    prerequisites: list[PrerequisiteDocument] = Field(default_factory=list)
    rules: list[RuleDocument] = Field(default_factory=list)


class VariantDocument(_Document):
    """One outcome of an experiment."""

    weight: Share
    value: JsonValue


class ExperimentDocument(_Item):
    """A decision under measurement."""

    status: Literal["draft", "running", "enrolment_stopped", "paused", "concluded", "archived"] = (
        "draft"
    )
    killed: bool = False
    type: ValueType | None = None
    unit: Key = "user"
    salt: Key | None = None
    fallback_unit: Key | None = None
    """Whose id counts where there is none of `unit`."""
    epoch: int = 1
    min_epoch: int = 0
    """A unit that was assigned in an older epoch is blocked."""
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    layer: Key | None = None
    audience: AudienceDocument | None = None
    audience_sticky: bool = True
    """Who is in stays in, whatever the audience says later."""
    variant_sticky: bool = True
    """Who was given a variant keeps it, whatever the weights say later."""
    ttl: Duration | None = None
    """How long an assignment is kept; without it for ever."""
    traffic: Share = "100%"
    variants: dict[VariantName, VariantDocument]
    ranges: Ranges | None = None
    bucketing: Bucketing | None = None
    control: str | None = None
    overrides: dict[NonEmpty, str] = Field(default_factory=dict)
    prerequisites: list[PrerequisiteDocument] = Field(default_factory=list)
    winner: str | None = None
    """The variant that a concluded experiment goes on with."""
    winner_for: Literal["audience", "everyone"] | None = None
    priority: int = 0
    """Lower first, when several claim one surface."""


class LayerDocument(_Item):
    """Experiments that share one space of slots: a unit is in at most one of them."""

    unit: Key = "user"
    salt: Key | None = None
    allocations: dict[Key, list[SlotRange]]
    """The slots of each experiment."""


SCOPES = frozenset({"experiments", "tags"})


class HoldoutScope(_Document):
    """Which experiments a holdout is for."""

    experiments: Annotated[list[Key], Field(min_length=1)] | None = None
    tags: Annotated[list[NonEmpty], Field(min_length=1)] | None = None


def _read_scope(written: object) -> object:
    if written == "all":
        return HoldoutScope()
    if isinstance(written, dict) and (len(written) == 1 or written.keys() - SCOPES):
        return written
    raise PydanticCustomError(
        "told", "`scope` is one of `all`, `{experiments: [KEY, ...]}` and `{tags: [TAG, ...]}`"
    )


class HoldoutDocument(_Item):
    """Units that are kept out of experiments."""

    status: Literal["draft", "running", "ended"] = "draft"
    unit: Key = "user"
    salt: Key | None = None
    share: Share
    scope: Annotated[
        HoldoutScope,
        BeforeValidator(_read_scope, json_schema_input_type=Literal["all"] | HoldoutScope),
    ]
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    audience: AudienceDocument | None = None


class QueryDocument(_Item):
    """What finds the members of segments in the user's data."""

    connection: Key = "duckdb"
    """One of those that the operator declares."""
    sql: NonEmpty | None = None
    """With named parameters, as in `:days`."""
    template: Key | None = None
    """The name of a query that turnout brings along."""
    id_column: NonEmpty = "unit_id"
    """The column of the result that holds the ids."""
    parameters: Parameters = Field(default_factory=dict)
    """Each with the value that it has unless a segment gives another; `null`: it has to."""
    limit: int = 20_000_000
    """A result with more rows is not taken."""
    timeout: Duration = "10 minutes"
    """A query that takes longer is ended."""


ItemDocument = (
    SegmentDocument
    | FlagDocument
    | ExperimentDocument
    | LayerDocument
    | HoldoutDocument
    | QueryDocument
)

MODELS: dict[str, type[ItemDocument]] = {
    "segment": SegmentDocument,
    "flag": FlagDocument,
    "experiment": ExperimentDocument,
    "layer": LayerDocument,
    "holdout": HoldoutDocument,
    "query": QueryDocument,
}
"""The shape of an item by its kind."""
