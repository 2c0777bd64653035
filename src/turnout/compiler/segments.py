"""From a segment as written to its message."""

from turnout.compiler.conditions import compile_condition
from turnout.compiler.dynamic import compile_dynamic, refuse_fields
from turnout.compiler.scope import CompiledItem, Scope, SegmentUse
from turnout.documents.models import SegmentDocument
from turnout.snapshot.v1 import snapshot_pb2 as pb

_STATUS = {
    "draft": pb.SEGMENT_STATUS_DRAFT,
    "active": pb.SEGMENT_STATUS_ACTIVE,
    "paused": pb.SEGMENT_STATUS_PAUSED,
    "archived": pb.SEGMENT_STATUS_ARCHIVED,
}


def compile_segment(scope: Scope, key: str, document: SegmentDocument) -> CompiledItem:
    """Compiles one segment; what is wrong goes to the scope."""
    scope.salt = document.salt or key
    message = pb.Segment(key=key, tags=sorted(set(document.tags)), status=_STATUS[document.status])
    scope.units.append((message, document.unit))
    kind = document.kind or ("rule" if document.members is None else "static")
    if document.match is not None and kind != "rule":
        scope.refuse(("match",), f"`match` has no place in a segment of kind `{kind}`")
    if document.members is not None and kind != "static":
        scope.refuse(("members",), f"`members` have no place in a segment of kind `{kind}`")
    if kind != "dynamic":
        refuse_fields(scope, document, kind)
    if kind == "everyone":
        message.everyone.SetInParent()
    elif kind == "static":
        if document.members is None:
            scope.refuse((), "a static segment needs `members`: write `members: []` for nobody yet")
        message.members.SetInParent()
        message.members.unit_ids.extend(_sorted(document.members or []))
    elif kind == "dynamic":
        compile_dynamic(scope, document, message)
    else:
        _compile_rule(scope, document, message)
    message.include_units.extend(_sorted(document.include_units))
    message.exclude_units.extend(_sorted(document.exclude_units))
    for field in ("include", "exclude"):
        for at, other in enumerate(getattr(document, field)):
            scope.segments.append(SegmentUse(other, (field, at)))
    item = CompiledItem(message, scope)
    item.include, item.exclude = document.include, document.exclude
    return item


def _compile_rule(scope: Scope, document: SegmentDocument, message: pb.Segment) -> None:
    if document.match is not None:
        message.rule.SetInParent()
        compile_condition(scope, document.match, ("match",), message.rule)
    elif document.include or document.include_units:
        message.members.SetInParent()  # nobody but those who are included
    else:
        scope.refuse((), "a segment needs `match`, `members` or `kind: everyone`: it is empty")


def _sorted(unit_ids: list[str]) -> list[str]:
    """Each id once, in the order of their UTF-8 bytes, which is that of code points."""
    return sorted(set(unit_ids))
