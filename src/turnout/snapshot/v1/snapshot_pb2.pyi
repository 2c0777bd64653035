import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from turnout.v1 import value_pb2 as _value_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NoEvents(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NO_EVENTS_UNSPECIFIED: _ClassVar[NoEvents]
    NO_EVENTS_ZERO: _ClassVar[NoEvents]
    NO_EVENTS_UNSET: _ClassVar[NoEvents]

class SegmentStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEGMENT_STATUS_UNSPECIFIED: _ClassVar[SegmentStatus]
    SEGMENT_STATUS_DRAFT: _ClassVar[SegmentStatus]
    SEGMENT_STATUS_ACTIVE: _ClassVar[SegmentStatus]
    SEGMENT_STATUS_PAUSED: _ClassVar[SegmentStatus]
    SEGMENT_STATUS_ARCHIVED: _ClassVar[SegmentStatus]

class EpochUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EPOCH_UNIT_UNSPECIFIED: _ClassVar[EpochUnit]
    EPOCH_UNIT_SECONDS: _ClassVar[EpochUnit]
    EPOCH_UNIT_MILLISECONDS: _ClassVar[EpochUnit]

class AttributeType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTRIBUTE_TYPE_UNSPECIFIED: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_STRING: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_NUMBER: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_BOOLEAN: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_LIST: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_DATETIME: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_VERSION: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_IP: _ClassVar[AttributeType]
    ATTRIBUTE_TYPE_GEO: _ClassVar[AttributeType]

class OnUnset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_UNSET_UNSPECIFIED: _ClassVar[OnUnset]
    ON_UNSET_MATCH: _ClassVar[OnUnset]
    ON_UNSET_NO_MATCH: _ClassVar[OnUnset]
    ON_UNSET_UNKNOWN: _ClassVar[OnUnset]

class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATOR_UNSPECIFIED: _ClassVar[Operator]
    OPERATOR_IS_ANY: _ClassVar[Operator]
    OPERATOR_IS_SET: _ClassVar[Operator]
    OPERATOR_IS_NOT_SET: _ClassVar[Operator]
    OPERATOR_IS_EMPTY: _ClassVar[Operator]
    OPERATOR_IS_NOT_EMPTY: _ClassVar[Operator]
    OPERATOR_IS: _ClassVar[Operator]
    OPERATOR_IS_NOT: _ClassVar[Operator]
    OPERATOR_CONTAINS: _ClassVar[Operator]
    OPERATOR_DOES_NOT_CONTAIN: _ClassVar[Operator]
    OPERATOR_CONTAINS_ANY: _ClassVar[Operator]
    OPERATOR_CONTAINS_ALL: _ClassVar[Operator]
    OPERATOR_CONTAINS_NONE: _ClassVar[Operator]
    OPERATOR_STARTS_WITH: _ClassVar[Operator]
    OPERATOR_DOES_NOT_START_WITH: _ClassVar[Operator]
    OPERATOR_ENDS_WITH: _ClassVar[Operator]
    OPERATOR_DOES_NOT_END_WITH: _ClassVar[Operator]
    OPERATOR_MATCHES: _ClassVar[Operator]
    OPERATOR_DOES_NOT_MATCH: _ClassVar[Operator]
    OPERATOR_IS_GREATER_THAN: _ClassVar[Operator]
    OPERATOR_IS_LESS_THAN: _ClassVar[Operator]
    OPERATOR_IS_AT_LEAST: _ClassVar[Operator]
    OPERATOR_IS_AT_MOST: _ClassVar[Operator]
    OPERATOR_IS_BETWEEN: _ClassVar[Operator]
    OPERATOR_IS_NOT_BETWEEN: _ClassVar[Operator]
    OPERATOR_IS_ON: _ClassVar[Operator]
    OPERATOR_IS_OFF: _ClassVar[Operator]
    OPERATOR_MODULO: _ClassVar[Operator]
    OPERATOR_IS_AFTER: _ClassVar[Operator]
    OPERATOR_IS_BEFORE: _ClassVar[Operator]
    OPERATOR_IS_SINCE: _ClassVar[Operator]
    OPERATOR_IS_UNTIL: _ClassVar[Operator]
    OPERATOR_IS_NOT_AFTER: _ClassVar[Operator]
    OPERATOR_IS_NOT_BEFORE: _ClassVar[Operator]
    OPERATOR_IS_ON_DATE: _ClassVar[Operator]
    OPERATOR_IS_IN_CIDR: _ClassVar[Operator]
    OPERATOR_IS_NOT_IN_CIDR: _ClassVar[Operator]
    OPERATOR_IS_WITHIN: _ClassVar[Operator]

class FlagStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FLAG_STATUS_UNSPECIFIED: _ClassVar[FlagStatus]
    FLAG_STATUS_DRAFT: _ClassVar[FlagStatus]
    FLAG_STATUS_ENABLED: _ClassVar[FlagStatus]
    FLAG_STATUS_DISABLED: _ClassVar[FlagStatus]
    FLAG_STATUS_ARCHIVED: _ClassVar[FlagStatus]

class FlagType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FLAG_TYPE_UNSPECIFIED: _ClassVar[FlagType]
    FLAG_TYPE_BOOLEAN: _ClassVar[FlagType]
    FLAG_TYPE_STRING: _ClassVar[FlagType]
    FLAG_TYPE_INTEGER: _ClassVar[FlagType]
    FLAG_TYPE_DOUBLE: _ClassVar[FlagType]
    FLAG_TYPE_OBJECT: _ClassVar[FlagType]

class OnUnknown(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_UNKNOWN_UNSPECIFIED: _ClassVar[OnUnknown]
    ON_UNKNOWN_NO_MATCH: _ClassVar[OnUnknown]
    ON_UNKNOWN_MATCH: _ClassVar[OnUnknown]
    ON_UNKNOWN_STOP: _ClassVar[OnUnknown]
    ON_UNKNOWN_ERROR: _ClassVar[OnUnknown]

class HoldoutStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HOLDOUT_STATUS_UNSPECIFIED: _ClassVar[HoldoutStatus]
    HOLDOUT_STATUS_DRAFT: _ClassVar[HoldoutStatus]
    HOLDOUT_STATUS_RUNNING: _ClassVar[HoldoutStatus]
    HOLDOUT_STATUS_ENDED: _ClassVar[HoldoutStatus]

class ExperimentStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERIMENT_STATUS_UNSPECIFIED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_DRAFT: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_RUNNING: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_ENROLMENT_STOPPED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_PAUSED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_CONCLUDED: _ClassVar[ExperimentStatus]
    EXPERIMENT_STATUS_ARCHIVED: _ClassVar[ExperimentStatus]
NO_EVENTS_UNSPECIFIED: NoEvents
NO_EVENTS_ZERO: NoEvents
NO_EVENTS_UNSET: NoEvents
SEGMENT_STATUS_UNSPECIFIED: SegmentStatus
SEGMENT_STATUS_DRAFT: SegmentStatus
SEGMENT_STATUS_ACTIVE: SegmentStatus
SEGMENT_STATUS_PAUSED: SegmentStatus
SEGMENT_STATUS_ARCHIVED: SegmentStatus
EPOCH_UNIT_UNSPECIFIED: EpochUnit
EPOCH_UNIT_SECONDS: EpochUnit
EPOCH_UNIT_MILLISECONDS: EpochUnit
ATTRIBUTE_TYPE_UNSPECIFIED: AttributeType
ATTRIBUTE_TYPE_STRING: AttributeType
ATTRIBUTE_TYPE_NUMBER: AttributeType
ATTRIBUTE_TYPE_BOOLEAN: AttributeType
ATTRIBUTE_TYPE_LIST: AttributeType
ATTRIBUTE_TYPE_DATETIME: AttributeType
ATTRIBUTE_TYPE_VERSION: AttributeType
ATTRIBUTE_TYPE_IP: AttributeType
ATTRIBUTE_TYPE_GEO: AttributeType
ON_UNSET_UNSPECIFIED: OnUnset
ON_UNSET_MATCH: OnUnset
ON_UNSET_NO_MATCH: OnUnset
ON_UNSET_UNKNOWN: OnUnset
OPERATOR_UNSPECIFIED: Operator
OPERATOR_IS_ANY: Operator
OPERATOR_IS_SET: Operator
OPERATOR_IS_NOT_SET: Operator
OPERATOR_IS_EMPTY: Operator
OPERATOR_IS_NOT_EMPTY: Operator
OPERATOR_IS: Operator
OPERATOR_IS_NOT: Operator
OPERATOR_CONTAINS: Operator
OPERATOR_DOES_NOT_CONTAIN: Operator
OPERATOR_CONTAINS_ANY: Operator
OPERATOR_CONTAINS_ALL: Operator
OPERATOR_CONTAINS_NONE: Operator
OPERATOR_STARTS_WITH: Operator
OPERATOR_DOES_NOT_START_WITH: Operator
OPERATOR_ENDS_WITH: Operator
OPERATOR_DOES_NOT_END_WITH: Operator
OPERATOR_MATCHES: Operator
OPERATOR_DOES_NOT_MATCH: Operator
OPERATOR_IS_GREATER_THAN: Operator
OPERATOR_IS_LESS_THAN: Operator
OPERATOR_IS_AT_LEAST: Operator
OPERATOR_IS_AT_MOST: Operator
OPERATOR_IS_BETWEEN: Operator
OPERATOR_IS_NOT_BETWEEN: Operator
OPERATOR_IS_ON: Operator
OPERATOR_IS_OFF: Operator
OPERATOR_MODULO: Operator
OPERATOR_IS_AFTER: Operator
OPERATOR_IS_BEFORE: Operator
OPERATOR_IS_SINCE: Operator
OPERATOR_IS_UNTIL: Operator
OPERATOR_IS_NOT_AFTER: Operator
OPERATOR_IS_NOT_BEFORE: Operator
OPERATOR_IS_ON_DATE: Operator
OPERATOR_IS_IN_CIDR: Operator
OPERATOR_IS_NOT_IN_CIDR: Operator
OPERATOR_IS_WITHIN: Operator
FLAG_STATUS_UNSPECIFIED: FlagStatus
FLAG_STATUS_DRAFT: FlagStatus
FLAG_STATUS_ENABLED: FlagStatus
FLAG_STATUS_DISABLED: FlagStatus
FLAG_STATUS_ARCHIVED: FlagStatus
FLAG_TYPE_UNSPECIFIED: FlagType
FLAG_TYPE_BOOLEAN: FlagType
FLAG_TYPE_STRING: FlagType
FLAG_TYPE_INTEGER: FlagType
FLAG_TYPE_DOUBLE: FlagType
FLAG_TYPE_OBJECT: FlagType
ON_UNKNOWN_UNSPECIFIED: OnUnknown
ON_UNKNOWN_NO_MATCH: OnUnknown
ON_UNKNOWN_MATCH: OnUnknown
ON_UNKNOWN_STOP: OnUnknown
ON_UNKNOWN_ERROR: OnUnknown
HOLDOUT_STATUS_UNSPECIFIED: HoldoutStatus
HOLDOUT_STATUS_DRAFT: HoldoutStatus
HOLDOUT_STATUS_RUNNING: HoldoutStatus
HOLDOUT_STATUS_ENDED: HoldoutStatus
EXPERIMENT_STATUS_UNSPECIFIED: ExperimentStatus
EXPERIMENT_STATUS_DRAFT: ExperimentStatus
EXPERIMENT_STATUS_RUNNING: ExperimentStatus
EXPERIMENT_STATUS_ENROLMENT_STOPPED: ExperimentStatus
EXPERIMENT_STATUS_PAUSED: ExperimentStatus
EXPERIMENT_STATUS_CONCLUDED: ExperimentStatus
EXPERIMENT_STATUS_ARCHIVED: ExperimentStatus

class Snapshot(_message.Message):
    __slots__ = ("header", "content")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    header: Header
    content: bytes
    def __init__(self, header: _Optional[_Union[Header, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class Header(_message.Message):
    __slots__ = ("id", "revision", "published_at", "published_by", "problems")
    ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    id: str
    revision: int
    published_at: _timestamp_pb2.Timestamp
    published_by: str
    problems: _containers.RepeatedCompositeFieldContainer[Problem]
    def __init__(self, id: _Optional[str] = ..., revision: _Optional[int] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_by: _Optional[str] = ..., problems: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ...) -> None: ...

class Problem(_message.Message):
    __slots__ = ("kind", "key", "file", "line", "column", "message", "serving_last_good")
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SERVING_LAST_GOOD_FIELD_NUMBER: _ClassVar[int]
    kind: str
    key: str
    file: str
    line: int
    column: int
    message: str
    serving_last_good: bool
    def __init__(self, kind: _Optional[str] = ..., key: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., message: _Optional[str] = ..., serving_last_good: _Optional[bool] = ...) -> None: ...

class Content(_message.Message):
    __slots__ = ("semantics_version", "compiler_version", "tzdata_version", "workspace", "attributes", "unit_kinds", "segments", "flags", "experiments", "layers", "holdouts", "sensitive_attributes", "facts", "user_zone")
    SEMANTICS_VERSION_FIELD_NUMBER: _ClassVar[int]
    COMPILER_VERSION_FIELD_NUMBER: _ClassVar[int]
    TZDATA_VERSION_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    UNIT_KINDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENTS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    HOLDOUTS_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    USER_ZONE_FIELD_NUMBER: _ClassVar[int]
    semantics_version: int
    compiler_version: str
    tzdata_version: str
    workspace: Workspace
    attributes: _containers.RepeatedScalarFieldContainer[str]
    unit_kinds: _containers.RepeatedScalarFieldContainer[str]
    segments: _containers.RepeatedCompositeFieldContainer[Segment]
    flags: _containers.RepeatedCompositeFieldContainer[Flag]
    experiments: _containers.RepeatedCompositeFieldContainer[Experiment]
    layers: _containers.RepeatedCompositeFieldContainer[Layer]
    holdouts: _containers.RepeatedCompositeFieldContainer[Holdout]
    sensitive_attributes: _containers.RepeatedScalarFieldContainer[int]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    user_zone: UserZone
    def __init__(self, semantics_version: _Optional[int] = ..., compiler_version: _Optional[str] = ..., tzdata_version: _Optional[str] = ..., workspace: _Optional[_Union[Workspace, _Mapping]] = ..., attributes: _Optional[_Iterable[str]] = ..., unit_kinds: _Optional[_Iterable[str]] = ..., segments: _Optional[_Iterable[_Union[Segment, _Mapping]]] = ..., flags: _Optional[_Iterable[_Union[Flag, _Mapping]]] = ..., experiments: _Optional[_Iterable[_Union[Experiment, _Mapping]]] = ..., layers: _Optional[_Iterable[_Union[Layer, _Mapping]]] = ..., holdouts: _Optional[_Iterable[_Union[Holdout, _Mapping]]] = ..., sensitive_attributes: _Optional[_Iterable[int]] = ..., facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ..., user_zone: _Optional[_Union[UserZone, _Mapping]] = ...) -> None: ...

class Fact(_message.Message):
    __slots__ = ("attribute", "no_events")
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    NO_EVENTS_FIELD_NUMBER: _ClassVar[int]
    attribute: int
    no_events: NoEvents
    def __init__(self, attribute: _Optional[int] = ..., no_events: _Optional[_Union[NoEvents, str]] = ...) -> None: ...

class UserZone(_message.Message):
    __slots__ = ("name", "offset_seconds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_SECONDS_FIELD_NUMBER: _ClassVar[int]
    name: int
    offset_seconds: int
    def __init__(self, name: _Optional[int] = ..., offset_seconds: _Optional[int] = ...) -> None: ...

class Workspace(_message.Message):
    __slots__ = ("key", "timezone")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    key: str
    timezone: str
    def __init__(self, key: _Optional[str] = ..., timezone: _Optional[str] = ...) -> None: ...

class Segment(_message.Message):
    __slots__ = ("key", "tags", "status", "unit", "everyone", "rule", "members", "quarantined", "unevaluated", "include_units", "exclude_units", "include", "exclude")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    EVERYONE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    UNEVALUATED_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_UNITS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_UNITS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_FIELD_NUMBER: _ClassVar[int]
    key: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    status: SegmentStatus
    unit: int
    everyone: Everyone
    rule: Expression
    members: Members
    quarantined: Quarantined
    unevaluated: Unevaluated
    include_units: _containers.RepeatedScalarFieldContainer[str]
    exclude_units: _containers.RepeatedScalarFieldContainer[str]
    include: _containers.RepeatedScalarFieldContainer[int]
    exclude: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, key: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[SegmentStatus, str]] = ..., unit: _Optional[int] = ..., everyone: _Optional[_Union[Everyone, _Mapping]] = ..., rule: _Optional[_Union[Expression, _Mapping]] = ..., members: _Optional[_Union[Members, _Mapping]] = ..., quarantined: _Optional[_Union[Quarantined, _Mapping]] = ..., unevaluated: _Optional[_Union[Unevaluated, _Mapping]] = ..., include_units: _Optional[_Iterable[str]] = ..., exclude_units: _Optional[_Iterable[str]] = ..., include: _Optional[_Iterable[int]] = ..., exclude: _Optional[_Iterable[int]] = ...) -> None: ...

class Everyone(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Members(_message.Message):
    __slots__ = ("unit_ids", "set", "in_redis")
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    IN_REDIS_FIELD_NUMBER: _ClassVar[int]
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    set: MemberSet
    in_redis: RedisSet
    def __init__(self, unit_ids: _Optional[_Iterable[str]] = ..., set: _Optional[_Union[MemberSet, _Mapping]] = ..., in_redis: _Optional[_Union[RedisSet, _Mapping]] = ...) -> None: ...

class MemberSet(_message.Message):
    __slots__ = ("sha256", "size", "count", "evaluated_at", "max_age")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_AT_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_FIELD_NUMBER: _ClassVar[int]
    sha256: bytes
    size: int
    count: int
    evaluated_at: _timestamp_pb2.Timestamp
    max_age: _duration_pb2.Duration
    def __init__(self, sha256: _Optional[bytes] = ..., size: _Optional[int] = ..., count: _Optional[int] = ..., evaluated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., max_age: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RedisSet(_message.Message):
    __slots__ = ("name", "count", "shards", "evaluated_at", "max_age")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_AT_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_FIELD_NUMBER: _ClassVar[int]
    name: bytes
    count: int
    shards: int
    evaluated_at: _timestamp_pb2.Timestamp
    max_age: _duration_pb2.Duration
    def __init__(self, name: _Optional[bytes] = ..., count: _Optional[int] = ..., shards: _Optional[int] = ..., evaluated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., max_age: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Unevaluated(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Quarantined(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Expression(_message.Message):
    __slots__ = ("all", "any", "condition", "segment", "slot", "variant")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NOT_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    all: Group
    any: Group
    condition: Condition
    segment: int
    slot: SlotCondition
    variant: VariantCondition
    def __init__(self, all: _Optional[_Union[Group, _Mapping]] = ..., any: _Optional[_Union[Group, _Mapping]] = ..., condition: _Optional[_Union[Condition, _Mapping]] = ..., segment: _Optional[int] = ..., slot: _Optional[_Union[SlotCondition, _Mapping]] = ..., variant: _Optional[_Union[VariantCondition, _Mapping]] = ..., **kwargs) -> None: ...

class Group(_message.Message):
    __slots__ = ("expressions",)
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    expressions: _containers.RepeatedCompositeFieldContainer[Expression]
    def __init__(self, expressions: _Optional[_Iterable[_Union[Expression, _Mapping]]] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("attribute", "operator", "type", "operands", "case_sensitive", "on_unset", "zone", "epoch_unit")
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OPERANDS_FIELD_NUMBER: _ClassVar[int]
    CASE_SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    ON_UNSET_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_UNIT_FIELD_NUMBER: _ClassVar[int]
    attribute: int
    operator: Operator
    type: AttributeType
    operands: _containers.RepeatedCompositeFieldContainer[Operand]
    case_sensitive: bool
    on_unset: OnUnset
    zone: Zone
    epoch_unit: EpochUnit
    def __init__(self, attribute: _Optional[int] = ..., operator: _Optional[_Union[Operator, str]] = ..., type: _Optional[_Union[AttributeType, str]] = ..., operands: _Optional[_Iterable[_Union[Operand, _Mapping]]] = ..., case_sensitive: _Optional[bool] = ..., on_unset: _Optional[_Union[OnUnset, str]] = ..., zone: _Optional[_Union[Zone, _Mapping]] = ..., epoch_unit: _Optional[_Union[EpochUnit, str]] = ...) -> None: ...

class Zone(_message.Message):
    __slots__ = ("name", "unit")
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    name: str
    unit: UnitZone
    def __init__(self, name: _Optional[str] = ..., unit: _Optional[_Union[UnitZone, _Mapping]] = ...) -> None: ...

class UnitZone(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class VariantCondition(_message.Message):
    __slots__ = ("flag", "experiment", "variants", "negated")
    FLAG_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    NEGATED_FIELD_NUMBER: _ClassVar[int]
    flag: int
    experiment: int
    variants: _containers.RepeatedScalarFieldContainer[str]
    negated: bool
    def __init__(self, flag: _Optional[int] = ..., experiment: _Optional[int] = ..., variants: _Optional[_Iterable[str]] = ..., negated: _Optional[bool] = ...) -> None: ...

class SlotCondition(_message.Message):
    __slots__ = ("unit", "salt", "start", "end")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    unit: int
    salt: str
    start: int
    end: int
    def __init__(self, unit: _Optional[int] = ..., salt: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class Operand(_message.Message):
    __slots__ = ("text", "number", "boolean", "interval", "list", "modulo", "moment", "moments", "versions", "circle")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    MODULO_FIELD_NUMBER: _ClassVar[int]
    MOMENT_FIELD_NUMBER: _ClassVar[int]
    MOMENTS_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    CIRCLE_FIELD_NUMBER: _ClassVar[int]
    text: str
    number: str
    boolean: bool
    interval: Interval
    list: TextList
    modulo: Modulo
    moment: Moment
    moments: MomentInterval
    versions: TextInterval
    circle: Circle
    def __init__(self, text: _Optional[str] = ..., number: _Optional[str] = ..., boolean: _Optional[bool] = ..., interval: _Optional[_Union[Interval, _Mapping]] = ..., list: _Optional[_Union[TextList, _Mapping]] = ..., modulo: _Optional[_Union[Modulo, _Mapping]] = ..., moment: _Optional[_Union[Moment, _Mapping]] = ..., moments: _Optional[_Union[MomentInterval, _Mapping]] = ..., versions: _Optional[_Union[TextInterval, _Mapping]] = ..., circle: _Optional[_Union[Circle, _Mapping]] = ...) -> None: ...

class Moment(_message.Message):
    __slots__ = ("instant", "civil", "day_of_year", "day", "months", "seconds")
    INSTANT_FIELD_NUMBER: _ClassVar[int]
    CIVIL_FIELD_NUMBER: _ClassVar[int]
    DAY_OF_YEAR_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    instant: _timestamp_pb2.Timestamp
    civil: CivilTime
    day_of_year: DayOfYear
    day: DayOffset
    months: int
    seconds: int
    def __init__(self, instant: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., civil: _Optional[_Union[CivilTime, _Mapping]] = ..., day_of_year: _Optional[_Union[DayOfYear, _Mapping]] = ..., day: _Optional[_Union[DayOffset, _Mapping]] = ..., months: _Optional[int] = ..., seconds: _Optional[int] = ...) -> None: ...

class CivilTime(_message.Message):
    __slots__ = ("year", "month", "day", "time")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    year: int
    month: int
    day: int
    time: int
    def __init__(self, year: _Optional[int] = ..., month: _Optional[int] = ..., day: _Optional[int] = ..., time: _Optional[int] = ...) -> None: ...

class DayOfYear(_message.Message):
    __slots__ = ("month", "day", "time")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    month: int
    day: int
    time: int
    def __init__(self, month: _Optional[int] = ..., day: _Optional[int] = ..., time: _Optional[int] = ...) -> None: ...

class DayOffset(_message.Message):
    __slots__ = ("days", "time")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    days: int
    time: int
    def __init__(self, days: _Optional[int] = ..., time: _Optional[int] = ...) -> None: ...

class MomentInterval(_message.Message):
    __slots__ = ("low", "high")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    low: Moment
    high: Moment
    def __init__(self, low: _Optional[_Union[Moment, _Mapping]] = ..., high: _Optional[_Union[Moment, _Mapping]] = ...) -> None: ...

class TextInterval(_message.Message):
    __slots__ = ("low", "high")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    low: str
    high: str
    def __init__(self, low: _Optional[str] = ..., high: _Optional[str] = ...) -> None: ...

class Circle(_message.Message):
    __slots__ = ("latitude", "longitude", "kilometres")
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    KILOMETRES_FIELD_NUMBER: _ClassVar[int]
    latitude: float
    longitude: float
    kilometres: float
    def __init__(self, latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., kilometres: _Optional[float] = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("low", "high")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    low: str
    high: str
    def __init__(self, low: _Optional[str] = ..., high: _Optional[str] = ...) -> None: ...

class TextList(_message.Message):
    __slots__ = ("texts",)
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    texts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, texts: _Optional[_Iterable[str]] = ...) -> None: ...

class Modulo(_message.Message):
    __slots__ = ("divisor", "remainder")
    DIVISOR_FIELD_NUMBER: _ClassVar[int]
    REMAINDER_FIELD_NUMBER: _ClassVar[int]
    divisor: str
    remainder: str
    def __init__(self, divisor: _Optional[str] = ..., remainder: _Optional[str] = ...) -> None: ...

class Variant(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: _value_pb2.Value
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...

class Override(_message.Message):
    __slots__ = ("unit_id", "variant")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    variant: int
    def __init__(self, unit_id: _Optional[str] = ..., variant: _Optional[int] = ...) -> None: ...

class SlotRange(_message.Message):
    __slots__ = ("start", "end", "variant")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    variant: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., variant: _Optional[int] = ...) -> None: ...

class Flag(_message.Message):
    __slots__ = ("key", "tags", "status", "type", "unit", "variants", "default_variant", "overrides", "rules", "quarantined", "prerequisites")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VARIANT_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    PREREQUISITES_FIELD_NUMBER: _ClassVar[int]
    key: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    status: FlagStatus
    type: FlagType
    unit: int
    variants: _containers.RepeatedCompositeFieldContainer[Variant]
    default_variant: int
    overrides: _containers.RepeatedCompositeFieldContainer[Override]
    rules: _containers.RepeatedCompositeFieldContainer[Rule]
    quarantined: bool
    prerequisites: _containers.RepeatedCompositeFieldContainer[VariantCondition]
    def __init__(self, key: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[FlagStatus, str]] = ..., type: _Optional[_Union[FlagType, str]] = ..., unit: _Optional[int] = ..., variants: _Optional[_Iterable[_Union[Variant, _Mapping]]] = ..., default_variant: _Optional[int] = ..., overrides: _Optional[_Iterable[_Union[Override, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ..., quarantined: _Optional[bool] = ..., prerequisites: _Optional[_Iterable[_Union[VariantCondition, _Mapping]]] = ...) -> None: ...

class Rule(_message.Message):
    __slots__ = ("name", "when", "serve", "split", "experiment", "on_unknown")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    SERVE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    ON_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    name: str
    when: Expression
    serve: int
    split: Split
    experiment: int
    on_unknown: OnUnknown
    def __init__(self, name: _Optional[str] = ..., when: _Optional[_Union[Expression, _Mapping]] = ..., serve: _Optional[int] = ..., split: _Optional[_Union[Split, _Mapping]] = ..., experiment: _Optional[int] = ..., on_unknown: _Optional[_Union[OnUnknown, str]] = ...) -> None: ...

class Split(_message.Message):
    __slots__ = ("salt", "ranges", "bucketing")
    SALT_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    BUCKETING_FIELD_NUMBER: _ClassVar[int]
    salt: str
    ranges: _containers.RepeatedCompositeFieldContainer[SlotRange]
    bucketing: Bucketing
    def __init__(self, salt: _Optional[str] = ..., ranges: _Optional[_Iterable[_Union[SlotRange, _Mapping]]] = ..., bucketing: _Optional[_Union[Bucketing, _Mapping]] = ...) -> None: ...

class Bucketing(_message.Message):
    __slots__ = ("algorithm", "seed", "hash_seed", "total", "rollout", "rollout_seed", "ranges", "rest_to_last", "sharded")
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    HASH_SEED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    ROLLOUT_FIELD_NUMBER: _ClassVar[int]
    ROLLOUT_SEED_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    REST_TO_LAST_FIELD_NUMBER: _ClassVar[int]
    SHARDED_FIELD_NUMBER: _ClassVar[int]
    algorithm: str
    seed: str
    hash_seed: int
    total: int
    rollout: float
    rollout_seed: str
    ranges: _containers.RepeatedCompositeFieldContainer[BucketRange]
    rest_to_last: bool
    sharded: _containers.RepeatedCompositeFieldContainer[ShardedVariant]
    def __init__(self, algorithm: _Optional[str] = ..., seed: _Optional[str] = ..., hash_seed: _Optional[int] = ..., total: _Optional[int] = ..., rollout: _Optional[float] = ..., rollout_seed: _Optional[str] = ..., ranges: _Optional[_Iterable[_Union[BucketRange, _Mapping]]] = ..., rest_to_last: _Optional[bool] = ..., sharded: _Optional[_Iterable[_Union[ShardedVariant, _Mapping]]] = ...) -> None: ...

class BucketRange(_message.Message):
    __slots__ = ("start", "end", "variant")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    start: float
    end: float
    variant: int
    def __init__(self, start: _Optional[float] = ..., end: _Optional[float] = ..., variant: _Optional[int] = ...) -> None: ...

class ShardedVariant(_message.Message):
    __slots__ = ("variant", "shards")
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    variant: int
    shards: _containers.RepeatedCompositeFieldContainer[Shard]
    def __init__(self, variant: _Optional[int] = ..., shards: _Optional[_Iterable[_Union[Shard, _Mapping]]] = ...) -> None: ...

class Shard(_message.Message):
    __slots__ = ("salt", "ranges")
    SALT_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    salt: str
    ranges: _containers.RepeatedCompositeFieldContainer[ShardRange]
    def __init__(self, salt: _Optional[str] = ..., ranges: _Optional[_Iterable[_Union[ShardRange, _Mapping]]] = ...) -> None: ...

class ShardRange(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class Experiment(_message.Message):
    __slots__ = ("key", "tags", "status", "killed", "unit", "audience", "traffic_salt", "traffic", "variant_salt", "variants", "control", "ranges", "overrides", "quarantined", "type", "epoch", "min_epoch", "ttl_seconds", "audience_sticky", "variant_sticky", "fallback_unit", "starts_at", "ends_at", "winner", "winner_for_everyone", "layer", "holdouts", "prerequisites", "priority", "bucketing")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    KILLED_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_SALT_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_FIELD_NUMBER: _ClassVar[int]
    VARIANT_SALT_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    MIN_EPOCH_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_STICKY_FIELD_NUMBER: _ClassVar[int]
    VARIANT_STICKY_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_UNIT_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    WINNER_FIELD_NUMBER: _ClassVar[int]
    WINNER_FOR_EVERYONE_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    HOLDOUTS_FIELD_NUMBER: _ClassVar[int]
    PREREQUISITES_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    BUCKETING_FIELD_NUMBER: _ClassVar[int]
    key: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    status: ExperimentStatus
    killed: bool
    unit: int
    audience: Expression
    traffic_salt: str
    traffic: int
    variant_salt: str
    variants: _containers.RepeatedCompositeFieldContainer[Variant]
    control: int
    ranges: _containers.RepeatedCompositeFieldContainer[SlotRange]
    overrides: _containers.RepeatedCompositeFieldContainer[Override]
    quarantined: bool
    type: FlagType
    epoch: int
    min_epoch: int
    ttl_seconds: int
    audience_sticky: bool
    variant_sticky: bool
    fallback_unit: int
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    winner: int
    winner_for_everyone: bool
    layer: int
    holdouts: _containers.RepeatedScalarFieldContainer[int]
    prerequisites: _containers.RepeatedCompositeFieldContainer[VariantCondition]
    priority: int
    bucketing: Bucketing
    def __init__(self, key: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[ExperimentStatus, str]] = ..., killed: _Optional[bool] = ..., unit: _Optional[int] = ..., audience: _Optional[_Union[Expression, _Mapping]] = ..., traffic_salt: _Optional[str] = ..., traffic: _Optional[int] = ..., variant_salt: _Optional[str] = ..., variants: _Optional[_Iterable[_Union[Variant, _Mapping]]] = ..., control: _Optional[int] = ..., ranges: _Optional[_Iterable[_Union[SlotRange, _Mapping]]] = ..., overrides: _Optional[_Iterable[_Union[Override, _Mapping]]] = ..., quarantined: _Optional[bool] = ..., type: _Optional[_Union[FlagType, str]] = ..., epoch: _Optional[int] = ..., min_epoch: _Optional[int] = ..., ttl_seconds: _Optional[int] = ..., audience_sticky: _Optional[bool] = ..., variant_sticky: _Optional[bool] = ..., fallback_unit: _Optional[int] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., winner: _Optional[int] = ..., winner_for_everyone: _Optional[bool] = ..., layer: _Optional[int] = ..., holdouts: _Optional[_Iterable[int]] = ..., prerequisites: _Optional[_Iterable[_Union[VariantCondition, _Mapping]]] = ..., priority: _Optional[int] = ..., bucketing: _Optional[_Union[Bucketing, _Mapping]] = ...) -> None: ...

class Layer(_message.Message):
    __slots__ = ("key", "tags", "unit", "salt", "allocations", "quarantined")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    ALLOCATIONS_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    key: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    unit: int
    salt: str
    allocations: _containers.RepeatedCompositeFieldContainer[Allocation]
    quarantined: bool
    def __init__(self, key: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., unit: _Optional[int] = ..., salt: _Optional[str] = ..., allocations: _Optional[_Iterable[_Union[Allocation, _Mapping]]] = ..., quarantined: _Optional[bool] = ...) -> None: ...

class Allocation(_message.Message):
    __slots__ = ("start", "end", "experiment")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    experiment: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., experiment: _Optional[int] = ...) -> None: ...

class Holdout(_message.Message):
    __slots__ = ("key", "tags", "status", "unit", "salt", "share", "starts_at", "ends_at", "audience", "quarantined")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    key: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    status: HoldoutStatus
    unit: int
    salt: str
    share: int
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    audience: Expression
    quarantined: bool
    def __init__(self, key: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[HoldoutStatus, str]] = ..., unit: _Optional[int] = ..., salt: _Optional[str] = ..., share: _Optional[int] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., audience: _Optional[_Union[Expression, _Mapping]] = ..., quarantined: _Optional[bool] = ...) -> None: ...
