"""Stored assignments: section 8."""

import re
from typing import NamedTuple

from reference.question import NANOS, Record

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}


class Assignment(NamedTuple):
    """What is to be stored."""

    experiment: str
    epoch: int
    unit_kind: str
    unit_id: str
    record: Record
    replaces: Record | None = None
    """The record that is still there if the compare-and-set holds."""

    @property
    def key(self):
        """What a store keeps it under."""
        return self.experiment, self.epoch, self.unit_kind, self.unit_id


class Store:
    """What keeps assignments, as a dict."""

    def __init__(self):
        self.records = {}

    def write(self, assignment):
        """First write wins, but for a compare-and-set."""
        if self.records.get(assignment.key) == assignment.replaces:
            self.records[assignment.key] = assignment.record


def ttl_seconds(text):
    """`30 days` or `P30D` in seconds."""
    if match := re.fullmatch(r"P([0-9]+)D", text):
        return int(match[1]) * UNITS["day"]
    count, unit = text.split()
    return int(count) * UNITS[unit.removesuffix("s")]


def current(key, written, unit, asked):
    """The record of the current epoch, whatever it holds, or None."""
    if asked.ctx.records is None or unit is None:
        return None
    return asked.ctx.records.get((key, written.get("epoch", 1), *unit))


def is_blocked(key, written, units, asked):
    """Whether any of the units has a record of an epoch before `min_epoch`."""
    oldest = written.get("min_epoch", 0)
    return any(
        (experiment, *unit) == (key, *mine) and epoch < oldest
        for experiment, epoch, *unit in asked.ctx.records or {}
        for mine in units
    )


def is_usable(record, written, asked):
    """Whether its variant is defined and its time is not over."""
    if record is None or record.variant not in written["variants"]:
        return False
    if "ttl" not in written:
        return True
    return asked.ctx.now < record.assigned_at + ttl_seconds(written["ttl"]) * NANOS
