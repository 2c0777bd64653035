"""Waits for operations: how far they are, and what came of them."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import error_details_pb2
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from turnout.cli.control.connection import Connection
from turnout.cli.control.hints import hint
from turnout.cli.control.plane import ControlPlane, Message
from turnout.cli.control.refusals import exit_code_of
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed
from turnout.cli.output import console
from turnout.control.v1 import evaluation_pb2

_STUB = operations_pb2_grpc.OperationsStub
_FIRST_S, _LONGEST_S = 0.05, 1.0


def outcome_of(plane: ControlPlane, operation: Message, connection: Connection) -> Message:
    """Waits for the end of an operation, and shows how far it is.

    Whoever interrupts it is asked whether to cancel it; where nobody can be asked, it goes on.

    Returns:
        The evaluation.

    Raises:
        Failed: It came to nothing, or is not waited for any more.
    """
    with _shown() as show:
        while True:
            try:
                operation = _wait(plane, operation, show)
                break
            except KeyboardInterrupt:
                show(None)
                _ask(plane, operation, connection)
    if operation.HasField("error"):
        raise _failed(operation)
    evaluation = evaluation_pb2.Evaluation()
    operation.response.Unpack(evaluation)
    return evaluation


def _wait(plane: ControlPlane, operation: Message, show: Any) -> Message:  # noqa: ANN401 - a function
    pause = _FIRST_S
    while not operation.done:
        show(progress_of(operation))
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_S)
        request = operations_pb2.GetOperationRequest(name=operation.name)
        operation = plane.call(_STUB, "GetOperation", request, "asking about the operation")
    return operation


def progress_of(operation: Message) -> Message:
    """How far it is."""
    progress = evaluation_pb2.EvaluationProgress()
    operation.metadata.Unpack(progress)
    return progress


def cancel(plane: ControlPlane, name: str) -> None:
    """Asks for an operation to end without effect."""
    request = operations_pb2.CancelOperationRequest(name=name)
    plane.call(_STUB, "CancelOperation", request, "cancelling")


def _ask(plane: ControlPlane, operation: Message, connection: Connection) -> None:
    """Cancels what was interrupted, or leaves it to itself."""
    number = operation.name.removeprefix("operations/")
    goes_on = f"`{operation.name}` goes on: `turnout operation wait {number}` waits for it"
    if connection.wants_json or not sys.stdin.isatty():
        raise Failed(goes_on, ExitCode.PROBLEMS, (), {"operation": operation.name})
    typer.echo(err=True)
    if not typer.confirm(f"cancel `{operation.name}`? (else it goes on)", err=True):
        raise Failed(goes_on, ExitCode.PROBLEMS, (), {"operation": operation.name})
    cancel(plane, operation.name)


def _failed(operation: Message) -> Failed:
    info = error_details_pb2.ErrorInfo()
    for detail in operation.error.details:
        detail.Unpack(info)
    code = exit_code_of(operation.error.code)
    parts = {
        "reason": info.reason, "metadata": dict(info.metadata), "operation": operation.name,
    }  # fmt: skip
    message = operation.error.message
    told = hint(message, info.reason, info.metadata)
    is_evaluation = progress_of(operation).action == evaluation_pb2.EVALUATION_ACTION_EVALUATE
    if info.reason == "BAD_QUERY" and is_evaluation:
        told = ""  # its parameters are in the segment
    return Failed("\n  ".join(filter(None, (message, told))), code, (), parts)


@contextmanager
def _shown() -> Iterator[Any]:
    """Gives what shows the progress of an operation on the terminal; None takes it away."""
    terminal = console(stderr=True)
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[rows]:,} rows"),
        TimeElapsedColumn(),
    )  # fmt: skip
    bar = Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)
    task = bar.add_task("waits for its turn", total=None, rows=0)

    def show(progress: Message | None) -> None:
        if progress is None:
            bar.stop()
            return
        if not bar.live.is_started:
            bar.start()
        doing = "is cancelled" if progress.cancel_requested else progress.segment
        bar.update(task, description=doing, rows=progress.row_count)

    try:
        yield show
    finally:
        bar.stop()
