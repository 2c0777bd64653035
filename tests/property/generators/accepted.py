"""What turnout does not read yet is not drawn. This file goes when everything is built."""

from turnout import Engine, SnapshotRefused
from turnout.results import Context

PROBES = {
    "datetime": {"is_since": "today"},
    "version": {"is_at_least": "1.0"},
    "ip": {"is_in_cidr": "10.0.0.0/8"},
    "geo": {"is_within": {"lat": 0, "lon": 0, "km": 1}},
}


def later_types():
    """Types of conditions that the engine does not link yet."""
    for kind, operand in PROBES.items():
        try:
            Engine.from_documents({"segments": {"s": {"match": {"attribute": "a", **operand}}}})
        except SnapshotRefused:
            yield kind


LATER_TYPES = set(later_types())
DATES = True
COPIES = True
STICKY = "sticky_assignments" in Context.__doc__
EVENTS = "events_reached" in Context.__doc__
