"""Flags: the order of section 10, and how items come out for prerequisites."""

from reference import conditions, exclusions, experiments, foreign
from reference.bucketing import owned_now, owner, slot
from reference.logic import unknown
from reference.outcome import Outcome

ANSWERS = {
    "ASSIGNED", "STICKY", "STICKY_UNKNOWN", "REASSIGNED", "VARIANT_REMOVED", "FORCED", "CONCLUDED",
}  # fmt: skip
"""Reasons of an experiment that answer for the flag that hands over to it."""

STOPS = {"HOLDOUT", "BLOCKED_EPOCH", "KILLED", "PAUSED"}
"""Those that stop it with its default variant; every other one goes on to the next rule."""


def decide(key, asked):
    """The outcome of a flag or an experiment."""
    if key in asked.section("experiments"):
        return experiments.decide(key, asked)
    return _flag(asked.section("flags")[key], key, asked)


def comes_out(key, asked):
    """What a prerequisite comes out as: an outcome, or an UNKNOWN answer for a cycle.

    Off or archived, it comes out as no variant; a flag is not off where its experiment is.
    """
    if key in asked.asking:
        return unknown(key, note="CYCLE")
    asked.asking += (key,)
    try:
        out = decide(key, asked)
        if experiments.is_off(key, asked, out.reason):
            out.variant = None
        return out
    finally:
        asked.asking = asked.asking[:-1]


def _flag(flag, key, asked):
    out = Outcome()
    default, salt = flag["default"], flag.get("salt", key)

    def come_out(variant, reason, rule=None):
        out.variant, out.reason, out.rule = variant, reason, rule
        out.value = flag["variants"][variant]
        return out

    if flag.get("status", "enabled") != "enabled":
        out.reason = "DISABLED"
        return out
    unit_id, unknown_unit = asked.unit(flag.get("unit", "user"))
    if unit_id in flag.get("overrides", {}):
        return come_out(flag["overrides"][unit_id], "FORCED")
    if not out.pass_over(exclusions.prerequisites(flag, asked)):
        return come_out(default, "PREREQUISITE")
    for number, rule in enumerate(flag.get("rules", [])):
        name = rule.get("name", f"rules[{number}]")
        truth = True
        if "when" in rule:
            truth = out.pass_over(conditions.answer(rule["when"], asked, salt))
        if truth is None:
            guard = "stop" if rule.get("serve") == default else "no_match"
            action = rule.get("on_unknown", guard)
            if action == "stop":
                return come_out(default, "UNKNOWN_ATTRIBUTE", name)
            if action == "error":
                return come_out(default, "ERROR", name)
            truth = action == "match"
        if not truth:
            continue
        if "serve" in rule:
            return come_out(rule["serve"], "TARGETING_MATCH", name)
        if "split" in rule:
            out.names |= unknown_unit
            if unit_id is None:
                continue
            if "bucketing" in rule:
                variant = foreign.chosen(key, rule["bucketing"], rule["split"], unit_id)
            else:
                at = slot(f"{rule.get('salt', salt)}.split", unit_id)
                variant = owner(owned_now(rule.get("ranges"), rule["split"]), at)
            if variant is None:
                continue
            return come_out(variant, "SPLIT", name)
        found = experiments.decide(rule["experiment"], asked)
        out.adopt(found)
        if found.reason in ANSWERS | STOPS:
            come_out(default, found.reason, name)
            out.experiment, out.experiment_variant = rule["experiment"], found.variant
            if found.reason in ANSWERS:
                out.variant, out.value = found.variant, found.value
            return out
    fixed = not any(flag.get(part) for part in ("rules", "overrides", "prerequisites"))
    return come_out(default, "STATIC" if fixed else "DEFAULT")
