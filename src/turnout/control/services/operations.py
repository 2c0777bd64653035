"""`google.longrunning.Operations`: what takes long, and how far it is."""

import time
from typing import Any

from google.longrunning import operations_pb2
from google.protobuf import empty_pb2
from google.protobuf.message import Message

from turnout.control.calls import Answer, Call, write
from turnout.control.evaluating.evaluator import Evaluator
from turnout.control.evaluating.messages import OPERATIONS, operation_message
from turnout.control.failures import InvalidArgument
from turnout.control.filters import bad_value, read_filter
from turnout.control.paging import Page, read_page
from turnout.control.reach import require_reach_in
from turnout.control.services.items import Handler
from turnout.control.services.listing import fitting
from turnout.control.services.resources import number_in
from turnout.documents.problem import clip
from turnout.store import Evaluation, Store, Transaction

LASTING = frozenset({"WaitOperation"})
"""Those that wait."""

_LONGEST_S = 30.0
"""So many callers may wait at a time: whoever waits longer asks again."""
_LOOK_S = 0.2


class Operations:
    """Tells of runs, waits for them and cancels them.

    Args:
        store: Where they are.
        evaluator: Carries out those of this process.
    """

    def __init__(self, store: Store, evaluator: Evaluator) -> None:
        self._store, self._evaluator = store, evaluator

    def handlers(self) -> dict[str, Handler]:
        """The handler of each RPC, by its name. None is deleted: they are the history."""
        return {
            "GetOperation": self._get,
            "ListOperations": self._list,
            "CancelOperation": self._cancel,
            "WaitOperation": self._wait,
        }

    def _get(self, call: Call, request: Any) -> Message:  # noqa: ANN401 - its types are not published
        call.check()
        return self._message(self._read(number_of(request.name)))

    def _list(self, call: Call, request: Any) -> Message:  # noqa: ANN401 - its types are not published
        if request.name not in ("", OPERATIONS):
            text = f"`{clip(request.name)}` is no collection of operations: write `{OPERATIONS}`"
            raise InvalidArgument("name", text, reason="BAD_NAME")
        running = _only_running(request.filter)
        page = read_page(request)
        call.check()
        with self._store.read() as tx:
            found = _running(tx, page) if running else _all(tx, page)
        messages = [self._message(one) for one in found]
        count = fitting(messages, page.size)
        answer: Any = operations_pb2.ListOperationsResponse(operations=messages[:count])
        if count < len(messages):
            answer.next_page_token = page.token(str(found[count - 1].number))
        return answer  # type: ignore[no-any-return] # its types are not published

    def _cancel(self, call: Call, request: Any) -> Answer:  # noqa: ANN401 - its types are not published
        number = number_of(request.name)

        def cancel(tx: Transaction) -> Message:
            found = tx.evaluations.get(number)
            segment = tx.items.find("segment", found.segment)
            body = segment.body if segment else {}
            require_reach_in(tx, call.caller, f"segments/{found.segment}", body)
            tx.evaluations.cancel(number)
            return empty_pb2.Empty()

        answer = write(self._store, call, request, cancel)
        self._evaluator.stop_run(number)
        return answer

    def _wait(self, call: Call, request: Any) -> Message:  # noqa: ANN401 - its types are not published
        number = number_of(request.name)
        asked = request.timeout.ToTimedelta().total_seconds() if request.HasField("timeout") else 0
        until = time.monotonic() + min(asked or _LONGEST_S, _LONGEST_S)
        while (found := self._read(number)).ended_at is None and time.monotonic() < until:
            call.check()
            time.sleep(_LOOK_S)
        return self._message(found)

    def _read(self, number: int) -> Evaluation:
        with self._store.read() as tx:
            return tx.evaluations.get(number)

    def _message(self, found: Evaluation) -> Message:
        rows = self._evaluator.rows(found.number) if found.ended_at is None else 0
        message: Message = operation_message(found, rows)
        return message


def number_of(name: str) -> int:
    """The number in `operations/17`.

    Raises:
        InvalidArgument: It is no such name.
    """
    return number_in(name, f"{OPERATIONS}/NUMBER", "operation")


def _all(tx: Transaction, page: Page) -> list[Evaluation]:
    return tx.evaluations.page(before=page.after_number, limit=page.size + 1)


def _running(tx: Transaction, page: Page) -> list[Evaluation]:
    before = page.after_number
    found = [one for one in tx.evaluations.running() if not before or one.number < before]
    return found[: page.size + 1]


def _only_running(text: str) -> bool:
    terms = read_filter(text, {"done": ("=",)}, words=False)
    for term in terms:
        if term.values != ("false",):
            raise bad_value(term, "only `done = false` is asked for: without it there are all")
    return bool(terms)
