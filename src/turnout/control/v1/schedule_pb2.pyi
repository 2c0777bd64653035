import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from turnout.control.v1 import experiment_pb2 as _experiment_pb2
from turnout.control.v1 import rule_pb2 as _rule_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScheduledVerb(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEDULED_VERB_UNSPECIFIED: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_ACTIVATE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_PAUSE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_ARCHIVE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_RESTORE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_ENABLE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_DISABLE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_START: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_STOP_ENROLMENT: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_RESUME_ENROLMENT: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_RESUME: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_CONCLUDE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_KILL: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_REVIVE: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_BUMP_EPOCH: _ClassVar[ScheduledVerb]
    SCHEDULED_VERB_END: _ClassVar[ScheduledVerb]

class ScheduledChangeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEDULED_CHANGE_STATE_UNSPECIFIED: _ClassVar[ScheduledChangeState]
    SCHEDULED_CHANGE_STATE_PENDING: _ClassVar[ScheduledChangeState]
    SCHEDULED_CHANGE_STATE_APPLIED: _ClassVar[ScheduledChangeState]
    SCHEDULED_CHANGE_STATE_DONE: _ClassVar[ScheduledChangeState]
    SCHEDULED_CHANGE_STATE_FAILED: _ClassVar[ScheduledChangeState]
    SCHEDULED_CHANGE_STATE_CANCELLED: _ClassVar[ScheduledChangeState]
SCHEDULED_VERB_UNSPECIFIED: ScheduledVerb
SCHEDULED_VERB_ACTIVATE: ScheduledVerb
SCHEDULED_VERB_PAUSE: ScheduledVerb
SCHEDULED_VERB_ARCHIVE: ScheduledVerb
SCHEDULED_VERB_RESTORE: ScheduledVerb
SCHEDULED_VERB_ENABLE: ScheduledVerb
SCHEDULED_VERB_DISABLE: ScheduledVerb
SCHEDULED_VERB_START: ScheduledVerb
SCHEDULED_VERB_STOP_ENROLMENT: ScheduledVerb
SCHEDULED_VERB_RESUME_ENROLMENT: ScheduledVerb
SCHEDULED_VERB_RESUME: ScheduledVerb
SCHEDULED_VERB_CONCLUDE: ScheduledVerb
SCHEDULED_VERB_KILL: ScheduledVerb
SCHEDULED_VERB_REVIVE: ScheduledVerb
SCHEDULED_VERB_BUMP_EPOCH: ScheduledVerb
SCHEDULED_VERB_END: ScheduledVerb
SCHEDULED_CHANGE_STATE_UNSPECIFIED: ScheduledChangeState
SCHEDULED_CHANGE_STATE_PENDING: ScheduledChangeState
SCHEDULED_CHANGE_STATE_APPLIED: ScheduledChangeState
SCHEDULED_CHANGE_STATE_DONE: ScheduledChangeState
SCHEDULED_CHANGE_STATE_FAILED: ScheduledChangeState
SCHEDULED_CHANGE_STATE_CANCELLED: ScheduledChangeState

class CreateScheduledChangeRequest(_message.Message):
    __slots__ = ("scheduled_change", "request_id", "validate_only")
    SCHEDULED_CHANGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    scheduled_change: ScheduledChange
    request_id: str
    validate_only: bool
    def __init__(self, scheduled_change: _Optional[_Union[ScheduledChange, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class BatchCreateScheduledChangesRequest(_message.Message):
    __slots__ = ("scheduled_changes", "request_id", "validate_only")
    SCHEDULED_CHANGES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    scheduled_changes: _containers.RepeatedCompositeFieldContainer[ScheduledChange]
    request_id: str
    validate_only: bool
    def __init__(self, scheduled_changes: _Optional[_Iterable[_Union[ScheduledChange, _Mapping]]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class BatchCreateScheduledChangesResponse(_message.Message):
    __slots__ = ("scheduled_changes",)
    SCHEDULED_CHANGES_FIELD_NUMBER: _ClassVar[int]
    scheduled_changes: _containers.RepeatedCompositeFieldContainer[ScheduledChange]
    def __init__(self, scheduled_changes: _Optional[_Iterable[_Union[ScheduledChange, _Mapping]]] = ...) -> None: ...

class GetScheduledChangeRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListScheduledChangesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "show_ended", "filter")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SHOW_ENDED_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    show_ended: bool
    filter: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., show_ended: _Optional[bool] = ..., filter: _Optional[str] = ...) -> None: ...

class ListScheduledChangesResponse(_message.Message):
    __slots__ = ("scheduled_changes", "next_page_token")
    SCHEDULED_CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scheduled_changes: _containers.RepeatedCompositeFieldContainer[ScheduledChange]
    next_page_token: str
    def __init__(self, scheduled_changes: _Optional[_Iterable[_Union[ScheduledChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ApproveScheduledChangeRequest(_message.Message):
    __slots__ = ("name", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CancelScheduledChangeRequest(_message.Message):
    __slots__ = ("name", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class ScheduledChange(_message.Message):
    __slots__ = ("name", "item", "change_time", "move", "traffic", "weights", "split", "skip_publish", "step", "comment", "state", "creator", "create_time", "apply_time", "end_time", "snapshot", "failure_reason", "failure_message", "approver")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    MOVE_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    SKIP_PUBLISH_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    APPLY_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    APPROVER_FIELD_NUMBER: _ClassVar[int]
    name: str
    item: str
    change_time: _timestamp_pb2.Timestamp
    move: ScheduledMove
    traffic: str
    weights: ScheduledWeights
    split: ScheduledSplit
    skip_publish: bool
    step: str
    comment: str
    state: ScheduledChangeState
    creator: str
    create_time: _timestamp_pb2.Timestamp
    apply_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    snapshot: str
    failure_reason: str
    failure_message: str
    approver: str
    def __init__(self, name: _Optional[str] = ..., item: _Optional[str] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., move: _Optional[_Union[ScheduledMove, _Mapping]] = ..., traffic: _Optional[str] = ..., weights: _Optional[_Union[ScheduledWeights, _Mapping]] = ..., split: _Optional[_Union[ScheduledSplit, _Mapping]] = ..., skip_publish: _Optional[bool] = ..., step: _Optional[str] = ..., comment: _Optional[str] = ..., state: _Optional[_Union[ScheduledChangeState, str]] = ..., creator: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., apply_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., snapshot: _Optional[str] = ..., failure_reason: _Optional[str] = ..., failure_message: _Optional[str] = ..., approver: _Optional[str] = ...) -> None: ...

class ScheduledMove(_message.Message):
    __slots__ = ("verb", "winner", "winner_for", "block_older", "to_draft", "force")
    VERB_FIELD_NUMBER: _ClassVar[int]
    WINNER_FIELD_NUMBER: _ClassVar[int]
    WINNER_FOR_FIELD_NUMBER: _ClassVar[int]
    BLOCK_OLDER_FIELD_NUMBER: _ClassVar[int]
    TO_DRAFT_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    verb: ScheduledVerb
    winner: str
    winner_for: _experiment_pb2.WinnerFor
    block_older: bool
    to_draft: bool
    force: bool
    def __init__(self, verb: _Optional[_Union[ScheduledVerb, str]] = ..., winner: _Optional[str] = ..., winner_for: _Optional[_Union[_experiment_pb2.WinnerFor, str]] = ..., block_older: _Optional[bool] = ..., to_draft: _Optional[bool] = ..., force: _Optional[bool] = ...) -> None: ...

class ScheduledWeights(_message.Message):
    __slots__ = ("weights",)
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    weights: _containers.RepeatedCompositeFieldContainer[_rule_pb2.Share]
    def __init__(self, weights: _Optional[_Iterable[_Union[_rule_pb2.Share, _Mapping]]] = ...) -> None: ...

class ScheduledSplit(_message.Message):
    __slots__ = ("rule", "split")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    rule: str
    split: _containers.RepeatedCompositeFieldContainer[_rule_pb2.Share]
    def __init__(self, rule: _Optional[str] = ..., split: _Optional[_Iterable[_Union[_rule_pb2.Share, _Mapping]]] = ...) -> None: ...
