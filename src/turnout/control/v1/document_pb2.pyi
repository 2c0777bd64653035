from turnout.control.v1 import release_pb2 as _release_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportDocumentsRequest(_message.Message):
    __slots__ = ("show_archived",)
    SHOW_ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    show_archived: bool
    def __init__(self, show_archived: _Optional[bool] = ...) -> None: ...

class ExportDocumentsResponse(_message.Message):
    __slots__ = ("documents",)
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    documents: str
    def __init__(self, documents: _Optional[str] = ...) -> None: ...

class ApplyDocumentsRequest(_message.Message):
    __slots__ = ("documents", "document_set", "force", "keep_missing", "request_id", "validate_only", "prune")
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_SET_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    KEEP_MISSING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    PRUNE_FIELD_NUMBER: _ClassVar[int]
    documents: str
    document_set: str
    force: bool
    keep_missing: bool
    request_id: str
    validate_only: bool
    prune: bool
    def __init__(self, documents: _Optional[str] = ..., document_set: _Optional[str] = ..., force: _Optional[bool] = ..., keep_missing: _Optional[bool] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., prune: _Optional[bool] = ...) -> None: ...

class ApplyDocumentsResponse(_message.Message):
    __slots__ = ("changes", "conflicts", "warnings", "live")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[_release_pb2.PlannedChange]
    conflicts: _containers.RepeatedCompositeFieldContainer[Conflict]
    warnings: _containers.RepeatedCompositeFieldContainer[_release_pb2.Problem]
    live: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, changes: _Optional[_Iterable[_Union[_release_pb2.PlannedChange, _Mapping]]] = ..., conflicts: _Optional[_Iterable[_Union[Conflict, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[_release_pb2.Problem, _Mapping]]] = ..., live: _Optional[_Iterable[str]] = ...) -> None: ...

class Conflict(_message.Message):
    __slots__ = ("name", "field", "in_documents", "in_store")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    IN_DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    IN_STORE_FIELD_NUMBER: _ClassVar[int]
    name: str
    field: str
    in_documents: str
    in_store: str
    def __init__(self, name: _Optional[str] = ..., field: _Optional[str] = ..., in_documents: _Optional[str] = ..., in_store: _Optional[str] = ...) -> None: ...
