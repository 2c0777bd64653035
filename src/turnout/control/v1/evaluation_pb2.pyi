import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EvaluationAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVALUATION_ACTION_UNSPECIFIED: _ClassVar[EvaluationAction]
    EVALUATION_ACTION_EVALUATE: _ClassVar[EvaluationAction]
    EVALUATION_ACTION_POPULATE: _ClassVar[EvaluationAction]
    EVALUATION_ACTION_REMOVE: _ClassVar[EvaluationAction]
    EVALUATION_ACTION_SUBTRACT: _ClassVar[EvaluationAction]

class EvaluationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVALUATION_STATE_UNSPECIFIED: _ClassVar[EvaluationState]
    EVALUATION_STATE_RUNNING: _ClassVar[EvaluationState]
    EVALUATION_STATE_SUCCEEDED: _ClassVar[EvaluationState]
    EVALUATION_STATE_FAILED: _ClassVar[EvaluationState]
    EVALUATION_STATE_CANCELLED: _ClassVar[EvaluationState]

class MembersMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBERS_MODE_UNSPECIFIED: _ClassVar[MembersMode]
    MEMBERS_MODE_APPEND: _ClassVar[MembersMode]
    MEMBERS_MODE_REPLACE: _ClassVar[MembersMode]
EVALUATION_ACTION_UNSPECIFIED: EvaluationAction
EVALUATION_ACTION_EVALUATE: EvaluationAction
EVALUATION_ACTION_POPULATE: EvaluationAction
EVALUATION_ACTION_REMOVE: EvaluationAction
EVALUATION_ACTION_SUBTRACT: EvaluationAction
EVALUATION_STATE_UNSPECIFIED: EvaluationState
EVALUATION_STATE_RUNNING: EvaluationState
EVALUATION_STATE_SUCCEEDED: EvaluationState
EVALUATION_STATE_FAILED: EvaluationState
EVALUATION_STATE_CANCELLED: EvaluationState
MEMBERS_MODE_UNSPECIFIED: MembersMode
MEMBERS_MODE_APPEND: MembersMode
MEMBERS_MODE_REPLACE: MembersMode

class EvaluateSegmentRequest(_message.Message):
    __slots__ = ("name", "dry_run", "accept_shrink", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_SHRINK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    dry_run: bool
    accept_shrink: bool
    request_id: str
    def __init__(self, name: _Optional[str] = ..., dry_run: _Optional[bool] = ..., accept_shrink: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class PopulateFromQueryRequest(_message.Message):
    __slots__ = ("name", "query", "parameters", "mode", "request_id", "dry_run", "accept_shrink")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_SHRINK_FIELD_NUMBER: _ClassVar[int]
    name: str
    query: str
    parameters: _struct_pb2.Struct
    mode: MembersMode
    request_id: str
    dry_run: bool
    accept_shrink: bool
    def __init__(self, name: _Optional[str] = ..., query: _Optional[str] = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., mode: _Optional[_Union[MembersMode, str]] = ..., request_id: _Optional[str] = ..., dry_run: _Optional[bool] = ..., accept_shrink: _Optional[bool] = ...) -> None: ...

class RemoveByQueryRequest(_message.Message):
    __slots__ = ("name", "query", "parameters", "request_id", "dry_run")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    name: str
    query: str
    parameters: _struct_pb2.Struct
    request_id: str
    dry_run: bool
    def __init__(self, name: _Optional[str] = ..., query: _Optional[str] = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., request_id: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class SubtractSegmentRequest(_message.Message):
    __slots__ = ("name", "subtrahend", "request_id", "dry_run")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBTRAHEND_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    name: str
    subtrahend: str
    request_id: str
    dry_run: bool
    def __init__(self, name: _Optional[str] = ..., subtrahend: _Optional[str] = ..., request_id: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class Evaluation(_message.Message):
    __slots__ = ("name", "operation", "action", "state", "scheduled", "dry_run", "actor", "start_time", "end_time", "row_count", "member_count", "added_count", "removed_count", "size_bytes", "set_sha256", "failure_reason", "failure_message", "revision")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SET_SHA256_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    operation: str
    action: EvaluationAction
    state: EvaluationState
    scheduled: bool
    dry_run: bool
    actor: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    row_count: int
    member_count: int
    added_count: int
    removed_count: int
    size_bytes: int
    set_sha256: str
    failure_reason: str
    failure_message: str
    revision: int
    def __init__(self, name: _Optional[str] = ..., operation: _Optional[str] = ..., action: _Optional[_Union[EvaluationAction, str]] = ..., state: _Optional[_Union[EvaluationState, str]] = ..., scheduled: _Optional[bool] = ..., dry_run: _Optional[bool] = ..., actor: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., row_count: _Optional[int] = ..., member_count: _Optional[int] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., size_bytes: _Optional[int] = ..., set_sha256: _Optional[str] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class EvaluationProgress(_message.Message):
    __slots__ = ("evaluation", "segment", "action", "start_time", "update_time", "row_count", "cancel_requested")
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    evaluation: str
    segment: str
    action: EvaluationAction
    start_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    row_count: int
    cancel_requested: bool
    def __init__(self, evaluation: _Optional[str] = ..., segment: _Optional[str] = ..., action: _Optional[_Union[EvaluationAction, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., row_count: _Optional[int] = ..., cancel_requested: _Optional[bool] = ...) -> None: ...

class GetEvaluationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListEvaluationsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEvaluationsResponse(_message.Message):
    __slots__ = ("evaluations", "next_page_token")
    EVALUATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    evaluations: _containers.RepeatedCompositeFieldContainer[Evaluation]
    next_page_token: str
    def __init__(self, evaluations: _Optional[_Iterable[_Union[Evaluation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ImportMembersRequest(_message.Message):
    __slots__ = ("name", "mode", "request_id", "validate_only", "unit_ids")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    mode: MembersMode
    request_id: str
    validate_only: bool
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., mode: _Optional[_Union[MembersMode, str]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., unit_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ImportMembersResponse(_message.Message):
    __slots__ = ("given_count", "added_count", "removed_count", "member_count")
    GIVEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    given_count: int
    added_count: int
    removed_count: int
    member_count: int
    def __init__(self, given_count: _Optional[int] = ..., added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., member_count: _Optional[int] = ...) -> None: ...

class ExportMembersRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ExportMembersResponse(_message.Message):
    __slots__ = ("unit_ids", "member_count")
    UNIT_IDS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    unit_ids: _containers.RepeatedScalarFieldContainer[str]
    member_count: int
    def __init__(self, unit_ids: _Optional[_Iterable[str]] = ..., member_count: _Optional[int] = ...) -> None: ...
