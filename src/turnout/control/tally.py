"""What a control plane counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from turnout.releases.distribution import Traffic


@dataclass
class Tally:
    """Since the start. Counted and read on one event loop."""

    unauthenticated: int = 0
    """Calls and requests without a good token or certificate."""
    traffic: Traffic = field(default_factory=Traffic)
    """Of the snapshots that are handed out."""
    deposit: Callable[[], Mapping[str, Any]] | None = None
    """Tells what became of the snapshots that are written elsewhere; None: they are not."""
