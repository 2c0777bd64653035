"""What takes longer than a second says what it is doing, to people only."""

import io

import grpc
import pytest
from rich.console import Console

from turnout.cli.control import waiting


class Call:
    """Answers when it is asked for the second time."""

    def __init__(self):
        self.timeouts = []
        self.cancelled = False

    def result(self, timeout=None):
        self.timeouts.append(timeout)
        if timeout is not None:
            raise grpc.FutureTimeoutError
        return "answer"

    def cancel(self):
        self.cancelled = True


@pytest.fixture(params=[True, False], ids=["terminal", "file"])
def shown(request, monkeypatch):
    out = io.StringIO()
    made = Console(file=out, force_terminal=request.param, width=80)
    monkeypatch.setattr(waiting, "console", lambda **_: made)
    return out, request.param


def test_patience_is_for_all_answers_together(shown):
    out, is_terminal = shown
    first, second = Call(), Call()
    with waiting.waiting_for("reading the flags") as waits:
        assert waits.answer(first) == "answer"
        assert waits.answer(second) == "answer"
    assert 0 < first.timeouts[0] <= 1
    assert second.timeouts[0] <= first.timeouts[0]
    assert ("reading the flags …" in out.getvalue()) == is_terminal


def test_who_interrupts_ends_the_call(shown):
    call = Call()

    def interrupt(**_):
        raise KeyboardInterrupt

    call.result = interrupt
    with pytest.raises(KeyboardInterrupt), waiting.waiting_for("x") as waits:
        waits.answer(call)
    assert call.cancelled
    assert not shown[0].getvalue()
