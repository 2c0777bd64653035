"""turnout answers "which variant" and "is this unit in that segment".

`Client` asks a sidecar, `Engine` decides in this process; calls and results are the
same. Names are imported when they are first used: `turnout.Client` loads neither the
native module nor the compiler.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turnout.client import AsyncClient, Client
    from turnout.compiler import CompileFailed
    from turnout.embedded import Engine
    from turnout.results import (
        Context,
        DeadlineExceeded,
        Decision,
        ExplainedStep,
        Explanation,
        FailedPrecondition,
        FlagNotFound,
        InvalidArgument,
        ItemFailure,
        MatchingSegments,
        Note,
        NotFound,
        Reason,
        ResourceExhausted,
        SegmentCheck,
        SegmentNotFound,
        SegmentState,
        SnapshotChange,
        SnapshotProblem,
        SnapshotRef,
        SnapshotRefused,
        SnapshotStatus,
        StickyAssignment,
        TurnoutError,
        TypeMismatch,
        Unavailable,
        Unimplemented,
    )

__all__ = [
    "AsyncClient",
    "Client",
    "CompileFailed",
    "Context",
    "DeadlineExceeded",
    "Decision",
    "Engine",
    "ExplainedStep",
    "Explanation",
    "FailedPrecondition",
    "FlagNotFound",
    "InvalidArgument",
    "ItemFailure",
    "MatchingSegments",
    "NotFound",
    "Note",
    "Reason",
    "ResourceExhausted",
    "SegmentCheck",
    "SegmentNotFound",
    "SegmentState",
    "SnapshotChange",
    "SnapshotProblem",
    "SnapshotRef",
    "SnapshotRefused",
    "SnapshotStatus",
    "StickyAssignment",
    "TurnoutError",
    "TypeMismatch",
    "Unavailable",
    "Unimplemented",
]

# Where a name lives, when that is not `turnout.results`.
_HOMES = {
    "AsyncClient": "turnout.client",
    "Client": "turnout.client",
    "CompileFailed": "turnout.compiler",
    "Engine": "turnout.embedded",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Imports a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module `turnout` has no attribute `{name}`")
    public = getattr(import_module(_HOMES.get(name, "turnout.results")), name)
    globals()[name] = public
    return public


def __dir__() -> list[str]:
    """The public names, used or not."""
    return sorted({*globals(), *__all__})
