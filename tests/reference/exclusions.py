"""Layers, holdouts and prerequisites: section 9."""

import zoneinfo

from reference import conditions, dates
from reference.bucketing import owner, ppm, read_range, slot
from reference.logic import FALSE, both


def prerequisites(written, asked):
    """All of them must be met."""
    return both(conditions.variant(part, asked) for part in written.get("prerequisites", []))


def owns_its_slot(key, written, unit_id, asked):
    """Whether an experiment owns the unit's slot of its layer; without a layer it does.

    Concluding or archiving frees the slots.
    """
    if "layer" not in written:
        return True
    if written.get("status") in ("concluded", "archived"):
        return False
    layer = asked.section("layers")[written["layer"]]
    ranges = {
        name: [read_range(text) for text in texts] for name, texts in layer["allocations"].items()
    }
    at = slot(f"layer.{layer.get('salt', written['layer'])}", unit_id)
    return owner(ranges, at) == key


def held(key, written, asked):
    """Whether any holdout holds the unit; UNKNOWN where it holds only for want of knowledge."""
    answers = [
        holds(name, holdout, asked)
        for name, holdout in asked.section("holdouts").items()
        if covers(holdout, key, written)
    ]
    certain = [answer for answer in answers if answer.truth is True]
    if certain:
        return certain[0]
    return next((answer for answer in answers if answer.truth is None), FALSE)


def covers(holdout, key, experiment):
    """Whether an experiment is in the scope of a holdout."""
    scope = holdout["scope"]
    if scope == "all":
        return True
    if key in scope.get("experiments", []):
        return True
    return bool(set(scope.get("tags", [])) & set(experiment.get("tags", [])))


def holds(name, holdout, asked):
    """Slot < share AND audience, the slot first."""
    if holdout.get("status", "draft") != "running" or not in_dates(holdout, asked):
        return FALSE
    unit_id, _ = asked.unit(holdout.get("unit", "user"))
    if unit_id is None:
        return FALSE
    salt = holdout.get("salt", name)
    if slot(f"holdout.{salt}", unit_id) >= ppm(holdout["share"]):
        return FALSE
    return conditions.audience(holdout.get("audience"), asked, salt)


def in_dates(written, asked):
    """`starts_at <= now < ends_at`, each when it is written; without offset in the app zone."""
    now, zone = asked.ctx.now, zoneinfo.ZoneInfo(asked.zone)
    if "starts_at" in written and now < dates.moment(written["starts_at"], now, zone):
        return False
    return "ends_at" not in written or now < dates.moment(written["ends_at"], now, zone)
