"""The workspace as the store has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

NAME_OF_WORKSPACE = "workspace"
"""As the log calls it."""

FIRST_BODY: dict[str, Any] = {"key": "default", "timezone": "UTC", "attributes": {}}
"""What it is before anybody changes it."""


@dataclass(frozen=True)
class WorkspaceRow:
    """The workspace as the store has it."""

    body: dict[str, Any]
    """`key`, `timezone` and `attributes`, which are by name and have `type`, `description` and
    `sensitive`."""
    etag: str
    version: int
    """Grows with every change: the number of the audit event about it; 0 as it was first."""
    updated_at: datetime
