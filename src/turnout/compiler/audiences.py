"""From an audience as written, a condition or lists of segments, to an expression."""

from typing import Any

from turnout.compiler.conditions import compile_condition, refer_to_segment
from turnout.compiler.scope import Scope
from turnout.snapshot.v1 import snapshot_pb2 as pb


def compile_audience(scope: Scope, written: dict[str, Any], into: pb.Expression) -> None:
    """Writes the field `audience` of an item; what is wrong goes to the scope."""
    several = [name for name in ("include", "exclude") if name in written]
    if not several:
        into.SetInParent()
        compile_condition(scope, written, ("audience",), into)
        return
    for name in written:
        if name not in several:
            text = f"`{name}` has no place beside `{several[0]}`: put it into a segment"
            scope.refuse(("audience", name), text, at_key=True)
    parts = into.all.expressions
    if "include" in written:
        included = written["include"]
        inner = parts.add()
        group = inner.all if included.mode == "all" else inner.any
        for at, key in enumerate(included.segments):
            where = ("audience", "include", "segments", at)
            refer_to_segment(scope, key, where, group.expressions.add())
    if "exclude" in written:
        excluded = getattr(parts.add(), "not")
        for at, key in enumerate(written["exclude"]):
            path = ("audience", "exclude", at)
            refer_to_segment(scope, key, path, excluded.any.expressions.add())
