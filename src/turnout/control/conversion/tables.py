"""What each kind of item is in a message: one row a field, in the order of documents."""

from dataclasses import dataclass
from typing import Any

from turnout.control.conversion.audiences import Audience, Scope
from turnout.control.conversion.form import ABSENT, Form, Message
from turnout.control.conversion.forms import (
    Buckets,
    Carried,
    Choice,
    OneOrMore,
    Plain,
    Shape,
    Switch,
    Texts,
)
from turnout.control.conversion.parts import Named, Parts, Ranges, Several, Text, Value
from turnout.control.v1 import experiment_pb2, rule_pb2, segment_pb2

_RULE_ENUMS = rule_pb2.DESCRIPTOR.enum_types_by_name
_TYPE = _RULE_ENUMS["FlagValueType"]
_ON_UNKNOWN = _RULE_ENUMS["OnUnknown"]
_KIND = segment_pb2.DESCRIPTOR.enum_types_by_name["SegmentKind"]
_LOOKUP = segment_pb2.DESCRIPTOR.enum_types_by_name["MemberLookup"]
_WINNER_FOR = experiment_pb2.DESCRIPTOR.enum_types_by_name["WinnerFor"]

_FOR_PEOPLE: tuple[Form, ...] = (Plain("description", "description"), Texts("tags", "tags"))
_BUCKETS: tuple[Form, ...] = (Plain("unit", "unit", "user"), Plain("salt", "salt"))

_RULE = Parts(
    (
        Plain("name", "name"),
        Plain("description", "description"),
        Shape("when", "when"),
        Plain("serve", "serve"),
        Named("split", "split", "variant", Text("share")),
        Named("ranges", "ranges", "owner", Ranges()),
        Buckets("bucketing", "bucketing", "split", "variant"),
        Plain("experiment", "experiment"),
        Plain("salt", "salt"),
        Choice("on_unknown", "on_unknown", _ON_UNKNOWN),
    )
)
_PREREQUISITE = Parts(
    (
        Plain("flag", "flag"),
        Plain("experiment", "experiment"),
        OneOrMore("variant_is", "variant_is"),
        OneOrMore("variant_is_not", "variant_is_not"),
    )
)
_OVERRIDES = Named("overrides", "overrides", "unit_id", Text("variant"))
_PREREQUISITES = Several("prerequisites", "prerequisites", _PREREQUISITE)
_VARIANT = Parts((Plain("weight", "weight"), Carried("value", "value")))


@dataclass(frozen=True)
class OfDynamic(Plain):
    """A text whose default is said of dynamic segments alone."""

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the value, or the default where it has a meaning."""
        if value is not ABSENT or message.kind == segment_pb2.SEGMENT_KIND_DYNAMIC:
            super().write(value, message)


@dataclass(frozen=True)
class ChoiceOfDynamic(Choice):
    """A word whose default is said of dynamic segments alone."""

    def write(self, value: Any, message: Message) -> None:  # noqa: ANN401 - as documents have it
        """Writes the word, or the default where it has a meaning."""
        if value is not ABSENT or message.kind == segment_pb2.SEGMENT_KIND_DYNAMIC:
            super().write(value, message)


_SEGMENT = Parts(
    (
        *_FOR_PEOPLE,
        Choice("kind", "kind", _KIND, "rule"),
        *_BUCKETS,
        Plain("copy_of", "copy_of"),
        Shape("match", "match"),
        Texts("include_units", "include_units"),
        Texts("exclude_units", "exclude_units"),
        Texts("include", "include"),
        Texts("exclude", "exclude"),
        Plain("query", "query"),
        Shape("parameters", "parameters"),
        Plain("schedule", "schedule"),
        Plain("zone", "zone"),
        Plain("jitter", "jitter"),
        Plain("max_age", "max_age"),
        Switch("exact_ids", "exact_ids"),
        ChoiceOfDynamic("lookup", "lookup", _LOOKUP, "memory"),
        OfDynamic("shrinks_at_most", "shrinks_at_most", "50%"),
    )
)
_FLAG = Parts(
    (
        *_FOR_PEOPLE,
        Choice("type", "type", _TYPE),
        *_BUCKETS,
        Named("variants", "variants", "name", Value()),
        Plain("default", "default_variant"),
        _OVERRIDES,
        _PREREQUISITES,
        Several("rules", "rules", _RULE),
    )
)
_EXPERIMENT = Parts(
    (
        *_FOR_PEOPLE,
        Switch("killed", "killed"),
        Choice("type", "type", _TYPE),
        *_BUCKETS,
        Plain("fallback_unit", "fallback_unit"),
        Plain("epoch", "epoch", 1),
        Plain("min_epoch", "min_epoch", 0),
        Plain("starts_at", "starts_at"),
        Plain("ends_at", "ends_at"),
        Plain("layer", "layer"),
        Audience("audience", "audience"),
        Switch("audience_sticky", "audience_sticky", default=True),
        Switch("variant_sticky", "variant_sticky", default=True),
        Plain("ttl", "ttl"),
        Plain("traffic", "traffic", "100%"),
        Named("variants", "variants", "name", _VARIANT, always=True),
        Named("ranges", "ranges", "owner", Ranges()),
        Buckets("bucketing", "bucketing", "variants", "name"),
        Plain("control", "control"),
        _OVERRIDES,
        _PREREQUISITES,
        Plain("winner", "winner"),
        Choice("winner_for", "winner_for", _WINNER_FOR),
        Plain("priority", "priority", 0),
    )
)
_LAYER = Parts(
    (
        *_FOR_PEOPLE,
        *_BUCKETS,
        Named("allocations", "allocations", "owner", Ranges(), always=True),
    )
)
_HOLDOUT = Parts(
    (
        *_FOR_PEOPLE,
        *_BUCKETS,
        Plain("share", "share"),
        Scope("scope", "scope"),
        Plain("starts_at", "starts_at"),
        Plain("ends_at", "ends_at"),
        Audience("audience", "audience"),
    )
)
_QUERY = Parts(
    (
        *_FOR_PEOPLE,
        Plain("connection", "connection", "duckdb"),
        Plain("sql", "sql"),
        Plain("template", "template"),
        Plain("id_column", "id_column", "unit_id"),
        Shape("parameters", "parameters"),
        Plain("limit", "limit", 20_000_000),
        Plain("timeout", "timeout", "10 minutes"),
    )
)

TABLES: dict[str, Parts] = {
    "segment": _SEGMENT,
    "flag": _FLAG,
    "experiment": _EXPERIMENT,
    "layer": _LAYER,
    "holdout": _HOLDOUT,
    "query": _QUERY,
}
"""By kind. The status is no part of them: it has verbs."""
