"""The slow model: what a document means, read from it at each question.

Written from semantics.md sections 2, 5, 7, 8 and 10. Nothing is compiled, nothing is kept. An
answer of a condition is a truth (True, False or None for UNKNOWN) and the names that made it
UNKNOWN.
"""

import hashlib
from dataclasses import dataclass, field

import operators

STOPS = {"KILLED", "PAUSED"}
ANSWERS = {"ASSIGNED", "FORCED"}


@dataclass
class Ctx:
    """What a question knows."""

    units: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)
    unknown: frozenset = frozenset()
    partial: bool = False

    def is_unknown(self, name, given):
        """Whether a name that is not given could not be known."""
        return name in self.unknown or (self.partial and name not in given)


def both(answers):
    """AND."""
    answers = list(answers)
    if any(truth is False for truth, _ in answers):
        return False, frozenset()
    return _open(answers) or (True, frozenset())


def either(answers):
    """OR."""
    answers = list(answers)
    if any(truth is True for truth, _ in answers):
        return True, frozenset()
    return _open(answers) or (False, frozenset())


def negated(answer):
    """NOT."""
    truth, names = answer
    return (None if truth is None else not truth), names


def _open(answers):
    if all(truth is not None for truth, _ in answers):
        return None
    return None, frozenset().union(*(names for truth, names in answers if truth is None))


def slot(salt, unit_id):
    """0 to 999,999."""
    first = hashlib.sha256(f"b1:{salt}:{unit_id}".encode()).digest()[:4]
    return (int.from_bytes(first, "big") * 1_000_000) >> 32


def ppm(share):
    """`25%` in parts per million."""
    whole, _, part = share.removesuffix("%").partition(".")
    return int(whole) * 10_000 + int((part + "0000")[:4])


def owner(weights, at):
    """The variant that owns a slot: contiguous ranges in the order of writing."""
    start = 0
    for variant, weight in weights.items():
        if start <= at < start + ppm(weight):
            return variant
        start += ppm(weight)
    return None


class Model:
    """Answers from a document as it is written."""

    def __init__(self, documents):
        self.documents = documents
        self.schema = documents.get("attributes", {})
        self.segments = documents.get("segments", {})
        self.workspace = documents.get("workspace", {}).get("key", "default")

    def condition(self, written, ctx):
        """The answer of a condition or a group."""
        if "all" in written:
            return both(self.condition(inner, ctx) for inner in written["all"])
        if "any" in written:
            return either(self.condition(inner, ctx) for inner in written["any"])
        if "not" in written:
            return negated(self.condition(written["not"], ctx))
        if "segment" in written:
            return self.segment(written["segment"], ctx)
        if "not_in_segment" in written:
            return negated(self.segment(written["not_in_segment"], ctx))
        if "bucket_between" in written:
            return self.bucket(written, ctx)
        return self.comparison(written, ctx)

    def comparison(self, written, ctx):
        """The answer of a comparison of an attribute."""
        name = written["attribute"]
        options = {"attribute", "type", "case_sensitive", "on_unset"}
        (operator,) = set(written) - options
        value = ctx.attributes.get(name)
        if operator == "is_any":
            return True, frozenset()
        if ctx.is_unknown(name, ctx.attributes):
            return None, frozenset([name])
        if value is None:
            return self.unset(operator, written, name)
        kind = operators.type_of(
            operator, written.get("type"), self.schema.get(name), written[operator]
        )
        try:
            truth = operators.holds(
                operator, kind, written[operator], value,
                case_sensitive=written.get("case_sensitive", False),
            )  # fmt: skip
        except operators.Unusable:
            return None, frozenset([name])
        return truth, frozenset()

    def unset(self, operator, written, name):
        """The answer when the attribute is known to have no value."""
        match written.get("on_unset"):
            case "match":
                return True, frozenset()
            case "no_match":
                return False, frozenset()
            case "unknown":
                return None, frozenset([name])
        return operator in operators.NEGATIVE or operator == "is_not_set", frozenset()

    def unit(self, kind, ctx):
        """The unit's id; None when there is none, with the kind's name if it is not known."""
        unit_id = ctx.units.get(kind)
        if unit_id:
            return unit_id, frozenset()
        return None, frozenset([kind] if ctx.is_unknown(kind, ctx.units) else [])

    def bucket(self, written, ctx):
        """The answer of `bucket_between`."""
        unit_id, names = self.unit(written.get("unit", "user"), ctx)
        if unit_id is None:
            return (None if names else False), names
        low, high = written["bucket_between"]
        bucket = slot(f"user_bucket.{self.workspace}", unit_id) // 1000
        return low <= bucket <= high, frozenset()

    def segment(self, key, ctx):
        """NOT(excluded) AND (included OR matched)."""
        written = self.segments[key]
        if written.get("status") in ("draft", "archived"):
            return None, frozenset([key])
        kind = written.get("unit", "user")

        def listed(ids, segments):
            found = [self.member(written.get(ids, []), kind, ctx)]
            found += [self.segment(other, ctx) for other in written.get(segments, [])]
            return either(found)

        if written.get("kind") == "everyone":
            defined = True, frozenset()
        elif "members" in written:
            defined = self.member(written["members"], kind, ctx)
        else:
            defined = self.condition(written["match"], ctx)
        excluded = listed("exclude_units", "exclude")
        included = listed("include_units", "include")
        return both([negated(excluded), either([included, defined])])

    def member(self, ids, kind, ctx):
        """Whether the unit is one of the ids."""
        if not ids:
            return False, frozenset()
        unit_id, names = self.unit(kind, ctx)
        if unit_id is None:
            return (None if names else False), names
        return unit_id in ids, frozenset()

    def decide(self, key, ctx):
        """A decision: variant, reason, rule, experiment variant, and what was not known."""
        if key in self.documents.get("experiments", {}):
            variant, reason, names = self.experiment(key, ctx)
            return {
                "variant": variant, "reason": reason, "rule": None, "experiment_variant": None,
                "unknown": names,
            }  # fmt: skip
        return self.flag(key, ctx)

    def flag(self, key, ctx):
        """The order of section 10."""
        flag = self.documents["flags"][key]

        def answer(variant, reason, rule=None, experiment_variant=None):
            return {
                "variant": variant, "reason": reason, "rule": rule,
                "experiment_variant": experiment_variant, "unknown": passed,
            }  # fmt: skip

        passed = frozenset()
        if flag.get("status", "enabled") != "enabled":
            return answer(None, "DISABLED")
        unit_id, unit_names = self.unit(flag.get("unit", "user"), ctx)
        if unit_id in flag.get("overrides", {}):
            return answer(flag["overrides"][unit_id], "FORCED")
        for number, rule in enumerate(flag.get("rules", [])):
            name = rule.get("name", f"rules[{number}]")
            truth, names = True, frozenset()
            if "when" in rule:
                truth, names = self.condition(rule["when"], ctx)
            if truth is None:
                passed |= names
                guard = "stop" if rule.get("serve") == flag["default"] else "no_match"
                action = rule.get("on_unknown", guard)
                if action == "stop":
                    return answer(flag["default"], "UNKNOWN_ATTRIBUTE", name)
                if action == "error":
                    return answer(flag["default"], "ERROR", name)
                truth = action == "match"
            if not truth:
                continue
            if "serve" in rule:
                return answer(rule["serve"], "TARGETING_MATCH", name)
            if "split" in rule:
                passed |= unit_names
                if unit_id is None:
                    continue
                salt = rule.get("salt", flag.get("salt", key))
                variant = owner(rule["split"], slot(f"{salt}.split", unit_id))
                return answer(variant, "SPLIT", name)
            variant, reason, names = self.experiment(rule["experiment"], ctx)
            passed |= names
            if reason in ANSWERS:
                return answer(variant, reason, name, variant)
            if reason in STOPS:
                return answer(flag["default"], reason, name, variant)
        fixed = not flag.get("rules") and not flag.get("overrides")
        return answer(flag["default"], "STATIC" if fixed else "DEFAULT")

    def experiment(self, key, ctx):
        """The order of section 8, without stored assignments: variant, reason, names."""
        written = self.documents["experiments"][key]
        control, known = written.get("control", "control"), frozenset()
        status = written.get("status", "draft")
        if status == "archived":
            return control, "NOT_RUNNING", known
        if written.get("killed"):
            return control, "KILLED", known
        unit_id, names = self.unit(written.get("unit", "user"), ctx)
        if unit_id is None:
            return control, "NO_UNIT", names
        if unit_id in written.get("overrides", {}):
            return written["overrides"][unit_id], "FORCED", known
        early = {
            "draft": "NOT_RUNNING", "concluded": "NOT_RUNNING", "paused": "PAUSED",
            "enrolment_stopped": "ENROLMENT_STOPPED",
        }  # fmt: skip
        if status in early:
            return control, early[status], known
        truth, names = self.audience(written.get("audience"), ctx)
        if truth is not True:
            return control, "NOT_IN_AUDIENCE" if truth is False else "UNKNOWN_ATTRIBUTE", names
        salt, epoch = written.get("salt", key), written.get("epoch", 1)
        weights = {name: variant["weight"] for name, variant in written["variants"].items()}
        variant = owner(weights, slot(f"{salt}.variant.{epoch}", unit_id))
        inside = slot(f"{salt}.traffic", unit_id) < ppm(written.get("traffic", "100%"))
        if not inside or variant is None:
            return control, "NOT_IN_TRAFFIC", known
        return variant, "ASSIGNED", known

    def audience(self, written, ctx):
        """A condition, or lists of segments."""
        if written is None:
            return True, frozenset()
        if "include" not in written and "exclude" not in written:
            return self.condition(written, ctx)
        parts = []
        if "include" in written:
            found = [self.segment(key, ctx) for key in written["include"]["segments"]]
            parts.append(both(found) if written["include"]["mode"] == "all" else either(found))
        excluded = either(self.segment(key, ctx) for key in written.get("exclude", []))
        return both([*parts, negated(excluded)])
