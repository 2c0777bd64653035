"""What a condition compares: the type of its attribute."""

from turnout.compiler.moments import is_moment
from turnout.compiler.operands import OperandRefused
from turnout.compiler.operators import OPERATORS, OperatorRow
from turnout.compiler.versions import is_version
from turnout.documents.problem import describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

TYPES = {
    "string": pb.ATTRIBUTE_TYPE_STRING,
    "number": pb.ATTRIBUTE_TYPE_NUMBER,
    "boolean": pb.ATTRIBUTE_TYPE_BOOLEAN,
    "list": pb.ATTRIBUTE_TYPE_LIST,
    "datetime": pb.ATTRIBUTE_TYPE_DATETIME,
    "version": pb.ATTRIBUTE_TYPE_VERSION,
    "ip": pb.ATTRIBUTE_TYPE_IP,
    "geo": pb.ATTRIBUTE_TYPE_GEO,
}

EPOCH_UNITS = {
    "datetime(s)": pb.EPOCH_UNIT_SECONDS,
    "datetime(ms)": pb.EPOCH_UNIT_MILLISECONDS,
}
"""What a number means, where a declared type says so."""

BY_DATE = {
    "is_greater_than": "is_after",
    "is_less_than": "is_before",
    "is_at_least": "is_since",
    "is_at_most": "is_until",
}
"""Operators that compare dates as these compare numbers."""
_INSTEAD = {
    ("is", "datetime"): ", where it matches nobody: write `is_on_date` or `is_between`",
    ("is_not", "datetime"): ", where it matches everybody: write `is_not_between`",
    ("is", "ip"): ": write `is_in_cidr`",
    ("is_not", "ip"): ": write `is_not_in_cidr`",
    ("is", "geo"): ": write `is_within`",
    **{(name, "datetime"): f": write `{other}`" for name, other in BY_DATE.items()},
    **{(other, "version"): f": write `{name}`" for name, other in BY_DATE.items()},
}


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
    if declared:
        kind = declared.partition("(")[0]
        if kind not in row.readers:
            raise OperandRefused(_not_for(name, row, kind))
        return kind
    if row.untyped is not None:
        return None
    if len(row.readers) == 1:
        return next(iter(row.readers))
    return _type_of(name, row, written)


def _not_for(name: str, row: OperatorRow, kind: str) -> str:
    listed = " or ".join(f"`{known}`" for known in row.readers)
    text = f"`{name}` is for {listed}, and the type here is `{kind}`"
    if (name, kind) in _INSTEAD:
        return f"{text}{_INSTEAD[name, kind]}"
    if name in ("is_empty", "is_not_empty"):
        return f"{text}: write `{'is_set' if name == 'is_not_empty' else 'is_not_set'}`"
    if kind == "number" and "datetime" in row.readers:
        return f"{text}: write `type: datetime(s)` or `datetime(ms)` if it is an epoch time"
    return text


def _type_of(name: str, row: OperatorRow, written: object) -> str:
    """The type that an operand tells; several must agree."""
    if isinstance(written, list) and written and all(isinstance(one, list) for one in written):
        if "list" in row.readers:
            return "list"
        scalars = [one for pair in written for one in pair]
    else:
        scalars = written if isinstance(written, list) else [written]
    found = [_scalar_type(one) for one in scalars]
    for at, kind in enumerate(found):
        if kind != found[0]:
            place = (at,) if isinstance(written, list) and at < len(written) else ()
            mixed = f"`{found[0]}` and `{kind}` are mixed"
            raise OperandRefused(f"the operands of `{name}` must be of one type: {mixed}", *place)
    kind = found[0] if found else "number" if "string" not in row.readers else "string"
    if kind == "string" and kind not in row.readers:
        return _type_of_text(name, row, scalars)
    if kind not in row.readers:
        listed = " or ".join(f"`{known}`" for known in row.readers)
        raise OperandRefused(f"`{name}` is for {listed}, not {describe(written)}")
    return kind


def _type_of_text(name: str, row: OperatorRow, texts: list[str]) -> str:
    """The type that text tells where order counts."""
    if "datetime" in row.readers and all(map(is_moment, texts)):
        return "datetime"
    if all(map(is_version, texts)):
        return "version"
    shown = " and ".join(map(describe, texts[:2]))
    if "datetime" in row.readers:
        raise OperandRefused(f"`{name}` takes numbers, dates or versions, not {shown}")
    if all(map(is_moment, texts)) and name in BY_DATE:
        remedy = f"write `{BY_DATE[name]}` for a date"
    else:
        remedy = "write a number without quotes, or a version such as `5.10`"
    raise OperandRefused(f"`{name}` takes a number or a version, not {shown}: {remedy}")


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
