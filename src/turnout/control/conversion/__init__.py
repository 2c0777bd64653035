"""Resources of the RPCs and documents: the same items, said in two ways."""

from turnout.control.conversion.items import (
    RESOURCES,
    SALTED,
    Standing,
    carrying_fault,
    field_path,
    status_enum,
    status_of,
    to_body,
    to_message,
)
from turnout.control.conversion.structs import MOST_MESSAGES, messages_deep, to_struct
from turnout.control.conversion.unreadable import Unreadable

__all__ = [
    "MOST_MESSAGES",
    "RESOURCES",
    "SALTED",
    "Standing",
    "Unreadable",
    "carrying_fault",
    "field_path",
    "messages_deep",
    "status_enum",
    "status_of",
    "to_body",
    "to_message",
    "to_struct",
]
