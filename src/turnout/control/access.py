"""Who may: who calls, and which role each RPC needs. Which items, `reach` tells."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from turnout.control.failures import PermissionDenied

ROLES: Final = ("viewer", "editor", "publisher", "admin")
"""Each may all that the one before may."""

NEEDED_BY: dict[str, tuple[str, ...]] = {
    "viewer": (
        "GetSegment", "ListSegments", "ListMembers", "ExportMembers",
        "GetEvaluation", "ListEvaluations",
        "GetOperation", "ListOperations", "WaitOperation",
        "GetFlag", "ListFlags",
        "GetExperiment", "ListExperiments",
        "GetLayer", "ListLayers",
        "GetHoldout", "ListHoldouts",
        "GetQuery", "ListQueries",
        "GetWorkspace",
        "Plan", "GetSnapshot", "ListSnapshots",
        "GetAuditEvent", "ListAuditEvents", "VerifyAuditEvents",
        "ExportDocuments",
        "GetScheduledChange", "ListScheduledChanges",
    ),
    "editor": (
        "CreateSegment", "UpdateSegment", "DeleteSegment",
        "ActivateSegment", "PauseSegment", "ArchiveSegment", "RestoreSegment",
        "AddMembers", "RemoveMembers", "ImportMembers",
        "PopulateFromQuery", "RemoveByQuery", "SubtractSegment",
        "CancelOperation", "DeleteOperation",
        "CreateFlag", "UpdateFlag", "DeleteFlag",
        "EnableFlag", "DisableFlag", "ArchiveFlag", "RestoreFlag",
        "CreateExperiment", "UpdateExperiment", "DeleteExperiment",
        "StartExperiment", "StopEnrolmentExperiment", "ResumeEnrolmentExperiment",
        "PauseExperiment", "ResumeExperiment", "ConcludeExperiment", "ArchiveExperiment",
        "RestoreExperiment", "KillExperiment", "ReviveExperiment", "BumpEpochExperiment",
        "CreateLayer", "UpdateLayer", "DeleteLayer",
        "CreateHoldout", "UpdateHoldout", "DeleteHoldout", "StartHoldout", "EndHoldout",
        "CreateQuery", "UpdateQuery", "DeleteQuery", "PreviewQuery",
        "ApplyDocuments",
    ),
    "publisher": (
        "Publish", "Rollback",
        # Decisions go by its result at once.
        "EvaluateSegment",
        # What is scheduled publishes by itself.
        "CreateScheduledChange", "BatchCreateScheduledChanges", "ApproveScheduledChange",
        "CancelScheduledChange",
    ),
    "admin": ("UpdateWorkspace", "CreateToken", "GetToken", "ListTokens", "RevokeToken"),
}  # fmt: skip
"""The smallest role for each RPC. What is not here is refused to everybody."""

_NEEDED: Mapping[str, str] = {
    method: role for role, methods in NEEDED_BY.items() for method in methods
}


class Caller(NamedTuple):
    """Who calls."""

    actor: str
    """The name of a token or of an identity; `loopback` without authentication."""
    role: str
    key_prefixes: Sequence[str] = ()
    """Writes are limited to items whose keys start with one of these."""
    tags: Sequence[str] = ()
    """Writes are limited to items with one of these; either will do."""

    @property
    def is_limited(self) -> bool:
        """Whether there are items that it may not write."""
        return bool(self.key_prefixes or self.tags)

    def reaches(self, key: str, tags: Iterable[str]) -> bool:
        """Whether an item is among those that it may write."""
        by_key = any(key.startswith(prefix) for prefix in self.key_prefixes)
        return not self.is_limited or by_key or not set(self.tags).isdisjoint(tags)


def needed_role(method: str) -> str | None:
    """The smallest role that may call an RPC; None when nobody may."""
    return _NEEDED.get(method)


def require_role(caller: Caller, method: str) -> None:
    """Lets a caller through whose role is great enough.

    Raises:
        PermissionDenied: It is not, or the RPC is in no table.
    """
    needed = needed_role(method)
    if needed is None:
        raise PermissionDenied("NOBODY_MAY", f"`{method}` is in no table of roles", method=method)
    if ROLES.index(caller.role) < ROLES.index(needed):
        raise PermissionDenied(
            "ROLE_TOO_SMALL",
            f"`{method}` needs the role `{needed}`, and `{caller.actor}` is `{caller.role}`",
            method=method,
            needed=needed,
            role=caller.role,
            actor=caller.actor,
        )
