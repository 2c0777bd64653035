"""Whether comparisons of one thing can all come out as wanted."""

from collections.abc import Callable, Iterable

from turnout.compiler.checks import dates, lists, networks, ordered, texts
from turnout.compiler.checks.attributes import emptiness, presence, when_unset
from turnout.compiler.checks.terms import Leaf
from turnout.compiler.literals import compare_numbers, compare_versions
from turnout.snapshot.v1 import snapshot_pb2 as pb

Conditions = list[tuple[pb.Condition, bool]]


def is_possible(wanted: list[tuple[Leaf, bool]]) -> bool:
    """Whether some request meets all of them; they have one subject."""
    if len(wanted) == 1 and not _asks_for_any(wanted[0][0]):
        return True  # alone, nothing else comes out in one way only
    messages = [(leaf.message, value) for leaf, value in wanted]
    conditions = [(one, value) for one, value in messages if isinstance(one, pb.Condition)]
    slots = [(one, value) for one, value in messages if isinstance(one, pb.SlotCondition)]
    variants = [(one, value) for one, value in messages if isinstance(one, pb.VariantCondition)]
    if conditions:
        return _attribute(conditions)
    if slots:
        return _slot(slots)
    if variants:
        return _variant(variants)
    return len({value for _, value in wanted}) == 1


def _asks_for_any(leaf: Leaf) -> bool:
    message = leaf.message
    return isinstance(message, pb.Condition) and message.operator == pb.OPERATOR_IS_ANY


def _attribute(wanted: Conditions) -> bool:
    # Where it is not known, nothing comes out as TRUE or FALSE but `is_any`.
    if all(when_unset(condition) is value for condition, value in wanted):
        return True
    typed: dict[pb.AttributeType, Conditions] = {}
    general: Conditions = []
    for condition, value in wanted:
        known = presence(condition.operator)
        if known is None:
            typed.setdefault(condition.type, []).append((condition, value))
            if emptiness(condition.operator) and not condition.type:
                general.append((condition, value))
        elif known is not value:
            return False
    return all(
        _BY_TYPE[kind]([*found, *general] if kind else found) for kind, found in typed.items()
    )


def _booleans(wanted: Conditions) -> bool:
    return any(
        all(_of_boolean(condition, value) is one for condition, one in wanted)
        for value in (True, False)
    )


def _of_boolean(condition: pb.Condition, value: bool) -> bool:
    match condition.operator:
        case pb.OPERATOR_IS_ON:
            return value
        case pb.OPERATOR_IS_OFF:
            return not value
        case pb.OPERATOR_IS:
            return value in [one.boolean for one in condition.operands]
        case pb.OPERATOR_IS_NOT:
            return value not in [one.boolean for one in condition.operands]
    return condition.operator == pb.OPERATOR_IS_NOT_EMPTY


def _anything(_wanted: Conditions) -> bool:
    return True


_BY_TYPE: dict[int, Callable[[Conditions], bool]] = {
    pb.ATTRIBUTE_TYPE_UNSPECIFIED: lists.of_any_kind,
    pb.ATTRIBUTE_TYPE_STRING: texts.are_possible,
    pb.ATTRIBUTE_TYPE_NUMBER: ordered.by(compare_numbers),
    pb.ATTRIBUTE_TYPE_BOOLEAN: _booleans,
    pb.ATTRIBUTE_TYPE_LIST: lists.are_possible,
    pb.ATTRIBUTE_TYPE_DATETIME: dates.are_possible,
    pb.ATTRIBUTE_TYPE_VERSION: ordered.by(compare_versions),
    pb.ATTRIBUTE_TYPE_IP: networks.are_possible,
    pb.ATTRIBUTE_TYPE_GEO: _anything,
}


def _slot(wanted: list[tuple[pb.SlotCondition, bool]]) -> bool:
    if not any(value for _, value in wanted):
        return True  # without an id nothing is met
    starts = {0} | {edge for one, _ in wanted for edge in (one.start, one.end)}
    return any(
        all((one.start <= slot < one.end) is value for one, value in wanted)
        for slot in starts
        if slot < 1_000_000
    )


def _variant(wanted: list[tuple[pb.VariantCondition, bool]]) -> bool:
    def meet(names: Iterable[str]) -> bool:
        return all(
            (any(name in one.variants for name in names) is not one.negated) is value
            for one, value in wanted
        )

    # An item that is off comes out as none.
    return meet(()) or any(meet((name,)) for one, _ in wanted for name in one.variants)
