"""Who writes."""

from datetime import datetime
from typing import NamedTuple


class Act(NamedTuple):
    """One call that writes, as the audit log tells it."""

    actor: str
    """The name of a token or of an identity."""
    method: str
    """For example `UpdateFlag`."""
    peer: str = ""
    """The address of the caller."""
    at: datetime | None = None
    """When, aware; without it when the transaction begins."""
