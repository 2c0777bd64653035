"""Finds rules that are never reached, and variants that nobody is given."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from turnout.compiler.checks.conflicts import Wanted, find_conflict, necessary
from turnout.compiler.checks.terms import Elsewhere, Fixed, Group, Leaf, Negation, Reader, Term
from turnout.documents import Fault
from turnout.snapshot.v1 import snapshot_pb2 as pb

_NOT_ALWAYS_KNOWN = frozenset({
    pb.OPERATOR_MATCHES, pb.OPERATOR_DOES_NOT_MATCH, pb.OPERATOR_MODULO,
})  # fmt: skip
"""Operators that cannot use every value of their type."""
_LITTLE_KNOWN = frozenset({
    pb.OPERATOR_IS_ANY, pb.OPERATOR_IS_SET, pb.OPERATOR_IS_NOT_SET,
    pb.OPERATOR_IS_EMPTY, pb.OPERATOR_IS_NOT_EMPTY,
})  # fmt: skip
"""Operators that use values that others of their type cannot."""


class _Rule(NamedTuple):
    at: int
    name: str
    term: Term | None
    """None: everybody."""
    on_unknown: pb.OnUnknown
    serves: bool
    """Nothing behind it is looked at once it matches."""


def check_rules(flag: pb.Flag, written: Mapping[str, Any], reader: Reader) -> Iterator[Fault]:
    """Yields warnings about the rules of a flag as a whole."""
    rules = [
        _rule(at, one, rule, reader)
        for at, (one, rule) in enumerate(zip(written.get("rules", []), flag.rules, strict=True))
    ]
    for at, rule in enumerate(rules[:-1]):
        if _takes_everybody(rule):
            behind = rules[at + 1]
            text = f"{_title(rule)} before this one takes everybody: it is never reached"
            yield Fault(("rules", behind.at), text)
            rules = rules[: at + 1]
            break
    for at, rule in enumerate(rules):
        if shadows := _shadows(rule, rules[:at]):
            names = " and ".join(map(_title, shadows))
            verb = "takes" if len(shadows) == 1 else "take"
            text = f"{names} before this one {verb} all that it could match: it is never reached"
            yield Fault(("rules", rule.at, "when"), text, at_key=True)
    yield from _idle_variants(flag)


def _rule(at: int, written: Mapping[str, Any], rule: pb.Rule, reader: Reader) -> _Rule:
    term = None
    if written.get("when") is not None:
        term = reader.condition(written["when"], rule.when, ("rules", at, "when"))
    return _Rule(at, rule.name, term, rule.on_unknown, rule.WhichOneof("outcome") == "serve")


def _title(rule: _Rule) -> str:
    return f"rule `{rule.name}`"


def _takes_everybody(rule: _Rule) -> bool:
    if not rule.serves:
        return False  # a split wants an id, and an experiment may hand back
    if rule.term is None or _is_certain(rule.term, True):
        return True
    if rule.on_unknown == pb.ON_UNKNOWN_NO_MATCH:
        return False
    return find_conflict([Wanted(rule.term, False)]) is not None


def _is_certain(term: Term, value: bool) -> bool:
    """Whether a condition has a value whatever is known."""
    if isinstance(term, Fixed):
        return term.value is value
    if isinstance(term, Elsewhere):
        return _is_certain(term.term, value)
    if isinstance(term, Negation):
        return _is_certain(term.part, not value)
    if isinstance(term, Group):
        found = (_is_certain(part, value) for part in term.parts)
        return all(found) if term.is_all is value else any(found)
    message = term.message
    return value and isinstance(message, pb.Condition) and message.operator == pb.OPERATOR_IS_ANY


def _shadows(rule: _Rule, before: Sequence[_Rule]) -> list[_Rule]:
    """The rules before one that take all that it could match; none where that is not certain."""
    if rule.term is None or rule.on_unknown != pb.ON_UNKNOWN_NO_MATCH:
        return []
    if find_conflict([Wanted(rule.term, True)]):
        return []  # told already
    known = _known(rule.term)
    useful = [one for one in before if one.serves and _ends(one, known)]
    for some in (*([one] for one in useful), useful):
        wanted = [Wanted(one.term, False) for one in some if one.term is not None]
        if some and find_conflict([Wanted(rule.term, True), *wanted]):
            return some
    return []


def _ends(rule: _Rule, known: frozenset[object]) -> bool:
    """Whether a rule that is not FALSE ends the rules, for requests of which this is known."""
    if rule.term is None:
        return False
    if rule.on_unknown != pb.ON_UNKNOWN_NO_MATCH:
        return True
    return all(_kind(leaf) in known for leaf in _leaves(rule.term))


def _known(term: Term) -> frozenset[object]:
    """What is known of a request for which a condition is TRUE."""
    literals = necessary([Wanted(term, True)]) or []
    return frozenset(
        _kind(one.leaf)
        for one in literals
        if isinstance(one.leaf, Leaf) and _operator(one.leaf) not in _LITTLE_KNOWN
    )


def _kind(leaf: Leaf) -> object:
    """What must be known for a comparison to be TRUE or FALSE; nothing else has the same."""
    message = leaf.message
    if not isinstance(message, pb.Condition):
        return leaf.subject
    if message.operator in _NOT_ALWAYS_KNOWN or message.on_unset == pb.ON_UNSET_UNKNOWN:
        return object()
    return leaf.subject, message.type, message.epoch_unit, message.zone.SerializeToString()


def _operator(leaf: Leaf) -> pb.Operator | None:
    return leaf.message.operator if isinstance(leaf.message, pb.Condition) else None


def _leaves(term: Term) -> Iterator[Leaf]:
    if isinstance(term, Leaf):
        yield term
    elif isinstance(term, Elsewhere):
        yield from _leaves(term.term)
    elif isinstance(term, Negation):
        yield from _leaves(term.part)
    elif isinstance(term, Group):
        for part in term.parts:
            yield from _leaves(part)


def _idle_variants(flag: pb.Flag) -> Iterator[Fault]:
    outcomes = [rule.WhichOneof("outcome") for rule in flag.rules]
    # A flag without rules has variants to come; one with an experiment has those for its end.
    if not outcomes or "experiment" in outcomes:
        return
    given = {flag.default_variant} | {one.variant for one in flag.overrides}
    for rule in flag.rules:
        if rule.WhichOneof("outcome") == "serve":
            given.add(rule.serve)
        elif rule.split.HasField("bucketing"):
            return  # whom it chooses is another system's
        given |= {one.variant for one in rule.split.ranges}
    for at, variant in enumerate(flag.variants):
        if at not in given:
            text = f"nobody is given variant `{variant.name}`: no rule or override names it"
            yield Fault(("variants", variant.name), text, at_key=True)
