"""What a control plane counts."""

from dataclasses import dataclass, field

from turnout.releases.distribution import Traffic


@dataclass
class Tally:
    """Since the start. Counted and read on one event loop."""

    unauthenticated: int = 0
    """Calls and requests without a good token or certificate."""
    traffic: Traffic = field(default_factory=Traffic)
    """Of the snapshots that are handed out."""
