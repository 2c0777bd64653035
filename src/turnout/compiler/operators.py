"""The table of operators: adding one is one row."""

from dataclasses import dataclass
from typing import Any

from turnout.compiler import operands
from turnout.compiler.operands import OperandReader, OperandRefused
from turnout.documents.names import SCHEMA_TYPES, USABLE_TYPES
from turnout.documents.problem import describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

TYPES = {
    "string": pb.ATTRIBUTE_TYPE_STRING,
    "number": pb.ATTRIBUTE_TYPE_NUMBER,
    "boolean": pb.ATTRIBUTE_TYPE_BOOLEAN,
    "list": pb.ATTRIBUTE_TYPE_LIST,
}


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """How one operator is written."""

    operator: pb.Operator
    readers: dict[str, OperandReader]
    """What its operand is, by the type that is compared."""
    untyped: OperandReader | None = None
    """What its operand is when no type is declared, for an operator that looks at the value."""
    typeless: bool = False
    """It is used without a type, whatever is declared."""
    version_later: bool = False
    """Text as its operand is a version or a date, which are not built."""
    negative: bool = False
    """It says "everything except": TRUE of an attribute that is not set."""

    def reader(self, kind: str | None) -> OperandReader:
        """Reads the operand for a type that `resolve_type` gave."""
        found = self.readers[kind] if kind else self.untyped
        if found is None:
            raise KeyError(kind)
        return found


def _row(
    name: str,
    *,
    untyped: OperandReader | None = None,
    typeless: bool = False,
    version_later: bool = False,
    negative: bool = False,
    **readers: OperandReader,
) -> tuple[str, OperatorRow]:
    operator: Any = pb.Operator.Value(f"OPERATOR_{name.upper()}")
    return name, OperatorRow(operator, readers, untyped, typeless, version_later, negative)


_o = operands

OPERATORS: dict[str, OperatorRow] = dict([
    _row("is_any", untyped=_o.nothing, typeless=True),
    _row("is_set", untyped=_o.nothing, typeless=True),
    _row("is_not_set", untyped=_o.nothing, typeless=True),
    _row("is_empty", untyped=_o.nothing,
         string=_o.nothing, number=_o.nothing, boolean=_o.nothing, list=_o.nothing),
    _row("is_not_empty", untyped=_o.nothing,
         string=_o.nothing, number=_o.nothing, boolean=_o.nothing, list=_o.nothing),
    _row("is", string=_o.texts, number=_o.numbers, boolean=_o.booleans, list=_o.whole_lists),
    _row("is_not", string=_o.texts, number=_o.numbers, boolean=_o.booleans, list=_o.whole_lists,
         negative=True),
    _row("contains", string=_o.needles, list=_o.elements, untyped=_o.parts),
    _row("does_not_contain", string=_o.needles, list=_o.elements, untyped=_o.parts, negative=True),
    _row("contains_any", list=_o.elements),
    _row("contains_all", list=_o.elements),
    _row("contains_none", list=_o.elements, negative=True),
    _row("starts_with", string=_o.needles),
    _row("does_not_start_with", string=_o.needles, negative=True),
    _row("ends_with", string=_o.needles),
    _row("does_not_end_with", string=_o.needles, negative=True),
    _row("matches", string=_o.patterns),
    _row("does_not_match", string=_o.patterns, negative=True),
    _row("is_greater_than", number=_o.one_number, version_later=True),
    _row("is_less_than", number=_o.one_number, version_later=True),
    _row("is_at_least", number=_o.one_number, version_later=True),
    _row("is_at_most", number=_o.one_number, version_later=True),
    _row("is_between", number=_o.intervals, version_later=True),
    _row("is_not_between", number=_o.intervals, version_later=True, negative=True),
    _row("is_on", boolean=_o.nothing),
    _row("is_off", boolean=_o.nothing),
    _row("modulo", number=_o.modulos),
])  # fmt: skip
"""Every operator on an attribute, by its name in a document."""


def resolve_type(name: str, declared: str | None, written: object) -> str | None:
    """The type that a condition compares.

    Args:
        name: The operator.
        declared: By the condition itself or by the schema.
        written: The operand.

    Returns:
        None for an operator that is used without a type.

    Raises:
        OperandRefused: The operator is not for the declared type, or the operand tells none.
    """
    row = OPERATORS[name]
    if row.typeless:
        return None
    if declared in SCHEMA_TYPES and declared not in USABLE_TYPES:
        raise OperandRefused(f"a condition on type `{declared}` is not built yet")
    if declared:
        if declared not in row.readers:
            listed = " or ".join(f"`{kind}`" for kind in row.readers)
            raise OperandRefused(f"`{name}` is for {listed}, and the type here is `{declared}`")
        return declared
    if row.untyped is not None:
        return None
    if len(row.readers) == 1 and not row.version_later:
        return next(iter(row.readers))
    return _type_of(name, row, written)


def _type_of(name: str, row: OperatorRow, written: object) -> str:
    """The type that an operand tells; several must agree."""
    if isinstance(written, list) and written and all(isinstance(one, list) for one in written):
        if "list" in row.readers:
            return "list"
        found = [_scalar_type(one) for pair in written for one in pair]
    else:
        found = [_scalar_type(one) for one in written] if isinstance(written, list) else [
            _scalar_type(written)
        ]  # fmt: skip
    for at, kind in enumerate(found):
        if kind != found[0]:
            place = (at,) if isinstance(written, list) and at < len(written) else ()
            mixed = f"`{found[0]}` and `{kind}` are mixed"
            raise OperandRefused(f"the operands of `{name}` must be of one type: {mixed}", *place)
    kind = found[0] if found else "number" if "string" not in row.readers else "string"
    if kind == "string" and row.version_later:
        raise OperandRefused(
            f"`{name}` with text compares a version or a date, which is not built yet: write a "
            f"number without quotes"
        )
    if kind not in row.readers:
        listed = " or ".join(f"`{known}`" for known in row.readers)
        raise OperandRefused(f"`{name}` is for {listed}, not {describe(written)}")
    return kind


def _scalar_type(written: object) -> str:
    if isinstance(written, bool):
        return "boolean"
    if isinstance(written, int | float):
        return "number"
    if isinstance(written, str):
        return "string"
    return (
        "list" if isinstance(written, list) else "mapping" if isinstance(written, dict) else "null"
    )
