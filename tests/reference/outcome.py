"""What an item comes out as: sections 8 and 10."""

from dataclasses import dataclass, field

ENROLLED = {"ASSIGNED", "STICKY", "STICKY_UNKNOWN", "REASSIGNED", "VARIANT_REMOVED"}
"""Reasons with which a unit takes part in the experiment."""


@dataclass
class Outcome:
    """A decision, step by step."""

    variant: str | None = None
    value: object = None
    reason: str = ""
    rule: str | None = None
    experiment: str | None = None
    experiment_variant: str | None = None
    names: set = field(default_factory=set)
    """What could not be known and was passed over."""
    notes: set = field(default_factory=set)
    failed: bool = False
    """The store could not be asked: degraded, though nothing has a name."""
    assignments: list = field(default_factory=list)

    def pass_over(self, answer):
        """Collapses an answer: whatever made it UNKNOWN is told."""
        self.names |= answer.names
        self.notes |= answer.notes
        return answer.truth

    def adopt(self, other):
        """Tells what another outcome on the way could not know."""
        self.names |= other.names
        self.notes |= other.notes
        self.failed |= other.failed
        self.assignments += [one for one in other.assignments if one not in self.assignments]

    @property
    def enrolled(self):
        """Whether the unit takes part in the experiment."""
        return self.reason in ENROLLED

    @property
    def degraded(self):
        """Whether an UNKNOWN was collapsed on the way."""
        return bool(self.names) or self.failed
