"""Of `SegmentService`: what runs a query or takes long, and what became of it."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from turnout.control.calls import Answer, Call, write
from turnout.control.conversion.structs import from_struct
from turnout.control.conversion.unreadable import Unreadable
from turnout.control.evaluating.changing import (
    Change,
    append,
    replace,
    replace_guarded,
    take_out,
)
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.messages import evaluation_message, operation_message
from turnout.control.evaluating.starting import (
    Started,
    require_kind,
    require_not_archived,
    start_change_by_query,
    start_evaluation,
    start_subtraction,
)
from turnout.control.failures import InvalidArgument
from turnout.control.paging import read_page
from turnout.control.reach import require_reach_in
from turnout.control.services.items import Handler
from turnout.control.services.listing import fitting
from turnout.control.services.resources import is_key, key_of, number_in
from turnout.control.v1 import evaluation_pb2 as pb
from turnout.documents.problem import clip
from turnout.store import Item, Store, Transaction
from turnout.store.errors import NotFound

ALL = "-"
"""Stands for any segment in the name of a parent."""


class Evaluations:
    """Starts runs and tells of them.

    Args:
        store: Where segments are.
        evaluator: Carries runs out.
    """

    def __init__(self, store: Store, evaluator: Evaluator) -> None:
        self._store, self._evaluator = store, evaluator
        self._means = evaluator.means

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name."""
        return {
            "EvaluateSegment": self._evaluate,
            "PopulateFromQuery": self._populate,
            "RemoveByQuery": self._remove,
            "SubtractSegment": self._subtract,
            "GetEvaluation": self._get,
            "ListEvaluations": self._list,
        }

    # Starting.

    def _evaluate(self, call: Call, request: pb.EvaluateSegmentRequest) -> Answer:
        def start(tx: Transaction) -> Started:
            key = key_of("segment", request.name)
            segment = tx.items.get("segment", key)
            require_reach_in(tx, call.caller, segment.name, segment.body)
            return start_evaluation(
                tx, self._means, key,
                dry_run=request.dry_run, accept_shrink=request.accept_shrink,
            )  # fmt: skip

        return self._start(call, request, start)

    def _populate(self, call: Call, request: pb.PopulateFromQueryRequest) -> Answer:
        change = _change(request)
        parameters = _parameters(request)

        def start(tx: Transaction) -> Started:
            segment = static_segment(tx, call, request.name)
            query = tx.items.get("query", key_of("query", request.query, "query"))
            return start_change_by_query(
                tx, self._means, segment, query, change, parameters, dry_run=request.dry_run
            )

        return self._start(call, request, start)

    def _remove(self, call: Call, request: pb.RemoveByQueryRequest) -> Answer:
        parameters = _parameters(request)

        def start(tx: Transaction) -> Started:
            segment = static_segment(tx, call, request.name)
            query = tx.items.get("query", key_of("query", request.query, "query"))
            return start_change_by_query(
                tx, self._means, segment, query, take_out, parameters, dry_run=request.dry_run
            )

        return self._start(call, request, start)

    def _subtract(self, call: Call, request: pb.SubtractSegmentRequest) -> Answer:
        def start(tx: Transaction) -> Started:
            segment = static_segment(tx, call, request.name)
            other = tx.items.get("segment", key_of("segment", request.subtrahend, "subtrahend"))
            return start_subtraction(tx, self._means, segment, other, dry_run=request.dry_run)

        return self._start(call, request, start)

    def _start(self, call: Call, request: Any, start: Callable[[Transaction], Started]) -> Answer:  # noqa: ANN401 - any request
        fresh: list[Started] = []

        def begin(tx: Transaction) -> Message:
            started = start(tx)
            fresh.append(started)
            operation: Message = operation_message(started[0])
            return operation

        answer = write(self._store, call, request, begin)
        # A repetition is answered as the first call was, and starts nothing.
        for evaluation, work in fresh:
            self._evaluator.begin(evaluation, work, call.act)
        return answer

    # Reading.

    def _get(self, call: Call, request: pb.GetEvaluationRequest) -> Message:
        parent, _, rest = request.name.partition("/evaluations/")
        form = "segments/KEY/evaluations/NUMBER"
        key = parent.removeprefix("segments/")
        if not parent.startswith("segments/") or not is_key(key):
            text = f"`{clip(request.name)}` is no name of an evaluation: write `{form}`"
            raise InvalidArgument("name", text, reason="BAD_NAME")
        number = number_in(f"evaluations/{rest}", "evaluations/NUMBER", "evaluation")
        call.check()
        with self._store.read() as tx:
            found = tx.evaluations.get(number)
        if found.segment != key:
            raise NotFound("evaluation", str(number))
        return evaluation_message(found)

    def _list(self, call: Call, request: pb.ListEvaluationsRequest) -> Message:
        wanted = request.parent.removeprefix("segments/")
        key = "" if wanted == ALL else key_of("segment", request.parent, "parent")
        page = read_page(request)
        call.check()
        with self._store.read() as tx:
            if key:
                tx.items.get("segment", key)
            found = tx.evaluations.page(key, before=page.after_number, limit=page.size + 1)
        messages = [evaluation_message(one) for one in found]
        count = fitting(messages, page.size)
        answer = pb.ListEvaluationsResponse(evaluations=messages[:count])
        if count < len(messages):
            answer.next_page_token = page.token(str(found[count - 1].number))
        return answer


def static_segment(tx: Transaction, call: Call, name: str) -> Item:
    """The segment of a name, whose members the caller may change.

    Raises:
        FailedPrecondition: It is not static, or archived.
        PermissionDenied: It is beyond the limits of the caller.
    """
    segment = tx.items.get("segment", key_of("segment", name))
    require_kind(segment, "static", "changed member by member")
    require_not_archived(segment, "changed")
    require_reach_in(tx, call.caller, segment.name, segment.body)
    return segment


def _change(request: pb.PopulateFromQueryRequest) -> Change:
    if request.mode != pb.MEMBERS_MODE_REPLACE:
        return append
    # A dry run tells how far they would shrink.
    return replace if request.accept_shrink or request.dry_run else replace_guarded


def _parameters(request: Any) -> dict[str, Any]:  # noqa: ANN401 - any request that has them
    try:
        return from_struct(request.parameters)
    except Unreadable as error:
        raise InvalidArgument(f"parameters{error.field}", error.message) from None
