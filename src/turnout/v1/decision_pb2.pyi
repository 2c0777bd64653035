import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from turnout.v1 import reason_pb2 as _reason_pb2
from turnout.v1 import value_pb2 as _value_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExposureMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPOSURE_MODE_UNSPECIFIED: _ClassVar[ExposureMode]
    EXPOSURE_MODE_NONE: _ClassVar[ExposureMode]
    EXPOSURE_MODE_RECORD: _ClassVar[ExposureMode]
    EXPOSURE_MODE_TOKEN: _ClassVar[ExposureMode]

class ValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VALUE_TYPE_UNSPECIFIED: _ClassVar[ValueType]
    VALUE_TYPE_BOOLEAN: _ClassVar[ValueType]
    VALUE_TYPE_STRING: _ClassVar[ValueType]
    VALUE_TYPE_INTEGER: _ClassVar[ValueType]
    VALUE_TYPE_DOUBLE: _ClassVar[ValueType]
    VALUE_TYPE_OBJECT: _ClassVar[ValueType]

class SegmentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEGMENT_STATE_UNSPECIFIED: _ClassVar[SegmentState]
    SEGMENT_STATE_TRUE: _ClassVar[SegmentState]
    SEGMENT_STATE_FALSE: _ClassVar[SegmentState]
    SEGMENT_STATE_UNKNOWN: _ClassVar[SegmentState]

class StepKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_KIND_UNSPECIFIED: _ClassVar[StepKind]
    STEP_KIND_RULE: _ClassVar[StepKind]
    STEP_KIND_AUDIENCE: _ClassVar[StepKind]
    STEP_KIND_SEGMENT: _ClassVar[StepKind]
    STEP_KIND_ALL: _ClassVar[StepKind]
    STEP_KIND_ANY: _ClassVar[StepKind]
    STEP_KIND_NOT: _ClassVar[StepKind]
    STEP_KIND_CONDITION: _ClassVar[StepKind]
    STEP_KIND_SLOT: _ClassVar[StepKind]
    STEP_KIND_PREREQUISITE: _ClassVar[StepKind]
    STEP_KIND_HOLDOUT: _ClassVar[StepKind]
    STEP_KIND_LAYER: _ClassVar[StepKind]
    STEP_KIND_TRAFFIC: _ClassVar[StepKind]
    STEP_KIND_VARIANTS: _ClassVar[StepKind]
    STEP_KIND_RECORDS: _ClassVar[StepKind]

class AttributeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTRIBUTE_STATE_UNSPECIFIED: _ClassVar[AttributeState]
    ATTRIBUTE_STATE_SET: _ClassVar[AttributeState]
    ATTRIBUTE_STATE_UNSET: _ClassVar[AttributeState]
    ATTRIBUTE_STATE_UNKNOWN: _ClassVar[AttributeState]
EXPOSURE_MODE_UNSPECIFIED: ExposureMode
EXPOSURE_MODE_NONE: ExposureMode
EXPOSURE_MODE_RECORD: ExposureMode
EXPOSURE_MODE_TOKEN: ExposureMode
VALUE_TYPE_UNSPECIFIED: ValueType
VALUE_TYPE_BOOLEAN: ValueType
VALUE_TYPE_STRING: ValueType
VALUE_TYPE_INTEGER: ValueType
VALUE_TYPE_DOUBLE: ValueType
VALUE_TYPE_OBJECT: ValueType
SEGMENT_STATE_UNSPECIFIED: SegmentState
SEGMENT_STATE_TRUE: SegmentState
SEGMENT_STATE_FALSE: SegmentState
SEGMENT_STATE_UNKNOWN: SegmentState
STEP_KIND_UNSPECIFIED: StepKind
STEP_KIND_RULE: StepKind
STEP_KIND_AUDIENCE: StepKind
STEP_KIND_SEGMENT: StepKind
STEP_KIND_ALL: StepKind
STEP_KIND_ANY: StepKind
STEP_KIND_NOT: StepKind
STEP_KIND_CONDITION: StepKind
STEP_KIND_SLOT: StepKind
STEP_KIND_PREREQUISITE: StepKind
STEP_KIND_HOLDOUT: StepKind
STEP_KIND_LAYER: StepKind
STEP_KIND_TRAFFIC: StepKind
STEP_KIND_VARIANTS: StepKind
STEP_KIND_RECORDS: StepKind
ATTRIBUTE_STATE_UNSPECIFIED: AttributeState
ATTRIBUTE_STATE_SET: AttributeState
ATTRIBUTE_STATE_UNSET: AttributeState
ATTRIBUTE_STATE_UNKNOWN: AttributeState

class Context(_message.Message):
    __slots__ = ("targeting_key", "units", "attributes", "unknown_attributes", "partial", "sticky_assignments", "events_reached")
    class UnitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    TARGETING_KEY_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    STICKY_ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_REACHED_FIELD_NUMBER: _ClassVar[int]
    targeting_key: str
    units: _containers.ScalarMap[str, str]
    attributes: _containers.MessageMap[str, _value_pb2.Value]
    unknown_attributes: _containers.RepeatedScalarFieldContainer[str]
    partial: bool
    sticky_assignments: _containers.RepeatedCompositeFieldContainer[StickyAssignment]
    events_reached: bool
    def __init__(self, targeting_key: _Optional[str] = ..., units: _Optional[_Mapping[str, str]] = ..., attributes: _Optional[_Mapping[str, _value_pb2.Value]] = ..., unknown_attributes: _Optional[_Iterable[str]] = ..., partial: _Optional[bool] = ..., sticky_assignments: _Optional[_Iterable[_Union[StickyAssignment, _Mapping]]] = ..., events_reached: _Optional[bool] = ...) -> None: ...

class StickyAssignment(_message.Message):
    __slots__ = ("experiment", "epoch", "unit_kind", "unit_id", "variant", "assigned_at", "snapshot_id")
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    UNIT_KIND_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_AT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    experiment: str
    epoch: int
    unit_kind: str
    unit_id: str
    variant: str
    assigned_at: _timestamp_pb2.Timestamp
    snapshot_id: str
    def __init__(self, experiment: _Optional[str] = ..., epoch: _Optional[int] = ..., unit_kind: _Optional[str] = ..., unit_id: _Optional[str] = ..., variant: _Optional[str] = ..., assigned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., snapshot_id: _Optional[str] = ...) -> None: ...

class SnapshotReference(_message.Message):
    __slots__ = ("id", "revision", "age", "stale")
    ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    id: str
    revision: int
    age: _duration_pb2.Duration
    stale: bool
    def __init__(self, id: _Optional[str] = ..., revision: _Optional[int] = ..., age: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., stale: _Optional[bool] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("key", "variant", "value", "reason", "notes", "rule", "experiment", "experiment_variant", "enrolled", "error_code", "degraded", "unknown_attributes", "exposure_token", "assignments_to_persist")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_VARIANT_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENTS_TO_PERSIST_FIELD_NUMBER: _ClassVar[int]
    key: str
    variant: str
    value: _value_pb2.Value
    reason: _reason_pb2.Reason
    notes: _containers.RepeatedScalarFieldContainer[_reason_pb2.Note]
    rule: str
    experiment: str
    experiment_variant: str
    enrolled: bool
    error_code: str
    degraded: bool
    unknown_attributes: _containers.RepeatedScalarFieldContainer[str]
    exposure_token: bytes
    assignments_to_persist: _containers.RepeatedCompositeFieldContainer[StickyAssignment]
    def __init__(self, key: _Optional[str] = ..., variant: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ..., reason: _Optional[_Union[_reason_pb2.Reason, str]] = ..., notes: _Optional[_Iterable[_Union[_reason_pb2.Note, str]]] = ..., rule: _Optional[str] = ..., experiment: _Optional[str] = ..., experiment_variant: _Optional[str] = ..., enrolled: _Optional[bool] = ..., error_code: _Optional[str] = ..., degraded: _Optional[bool] = ..., unknown_attributes: _Optional[_Iterable[str]] = ..., exposure_token: _Optional[bytes] = ..., assignments_to_persist: _Optional[_Iterable[_Union[StickyAssignment, _Mapping]]] = ...) -> None: ...

class DecideRequest(_message.Message):
    __slots__ = ("key", "context", "expected_type", "exposure_mode", "min_revision", "now")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_MODE_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    key: str
    context: Context
    expected_type: ValueType
    exposure_mode: ExposureMode
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., expected_type: _Optional[_Union[ValueType, str]] = ..., exposure_mode: _Optional[_Union[ExposureMode, str]] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DecideResponse(_message.Message):
    __slots__ = ("decision", "snapshot")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    snapshot: SnapshotReference
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ...) -> None: ...

class BatchDecideRequest(_message.Message):
    __slots__ = ("keys", "context", "items", "exposure_mode", "min_revision", "now")
    class Item(_message.Message):
        __slots__ = ("key", "context", "expected_type")
        KEY_FIELD_NUMBER: _ClassVar[int]
        CONTEXT_FIELD_NUMBER: _ClassVar[int]
        EXPECTED_TYPE_FIELD_NUMBER: _ClassVar[int]
        key: str
        context: Context
        expected_type: ValueType
        def __init__(self, key: _Optional[str] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., expected_type: _Optional[_Union[ValueType, str]] = ...) -> None: ...
    KEYS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_MODE_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    context: Context
    items: _containers.RepeatedCompositeFieldContainer[BatchDecideRequest.Item]
    exposure_mode: ExposureMode
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., items: _Optional[_Iterable[_Union[BatchDecideRequest.Item, _Mapping]]] = ..., exposure_mode: _Optional[_Union[ExposureMode, str]] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BatchDecideResponse(_message.Message):
    __slots__ = ("results", "snapshot")
    class Result(_message.Message):
        __slots__ = ("decision", "error")
        DECISION_FIELD_NUMBER: _ClassVar[int]
        ERROR_FIELD_NUMBER: _ClassVar[int]
        decision: Decision
        error: ItemError
        def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ..., error: _Optional[_Union[ItemError, _Mapping]] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchDecideResponse.Result]
    snapshot: SnapshotReference
    def __init__(self, results: _Optional[_Iterable[_Union[BatchDecideResponse.Result, _Mapping]]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ...) -> None: ...

class ItemError(_message.Message):
    __slots__ = ("key", "code", "reason", "message")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    key: str
    code: int
    reason: str
    message: str
    def __init__(self, key: _Optional[str] = ..., code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class DecideAllRequest(_message.Message):
    __slots__ = ("context", "tag", "key_prefix", "exposure_mode", "min_revision", "now")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_MODE_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    context: Context
    tag: str
    key_prefix: str
    exposure_mode: ExposureMode
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, context: _Optional[_Union[Context, _Mapping]] = ..., tag: _Optional[str] = ..., key_prefix: _Optional[str] = ..., exposure_mode: _Optional[_Union[ExposureMode, str]] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DecideAllResponse(_message.Message):
    __slots__ = ("decisions", "snapshot")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    snapshot: SnapshotReference
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ...) -> None: ...

class SegmentCheck(_message.Message):
    __slots__ = ("key", "state", "reason", "notes", "unknown_attributes", "member_age")
    KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    MEMBER_AGE_FIELD_NUMBER: _ClassVar[int]
    key: str
    state: SegmentState
    reason: str
    notes: _containers.RepeatedScalarFieldContainer[_reason_pb2.Note]
    unknown_attributes: _containers.RepeatedScalarFieldContainer[str]
    member_age: _duration_pb2.Duration
    def __init__(self, key: _Optional[str] = ..., state: _Optional[_Union[SegmentState, str]] = ..., reason: _Optional[str] = ..., notes: _Optional[_Iterable[_Union[_reason_pb2.Note, str]]] = ..., unknown_attributes: _Optional[_Iterable[str]] = ..., member_age: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CheckSegmentRequest(_message.Message):
    __slots__ = ("key", "context", "min_revision", "now")
    KEY_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    key: str
    context: Context
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CheckSegmentResponse(_message.Message):
    __slots__ = ("check", "snapshot")
    CHECK_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    check: SegmentCheck
    snapshot: SnapshotReference
    def __init__(self, check: _Optional[_Union[SegmentCheck, _Mapping]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ...) -> None: ...

class BatchCheckSegmentsRequest(_message.Message):
    __slots__ = ("keys", "context", "min_revision", "now")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    context: Context
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BatchCheckSegmentsResponse(_message.Message):
    __slots__ = ("results", "snapshot")
    class Result(_message.Message):
        __slots__ = ("check", "error")
        CHECK_FIELD_NUMBER: _ClassVar[int]
        ERROR_FIELD_NUMBER: _ClassVar[int]
        check: SegmentCheck
        error: ItemError
        def __init__(self, check: _Optional[_Union[SegmentCheck, _Mapping]] = ..., error: _Optional[_Union[ItemError, _Mapping]] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchCheckSegmentsResponse.Result]
    snapshot: SnapshotReference
    def __init__(self, results: _Optional[_Iterable[_Union[BatchCheckSegmentsResponse.Result, _Mapping]]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ...) -> None: ...

class ListMatchingSegmentsRequest(_message.Message):
    __slots__ = ("context", "tag", "key_prefix", "min_revision", "now")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    context: Context
    tag: str
    key_prefix: str
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, context: _Optional[_Union[Context, _Mapping]] = ..., tag: _Optional[str] = ..., key_prefix: _Optional[str] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListMatchingSegmentsResponse(_message.Message):
    __slots__ = ("keys", "unknown_keys", "snapshot")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_KEYS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    unknown_keys: _containers.RepeatedScalarFieldContainer[str]
    snapshot: SnapshotReference
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., unknown_keys: _Optional[_Iterable[str]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("key", "segment", "context", "min_revision", "now")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    key: str
    segment: str
    context: Context
    min_revision: int
    now: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., segment: _Optional[str] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., min_revision: _Optional[int] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("decision", "check", "snapshot", "steps")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    check: SegmentCheck
    snapshot: SnapshotReference
    steps: _containers.RepeatedCompositeFieldContainer[ExplainedStep]
    def __init__(self, decision: _Optional[_Union[Decision, _Mapping]] = ..., check: _Optional[_Union[SegmentCheck, _Mapping]] = ..., snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[ExplainedStep, _Mapping]]] = ...) -> None: ...

class ExplainedStep(_message.Message):
    __slots__ = ("kind", "name", "outcome", "operator", "operand", "state", "value", "masked", "unit_kind", "unit_id", "slot", "steps", "bucket", "member_count", "member_age")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    OPERAND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MASKED_FIELD_NUMBER: _ClassVar[int]
    UNIT_KIND_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_AGE_FIELD_NUMBER: _ClassVar[int]
    kind: StepKind
    name: str
    outcome: SegmentState
    operator: str
    operand: str
    state: AttributeState
    value: _value_pb2.Value
    masked: bool
    unit_kind: str
    unit_id: str
    slot: int
    steps: _containers.RepeatedCompositeFieldContainer[ExplainedStep]
    bucket: float
    member_count: int
    member_age: _duration_pb2.Duration
    def __init__(self, kind: _Optional[_Union[StepKind, str]] = ..., name: _Optional[str] = ..., outcome: _Optional[_Union[SegmentState, str]] = ..., operator: _Optional[str] = ..., operand: _Optional[str] = ..., state: _Optional[_Union[AttributeState, str]] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ..., masked: _Optional[bool] = ..., unit_kind: _Optional[str] = ..., unit_id: _Optional[str] = ..., slot: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[ExplainedStep, _Mapping]]] = ..., bucket: _Optional[float] = ..., member_count: _Optional[int] = ..., member_age: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ExposeRequest(_message.Message):
    __slots__ = ("exposures",)
    class Exposure(_message.Message):
        __slots__ = ("token", "key", "unit_kind", "unit_id", "variant")
        TOKEN_FIELD_NUMBER: _ClassVar[int]
        KEY_FIELD_NUMBER: _ClassVar[int]
        UNIT_KIND_FIELD_NUMBER: _ClassVar[int]
        UNIT_ID_FIELD_NUMBER: _ClassVar[int]
        VARIANT_FIELD_NUMBER: _ClassVar[int]
        token: bytes
        key: str
        unit_kind: str
        unit_id: str
        variant: str
        def __init__(self, token: _Optional[bytes] = ..., key: _Optional[str] = ..., unit_kind: _Optional[str] = ..., unit_id: _Optional[str] = ..., variant: _Optional[str] = ...) -> None: ...
    EXPOSURES_FIELD_NUMBER: _ClassVar[int]
    exposures: _containers.RepeatedCompositeFieldContainer[ExposeRequest.Exposure]
    def __init__(self, exposures: _Optional[_Iterable[_Union[ExposeRequest.Exposure, _Mapping]]] = ...) -> None: ...

class ExposeResponse(_message.Message):
    __slots__ = ("recorded",)
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    recorded: int
    def __init__(self, recorded: _Optional[int] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("snapshot", "changed_keys")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_KEYS_FIELD_NUMBER: _ClassVar[int]
    snapshot: SnapshotReference
    changed_keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ..., changed_keys: _Optional[_Iterable[str]] = ...) -> None: ...

class GetSnapshotStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSnapshotStatusResponse(_message.Message):
    __slots__ = ("snapshot", "published_at", "published_by", "flags", "experiments", "segments", "problems", "layers", "holdouts")
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
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BY_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENTS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    HOLDOUTS_FIELD_NUMBER: _ClassVar[int]
    snapshot: SnapshotReference
    published_at: _timestamp_pb2.Timestamp
    published_by: str
    flags: int
    experiments: int
    segments: int
    problems: _containers.RepeatedCompositeFieldContainer[GetSnapshotStatusResponse.Problem]
    layers: int
    holdouts: int
    def __init__(self, snapshot: _Optional[_Union[SnapshotReference, _Mapping]] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., published_by: _Optional[str] = ..., flags: _Optional[int] = ..., experiments: _Optional[int] = ..., segments: _Optional[int] = ..., problems: _Optional[_Iterable[_Union[GetSnapshotStatusResponse.Problem, _Mapping]]] = ..., layers: _Optional[int] = ..., holdouts: _Optional[int] = ...) -> None: ...
