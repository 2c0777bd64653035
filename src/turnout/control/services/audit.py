"""`AuditService`: who did what."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from google.protobuf import struct_pb2
from google.protobuf.message import Message

from turnout.control.calls import Call
from turnout.control.conversion import MOST_MESSAGES, messages_deep, to_struct
from turnout.control.filters import Term, bad_value, by_field, read_filter
from turnout.control.paging import read_page
from turnout.control.services.items import Handler
from turnout.control.services.listing import MOST_BYTES, fitting
from turnout.control.services.resources import number_in
from turnout.control.v1 import audit_pb2 as pb
from turnout.documents.problem import clip
from turnout.store import AuditEvent, Store

_FIELDS = {
    "actor": ("=",),
    "method": ("=",),
    "resource": ("=",),
    "time": (">=", ">", "<=", "<"),
}
# The log counts time in microseconds.
_NEXT = timedelta(microseconds=1)


class _Span(NamedTuple):
    """From the one until before the other."""

    since: datetime | None
    until: datetime | None


class Audit:
    """The log of writes.

    Args:
        store: Where it is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {
            "GetAuditEvent": self._get,
            "ListAuditEvents": self._list,
            "VerifyAuditEvents": self._verify,
        }

    def _get(self, call: Call, request: pb.GetAuditEventRequest) -> Message:
        number = number_in(request.name, "auditEvents/NUMBER", "audit event")
        call.check()
        with self._store.read() as tx:
            return _message_of(tx.audit.get(number))

    def _list(self, call: Call, request: pb.ListAuditEventsRequest) -> Message:
        terms = read_filter(request.filter, _FIELDS, words=False)
        span = _span([term for term in terms if term.field == "time"])
        named = by_field([term for term in terms if term.field != "time"])
        page = read_page(request)
        call.check()
        with self._store.read() as tx:
            before = page.after_number
            found = tx.audit.page(
                before=before, limit=page.size + 1, since=span.since, until=span.until, **named
            )
        messages = [_message_of(one) for one in found]
        count = fitting(messages, page.size)
        answer = pb.ListAuditEventsResponse(audit_events=messages[:count])
        if count < len(messages):
            answer.next_page_token = page.token(str(found[count - 1].number))
        return answer

    def _verify(self, call: Call, request: pb.VerifyAuditEventsRequest) -> Message:  # noqa: ARG002 - it says nothing
        call.check()
        with self._store.read() as tx:
            verdict = tx.audit.verify()
        return pb.VerifyAuditEventsResponse(
            intact=verdict.intact,
            event_count=verdict.count,
            first_broken=verdict.first_broken,
            message=verdict.message,
        )


def _span(terms: Sequence[Term]) -> _Span:
    since, until = None, None
    for term in terms:
        moment = _moment(term)
        if term.sign in (">=", ">"):
            start = moment if term.sign == ">=" else moment + _NEXT
            since = start if since is None else max(since, start)
        else:
            end = moment if term.sign == "<" else moment + _NEXT
            until = end if until is None else min(until, end)
    return _Span(since, until)


def _moment(term: Term) -> datetime:
    try:
        moment = datetime.fromisoformat(term.values[0])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        text = f"`{clip(term.values[0])}` is no instant: write it as in `2026-03-01T09:30:00Z`"
        raise bad_value(term, text)
    return moment


def _message_of(event: AuditEvent) -> pb.AuditEvent:
    message = pb.AuditEvent(
        name=f"auditEvents/{event.number}",
        time=event.at,
        actor=event.actor,
        method=event.method,
        resource=event.resource,
        peer=event.peer,
        hash=event.hash,
    )
    for name, document in (("before", event.before), ("after", event.after)):
        if document is not None:
            getattr(message, name).CopyFrom(_shown(document))
    return message


def _shown(document: dict[str, Any]) -> struct_pb2.Struct:
    """A document as far as a message can carry it: members of a folder may be applied at once."""
    struct = to_struct(document)
    size = struct.ByteSize()
    if size > MOST_BYTES // 2 or messages_deep(document) > MOST_MESSAGES:
        return to_struct({"too_large_to_show": True, "size_bytes": size})
    return struct
