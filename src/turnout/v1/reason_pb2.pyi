from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_UNSPECIFIED: _ClassVar[Reason]
    REASON_NOT_RUNNING: _ClassVar[Reason]
    REASON_KILLED: _ClassVar[Reason]
    REASON_NO_UNIT: _ClassVar[Reason]
    REASON_FORCED: _ClassVar[Reason]
    REASON_PAUSED: _ClassVar[Reason]
    REASON_PREREQUISITE: _ClassVar[Reason]
    REASON_HOLDOUT: _ClassVar[Reason]
    REASON_CONCLUDED: _ClassVar[Reason]
    REASON_BLOCKED_EPOCH: _ClassVar[Reason]
    REASON_STICKY: _ClassVar[Reason]
    REASON_REASSIGNED: _ClassVar[Reason]
    REASON_STICKY_UNKNOWN: _ClassVar[Reason]
    REASON_LEFT_TARGET: _ClassVar[Reason]
    REASON_ENROLMENT_STOPPED: _ClassVar[Reason]
    REASON_NOT_IN_AUDIENCE: _ClassVar[Reason]
    REASON_UNKNOWN_ATTRIBUTE: _ClassVar[Reason]
    REASON_NOT_IN_LAYER: _ClassVar[Reason]
    REASON_NOT_IN_TRAFFIC: _ClassVar[Reason]
    REASON_ASSIGNED: _ClassVar[Reason]
    REASON_VARIANT_REMOVED: _ClassVar[Reason]
    REASON_FLAG_NOT_FOUND: _ClassVar[Reason]
    REASON_DISABLED: _ClassVar[Reason]
    REASON_TARGETING_MATCH: _ClassVar[Reason]
    REASON_SPLIT: _ClassVar[Reason]
    REASON_STATIC: _ClassVar[Reason]
    REASON_DEFAULT: _ClassVar[Reason]
    REASON_TYPE_MISMATCH: _ClassVar[Reason]
    REASON_QUARANTINED: _ClassVar[Reason]
    REASON_ERROR: _ClassVar[Reason]

class Note(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTE_UNSPECIFIED: _ClassVar[Note]
    NOTE_SEGMENT_ARCHIVED: _ClassVar[Note]
    NOTE_TZ_FALLBACK: _ClassVar[Note]
    NOTE_CYCLE: _ClassVar[Note]
REASON_UNSPECIFIED: Reason
REASON_NOT_RUNNING: Reason
REASON_KILLED: Reason
REASON_NO_UNIT: Reason
REASON_FORCED: Reason
REASON_PAUSED: Reason
REASON_PREREQUISITE: Reason
REASON_HOLDOUT: Reason
REASON_CONCLUDED: Reason
REASON_BLOCKED_EPOCH: Reason
REASON_STICKY: Reason
REASON_REASSIGNED: Reason
REASON_STICKY_UNKNOWN: Reason
REASON_LEFT_TARGET: Reason
REASON_ENROLMENT_STOPPED: Reason
REASON_NOT_IN_AUDIENCE: Reason
REASON_UNKNOWN_ATTRIBUTE: Reason
REASON_NOT_IN_LAYER: Reason
REASON_NOT_IN_TRAFFIC: Reason
REASON_ASSIGNED: Reason
REASON_VARIANT_REMOVED: Reason
REASON_FLAG_NOT_FOUND: Reason
REASON_DISABLED: Reason
REASON_TARGETING_MATCH: Reason
REASON_SPLIT: Reason
REASON_STATIC: Reason
REASON_DEFAULT: Reason
REASON_TYPE_MISMATCH: Reason
REASON_QUARANTINED: Reason
REASON_ERROR: Reason
NOTE_UNSPECIFIED: Note
NOTE_SEGMENT_ARCHIVED: Note
NOTE_TZ_FALLBACK: Note
NOTE_CYCLE: Note
