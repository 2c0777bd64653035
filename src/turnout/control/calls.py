"""One call: who makes it, and until when; reading and writing on its behalf."""

import hashlib
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from turnout.control.access import Caller
from turnout.control.failures import InvalidArgument, OutOfTime
from turnout.store import Act, Store, Transaction

Answer = Message | bytes
"""What a handler gives; bytes are a message that was written already."""


class Call:
    """What a handler knows of the call that it answers.

    Args:
        method: For example `UpdateFlag`.
        caller: Who calls.
        peer: The address of the caller.
        until: By the monotonic clock, when nobody waits any more; None: never.
    """

    def __init__(self, method: str, caller: Caller, peer: str, until: float | None = None) -> None:
        self.method = method
        self.caller = caller
        self.peer = peer
        self._until = until
        self._given_up = threading.Event()

    @property
    def act(self) -> Act:
        """What the audit log tells of it."""
        return Act(self.caller.actor, self.method, self.peer)

    def give_up(self) -> None:
        """Notes, from any thread, that the caller does not wait any more."""
        self._given_up.set()

    def is_awaited(self) -> bool:
        """Whether somebody waits for the answer."""
        is_late = self._until is not None and time.monotonic() > self._until
        return not (self._given_up.is_set() or is_late)

    def check(self) -> None:
        """Lets the work go on while somebody waits for it.

        Raises:
            OutOfTime: Nobody does.
        """
        if not self.is_awaited():
            raise OutOfTime


def write(
    store: Store,
    call: Call,
    request: Any,  # noqa: ANN401 - any request
    do: Callable[[Transaction], Message],
) -> Answer:
    """Writes in one transaction: all of it or nothing, and nothing after the caller has gone.

    A request that has `request_id` is answered once, and its repetitions in the same bytes; one
    with `validate_only` has no effect.

    Args:
        store: Where to.
        call: On whose behalf.
        request: The message of the call.
        do: Writes, and gives the answer.

    Raises:
        InvalidRequestId: The id was used for another request.
        OutOfTime: The caller has gone.
    """
    dry = getattr(request, "validate_only", False)
    request_id = "" if dry else read_request_id(getattr(request, "request_id", ""))
    with store.write(call.act, validate_only=dry) as tx:
        digest = _digest(request) if request_id else ""
        if request_id:
            kept = tx.requests.answer(request_id, call.method, digest)
            if kept is not None:
                return kept
        answer = do(tx).SerializeToString(deterministic=True)
        if request_id:
            tx.requests.keep(request_id, call.method, digest, answer)
        call.check()
        return answer


def _digest(request: Message) -> str:
    return hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()


def read_request_id(text: str) -> str:
    """The id that makes a request happen once, in one form; empty for none.

    Raises:
        InvalidArgument: It is no UUID.
    """
    if not text:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        message = "a request id is a UUID, as in `6f1c1c1e-9f0a-4c1b-8a53-0d6a7c1f2b3d`"
        raise InvalidArgument("request_id", message) from None
