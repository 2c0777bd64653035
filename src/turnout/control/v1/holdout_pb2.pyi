import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from turnout.control.v1 import rule_pb2 as _rule_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HoldoutStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HOLDOUT_STATUS_UNSPECIFIED: _ClassVar[HoldoutStatus]
    HOLDOUT_STATUS_DRAFT: _ClassVar[HoldoutStatus]
    HOLDOUT_STATUS_RUNNING: _ClassVar[HoldoutStatus]
    HOLDOUT_STATUS_ENDED: _ClassVar[HoldoutStatus]
HOLDOUT_STATUS_UNSPECIFIED: HoldoutStatus
HOLDOUT_STATUS_DRAFT: HoldoutStatus
HOLDOUT_STATUS_RUNNING: HoldoutStatus
HOLDOUT_STATUS_ENDED: HoldoutStatus

class GetHoldoutRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListHoldoutsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ListHoldoutsResponse(_message.Message):
    __slots__ = ("holdouts", "next_page_token")
    HOLDOUTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    holdouts: _containers.RepeatedCompositeFieldContainer[Holdout]
    next_page_token: str
    def __init__(self, holdouts: _Optional[_Iterable[_Union[Holdout, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateHoldoutRequest(_message.Message):
    __slots__ = ("holdout", "holdout_id", "request_id", "validate_only")
    HOLDOUT_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    holdout: Holdout
    holdout_id: str
    request_id: str
    validate_only: bool
    def __init__(self, holdout: _Optional[_Union[Holdout, _Mapping]] = ..., holdout_id: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class UpdateHoldoutRequest(_message.Message):
    __slots__ = ("holdout", "update_mask", "request_id", "validate_only")
    HOLDOUT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    holdout: Holdout
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    validate_only: bool
    def __init__(self, holdout: _Optional[_Union[Holdout, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class DeleteHoldoutRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class DeleteHoldoutResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StartHoldoutRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class EndHoldoutRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class Holdout(_message.Message):
    __slots__ = ("name", "etag", "create_time", "update_time", "description", "tags", "status", "unit", "salt", "share", "scope_experiments", "scope_tags", "starts_at", "ends_at", "audience")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_EXPERIMENTS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_TAGS_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    description: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    status: HoldoutStatus
    unit: str
    salt: str
    share: str
    scope_experiments: _containers.RepeatedScalarFieldContainer[str]
    scope_tags: _containers.RepeatedScalarFieldContainer[str]
    starts_at: str
    ends_at: str
    audience: _rule_pb2.Audience
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., description: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[HoldoutStatus, str]] = ..., unit: _Optional[str] = ..., salt: _Optional[str] = ..., share: _Optional[str] = ..., scope_experiments: _Optional[_Iterable[str]] = ..., scope_tags: _Optional[_Iterable[str]] = ..., starts_at: _Optional[str] = ..., ends_at: _Optional[str] = ..., audience: _Optional[_Union[_rule_pb2.Audience, _Mapping]] = ...) -> None: ...
