from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OnUnknown(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_UNKNOWN_UNSPECIFIED: _ClassVar[OnUnknown]
    ON_UNKNOWN_NO_MATCH: _ClassVar[OnUnknown]
    ON_UNKNOWN_MATCH: _ClassVar[OnUnknown]
    ON_UNKNOWN_STOP: _ClassVar[OnUnknown]
    ON_UNKNOWN_ERROR: _ClassVar[OnUnknown]

class FlagValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FLAG_VALUE_TYPE_UNSPECIFIED: _ClassVar[FlagValueType]
    FLAG_VALUE_TYPE_BOOLEAN: _ClassVar[FlagValueType]
    FLAG_VALUE_TYPE_STRING: _ClassVar[FlagValueType]
    FLAG_VALUE_TYPE_INTEGER: _ClassVar[FlagValueType]
    FLAG_VALUE_TYPE_DOUBLE: _ClassVar[FlagValueType]
    FLAG_VALUE_TYPE_OBJECT: _ClassVar[FlagValueType]

class AudienceMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIENCE_MODE_UNSPECIFIED: _ClassVar[AudienceMode]
    AUDIENCE_MODE_ALL: _ClassVar[AudienceMode]
    AUDIENCE_MODE_ANY: _ClassVar[AudienceMode]
ON_UNKNOWN_UNSPECIFIED: OnUnknown
ON_UNKNOWN_NO_MATCH: OnUnknown
ON_UNKNOWN_MATCH: OnUnknown
ON_UNKNOWN_STOP: OnUnknown
ON_UNKNOWN_ERROR: OnUnknown
FLAG_VALUE_TYPE_UNSPECIFIED: FlagValueType
FLAG_VALUE_TYPE_BOOLEAN: FlagValueType
FLAG_VALUE_TYPE_STRING: FlagValueType
FLAG_VALUE_TYPE_INTEGER: FlagValueType
FLAG_VALUE_TYPE_DOUBLE: FlagValueType
FLAG_VALUE_TYPE_OBJECT: FlagValueType
AUDIENCE_MODE_UNSPECIFIED: AudienceMode
AUDIENCE_MODE_ALL: AudienceMode
AUDIENCE_MODE_ANY: AudienceMode

class Rule(_message.Message):
    __slots__ = ("name", "description", "when", "serve", "split", "experiment", "salt", "on_unknown", "ranges", "bucketing")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    SERVE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    ON_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    BUCKETING_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    when: _struct_pb2.Struct
    serve: str
    split: _containers.RepeatedCompositeFieldContainer[Share]
    experiment: str
    salt: str
    on_unknown: OnUnknown
    ranges: _containers.RepeatedCompositeFieldContainer[Allocation]
    bucketing: _struct_pb2.Struct
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., when: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., serve: _Optional[str] = ..., split: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., experiment: _Optional[str] = ..., salt: _Optional[str] = ..., on_unknown: _Optional[_Union[OnUnknown, str]] = ..., ranges: _Optional[_Iterable[_Union[Allocation, _Mapping]]] = ..., bucketing: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class Share(_message.Message):
    __slots__ = ("variant", "share")
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    variant: str
    share: str
    def __init__(self, variant: _Optional[str] = ..., share: _Optional[str] = ...) -> None: ...

class Allocation(_message.Message):
    __slots__ = ("owner", "ranges")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    owner: str
    ranges: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, owner: _Optional[str] = ..., ranges: _Optional[_Iterable[str]] = ...) -> None: ...

class Override(_message.Message):
    __slots__ = ("unit_id", "variant")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    variant: str
    def __init__(self, unit_id: _Optional[str] = ..., variant: _Optional[str] = ...) -> None: ...

class Prerequisite(_message.Message):
    __slots__ = ("flag", "experiment", "variant_is", "variant_is_not")
    FLAG_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    VARIANT_IS_FIELD_NUMBER: _ClassVar[int]
    VARIANT_IS_NOT_FIELD_NUMBER: _ClassVar[int]
    flag: str
    experiment: str
    variant_is: _containers.RepeatedScalarFieldContainer[str]
    variant_is_not: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, flag: _Optional[str] = ..., experiment: _Optional[str] = ..., variant_is: _Optional[_Iterable[str]] = ..., variant_is_not: _Optional[_Iterable[str]] = ...) -> None: ...

class Audience(_message.Message):
    __slots__ = ("condition", "include", "mode", "exclude")
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_FIELD_NUMBER: _ClassVar[int]
    condition: _struct_pb2.Struct
    include: _containers.RepeatedScalarFieldContainer[str]
    mode: AudienceMode
    exclude: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, condition: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., include: _Optional[_Iterable[str]] = ..., mode: _Optional[_Union[AudienceMode, str]] = ..., exclude: _Optional[_Iterable[str]] = ...) -> None: ...
