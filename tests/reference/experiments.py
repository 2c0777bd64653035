"""Experiments: the order of section 8."""

from reference import conditions, exclusions, foreign, stickiness
from reference.bucketing import owned_now, owner, ppm, slot
from reference.logic import either, known
from reference.outcome import Outcome
from reference.question import Record

OFF = {"NOT_RUNNING", "KILLED", "PAUSED"}
"""Reasons of an experiment that is off."""


def is_off(key, asked, reason):
    """Whether an experiment is off; one that found no unit, whether it would be for any unit."""
    written = asked.section("experiments").get(key)
    if written is None:
        return False
    if reason != "NO_UNIT":
        return reason in OFF
    off = written.get("status", "draft") not in ("running", "enrolment_stopped")
    return off or not exclusions.in_dates(written, asked)


def decide(key, asked):
    """The outcome of an experiment."""
    return _Decision(key, asked).decide()


class _Decision:
    """One experiment for one question."""

    def __init__(self, key, asked):
        self.key, self.asked = key, asked
        self.written = asked.section("experiments")[key]
        self.salt = self.written.get("salt", key)
        self.epoch = self.written.get("epoch", 1)
        self.control = self.written.get("control", "control")
        self.out = Outcome(experiment=key)

    def decide(self):
        """Each step, with its reason."""
        written, status = self.written, self.written.get("status", "draft")
        won = status == "concluded" and "winner" in written
        if status == "archived":  # 1
            return self.default("NOT_RUNNING")
        if written.get("killed"):  # 2
            return self.default("KILLED")
        unknown_units = self.find_units()  # 3
        if self.unit_id is None and not won:
            self.out.names |= unknown_units
            return self.default("NO_UNIT")
        if self.unit_id in written.get("overrides", {}):  # 4
            return self.come_out(written["overrides"][self.unit_id], "FORCED")
        if status == "draft" or (status == "concluded" and not won):  # 5
            return self.default("NOT_RUNNING")
        if status != "concluded" and not exclusions.in_dates(written, self.asked):
            return self.default("NOT_RUNNING")
        if status == "paused":
            return self.default("PAUSED")
        self.find_record()
        met = self.out.pass_over(exclusions.prerequisites(written, self.asked))  # 6
        if met is None and self.valid:
            return self.keep("STICKY_UNKNOWN")
        if not met:
            return self.default("PREREQUISITE")
        held = exclusions.held(self.key, written, self.asked)  # 7
        if held.truth is not False:
            self.out.pass_over(held)
            return self.default("HOLDOUT")
        if won:
            return self.conclude()
        if self.asked.ctx.records is None:
            self.out.failed = True
        if stickiness.is_blocked(self.key, written, self.units, self.asked):  # 8
            return self.default("BLOCKED_EPOCH")
        if self.usable and not self.in_layer():
            return self.default("NOT_IN_LAYER")
        return self.stay() if self.valid else self.enrol()

    def find_units(self):
        """The primary's id, else that of `fallback_unit`: (kind, id) of each that there is."""
        kinds = [self.written.get("unit", "user")]
        if "fallback_unit" in self.written:
            kinds.append(self.written["fallback_unit"])
        found = [(kind, *self.asked.unit(kind)) for kind in kinds]
        self.units = [(kind, unit_id) for kind, unit_id, _ in found if unit_id is not None]
        self.unit_id = self.units[0][1] if self.units else None
        return frozenset().union(*(names for _, _, names in found))

    def find_record(self):
        """The first unit's record that is of use; else the first one's, which may be replaced."""
        records = [
            stickiness.current(self.key, self.written, unit, self.asked) for unit in self.units
        ]
        self.old = records[0] if records else None
        self.usable = [
            (unit, record)
            for unit, record in zip(self.units, records, strict=True)
            if stickiness.is_usable(record, self.written, self.asked)
        ]
        # Concluding frees the slots, and takes nothing from who took part.
        concluded = self.written.get("status") == "concluded"
        self.valid = bool(self.usable) and (concluded or self.in_layer())
        self.record = self.usable[0][1] if self.usable else None

    def in_layer(self):
        """Whether the experiment owns the unit's slot of its layer."""
        return exclusions.owns_its_slot(self.key, self.written, self.unit_id, self.asked)

    def conclude(self):
        """7, with a winner."""
        winner = self.written["winner"]
        if self.written.get("winner_for", "audience") == "everyone":
            return self.come_out(winner, "CONCLUDED")
        sticks = self.valid and self.written.get("audience_sticky", True)
        truth = self.out.pass_over(either([self.audience(), known(sticks)]))
        if truth:
            return self.come_out(winner, "CONCLUDED")
        return self.default("UNKNOWN_ATTRIBUTE" if truth is None else "NOT_IN_AUDIENCE")

    def stay(self):
        """8, with a valid record."""
        keeps_variant = self.written.get("variant_sticky", True)
        if self.written.get("audience_sticky", True):
            return self.keep("STICKY") if keeps_variant else self.take_todays_owner()
        truth = self.out.pass_over(self.audience())
        if truth is False:
            return self.default("LEFT_TARGET")
        if keeps_variant:
            return self.keep("STICKY_UNKNOWN" if truth is None else "STICKY")
        if truth is None:
            return self.take_todays_owner("STICKY_UNKNOWN")
        if not self.in_traffic():
            return self.default("NOT_IN_TRAFFIC")
        return self.take_todays_owner()

    def enrol(self):
        """9, without a valid record."""
        if self.written["status"] == "enrolment_stopped":
            return self.default("ENROLMENT_STOPPED")
        truth = self.out.pass_over(self.audience())
        if not truth:
            return self.default("UNKNOWN_ATTRIBUTE" if truth is None else "NOT_IN_AUDIENCE")
        if not self.in_layer():
            return self.default("NOT_IN_LAYER")
        variant = self.todays_owner()
        if not self.in_traffic() or variant is None:
            return self.default("NOT_IN_TRAFFIC")
        gone = self.old is not None and self.old.variant not in self.written["variants"]
        self.store(Record(variant, self.asked.ctx.now), replaces=self.old)
        return self.come_out(variant, "VARIANT_REMOVED" if gone else "ASSIGNED")

    def audience(self):
        """Whether the unit is in the audience."""
        return conditions.audience(self.written.get("audience"), self.asked, self.salt)

    def in_traffic(self):
        """Whether the unit is in the ramp."""
        at = slot(f"{self.salt}.traffic", self.unit_id)
        return at < ppm(self.written.get("traffic", "100%"))

    def todays_owner(self):
        """The variant that owns the unit's slot now, or None."""
        variants = self.written["variants"].items()
        weights = {name: variant["weight"] for name, variant in variants}
        if "bucketing" in self.written:
            return foreign.chosen(self.key, self.written["bucketing"], weights, self.unit_id)
        at = slot(f"{self.salt}.variant.{self.epoch}", self.unit_id)
        return owner(owned_now(self.written.get("ranges"), weights), at)

    def keep(self, reason):
        """The stored variant."""
        self.copy()
        return self.come_out(self.record.variant, reason)

    def take_todays_owner(self, reason=None):
        """Enrolment is kept, the variant is today's."""
        variant = self.todays_owner()
        if variant is None:
            return self.default("NOT_IN_TRAFFIC")
        self.copy()
        same = variant == self.record.variant
        return self.come_out(variant, reason or ("STICKY" if same else "REASSIGNED"))

    def copy(self):
        """A record of the fallback unit that counts is the primary's from now on."""
        if len(self.units) == 2 and self.usable[0][0] == self.units[1]:
            self.store(self.record, replaces=self.old)

    def store(self, record, replaces):
        """Tells what is to be written; nothing is if the store cannot be asked."""
        if self.asked.ctx.records is not None:
            self.out.assignments.append(
                stickiness.Assignment(self.key, self.epoch, *self.units[0], record, replaces)
            )

    def default(self, reason):
        """The default of an experiment: the control, not enrolled."""
        return self.come_out(self.control, reason)

    def come_out(self, variant, reason):
        """The end."""
        self.out.variant, self.out.reason = variant, reason
        self.out.value = self.written["variants"][variant]["value"]
        return self.out
