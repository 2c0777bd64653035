"""What is asked: the documents, and what one request knows (section 1)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

NANOS = 1_000_000_000


class Record(NamedTuple):
    """A stored assignment without its key; `assigned_at` in nanoseconds of the epoch."""

    variant: str
    assigned_at: int
    snapshot: str = ""


class Members(NamedTuple):
    """What an evaluation gave a segment."""

    artifact: bytes | None
    """The set; None: it is not there."""
    evaluated_at: int | None = None
    """Nanoseconds of the epoch; None: kept by hand."""


@dataclass
class Ctx:
    """What one request knows."""

    units: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)
    unknown: frozenset = frozenset()
    partial: bool = False
    now: int = 0
    """Nanoseconds of the epoch."""
    events_reached: bool = False
    records: dict | None = field(default_factory=dict)
    """(experiment, epoch, unit kind, unit id) to `Record`; None: the store cannot be asked."""

    def is_unknown(self, name, given):
        """Whether a name that is not given could not be known."""
        return name in self.unknown or (self.partial and name not in given)


@dataclass
class Question:
    """One request to one set of documents."""

    documents: dict
    ctx: Ctx
    members: dict = field(default_factory=dict)
    """`Members` of dynamic segments, by key; without any no query was evaluated."""
    zone_fell_back: bool = False
    """Whether a condition looked for the zone of the unit in vain."""
    on_the_way: list = field(default_factory=list)
    """The outcomes of the items that conditions and prerequisites asked for."""
    asking: tuple = ()
    """The items whose answers are being looked for: one of them again is a cycle."""

    def section(self, name):
        """The items of a kind, by key."""
        return self.documents.get(name, {})

    @property
    def workspace(self):
        """What all items share."""
        return self.documents.get("workspace", {})

    @property
    def zone(self):
        """The workspace's zone."""
        return self.workspace.get("timezone", "UTC")

    def unit(self, kind):
        """The unit's id or None, and the kind's name if it could not be known."""
        unit_id = self.ctx.units.get(kind)
        if unit_id:
            return unit_id, frozenset()
        unknown = self.ctx.is_unknown(kind, self.ctx.units)
        return None, frozenset([kind] if unknown else [])


def nanoseconds(moment: datetime) -> int:
    """An aware datetime as nanoseconds of the epoch, exactly."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
