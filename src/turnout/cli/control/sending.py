"""A stream of messages that is on its way."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, Self

import grpc


class Sending(Iterator[Any]):
    """Messages that gRPC fetches in a thread of its own.

    What goes wrong in making them cancels the call, before gRPC could take it for their end.

    Args:
        messages: What to send.
    """

    def __init__(self, messages: Iterator[Any]) -> None:
        self._messages = messages
        self._call: Any = None
        self._begun = threading.Event()
        self._error: BaseException | None = None

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> Any:  # noqa: ANN401 - any message
        """The next one."""
        try:
            return next(self._messages)
        except StopIteration:
            raise
        except BaseException as error:  # noqa: BLE001 - it goes on in the thread that waits
            self._error = error
            self._begun.wait()
            self._call.cancel()
            raise StopIteration from None

    def answer(self, ask: Any, metadata: Sequence[tuple[str, str]]) -> Any:  # noqa: ANN401 - of a stub, and a message
        """Sends them, and waits for the answer.

        Raises:
            RpcError: There is none.
        """
        self._call = ask.future(self, metadata=metadata)
        self._begun.set()
        try:
            return self._call.result()
        except (grpc.FutureCancelledError, grpc.RpcError):
            if self._error is not None:
                raise self._error from None
            raise
        except KeyboardInterrupt:
            self._call.cancel()
            raise
