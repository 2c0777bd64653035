"""What `apply` and `diff` have in common: documents, checked here and held against the store."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from uuid import uuid4

import typer

from turnout.cli.control.changes import (
    change_object,
    conflict_object,
    named_object,
    show_changes,
    show_conflicts,
    show_live,
    show_named,
)
from turnout.cli.control.folder import Folder
from turnout.cli.control.plane import ControlPlane
from turnout.cli.control.refusals import Refused, lines
from turnout.cli.exit_codes import ExitCode
from turnout.cli.failures import Failed, usage
from turnout.cli.spread import spread
from turnout.control.v1 import document_pb2, document_pb2_grpc


@dataclass(frozen=True, kw_only=True)
class Applying:
    """Each field is an option, as it was written."""

    set_name: Annotated[
        str,
        typer.Option(
            "--set",
            metavar="NAME",
            help="Tells this folder from others that are applied to the same store: what is gone"
            " from it is removed, what came from others stays. [default]",
        ),
    ] = ""
    force: Annotated[
        bool,
        typer.Option("--force", help="Overrule others where they changed the same field."),
    ] = False
    keep_missing: Annotated[
        bool,
        typer.Option("--keep-missing", help="Leave items that the documents do not hold any more."),
    ] = False
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Remove items that the documents do not hold any more in whatever status they are;"
            " without it nothing is applied while one of them is live.",
        ),
    ] = False


applying = spread("options", Applying)
"""Gives a command the options of an `Applying` in the place of its parameter `options`."""


class Comparison(NamedTuple):
    """Documents held against the store."""

    folder: Folder
    request: Any
    """Of the kind `ApplyDocumentsRequest`, without effect."""
    answer: Any
    """Of the kind `ApplyDocumentsResponse`."""

    @property
    def is_same(self) -> bool:
        """Whether nothing would change."""
        return not self.answer.changes and not self.answer.conflicts

    @property
    def has_conflicts(self) -> bool:
        """Whether nothing can be applied as it is."""
        return bool(self.answer.conflicts) and not self.request.force

    @property
    def would_lose(self) -> list[str]:
        """What is live and would be removed, unless it is to be pruned."""
        return [] if self.request.prune else list(self.answer.live)

    def show(self) -> None:
        """Writes it for people: warnings, conflicts, changes."""
        show_named(self.answer.warnings, self.folder, label="warning: ")
        show_conflicts(self.answer.conflicts, taken_over=self.request.force)
        show_live(self.would_lose)
        show_changes(self.answer.changes)

    def as_object(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "changes": [change_object(one) for one in self.answer.changes],
            "conflicts": [conflict_object(one) for one in self.answer.conflicts],
            "warnings": [named_object(one, self.folder) for one in self.answer.warnings],
            "live": list(self.answer.live),
        }


def compare(plane: ControlPlane, documents: Path, options: Applying) -> Comparison:
    """Compiles the documents, then asks what applying them would change.

    Raises:
        Failed: They are not there or have problems, or the control plane says no.
    """
    if options.prune and options.keep_missing:
        raise usage("`--prune` and `--keep-missing` are opposites: leave one of them away")
    folder = Folder(documents)
    _check_here(plane, folder)
    request = document_pb2.ApplyDocumentsRequest(
        documents=folder.to_json(),
        document_set=options.set_name,
        force=options.force,
        keep_missing=options.keep_missing,
        prune=options.prune,
        validate_only=True,
    )
    return Comparison(folder, request, _ask(plane, request, folder, "comparing with the store"))


def apply_compared(plane: ControlPlane, compared: Comparison) -> Comparison:
    """Does what was compared.

    Raises:
        Failed: The control plane says no, for example because others were faster.
    """
    request = document_pb2.ApplyDocumentsRequest()
    request.CopyFrom(compared.request)
    request.validate_only = False
    request.request_id = str(uuid4())
    return compared._replace(answer=_ask(plane, request, compared.folder, "applying"))


def _check_here(plane: ControlPlane, folder: Folder) -> None:
    """Tells at once, and with the line, what no store could make good."""
    problems = folder.problems()
    if not problems:
        return
    with suppress(Refused):  # without it, what was found here is told
        # They may refer to what another folder brought.
        problems = folder.problems(stored=export(plane))
    if problems:
        raise Failed(_nothing_applied(folder), ExitCode.PROBLEMS, problems)


def _nothing_applied(folder: Folder) -> str:
    return f"`{folder.path}` has problems: nothing is applied"


def export(plane: ControlPlane, *, archived: bool = False) -> str:
    """The store as one document, as JSON.

    Raises:
        Refused: The control plane says no, or nothing.
    """
    request = document_pb2.ExportDocumentsRequest(show_archived=archived)
    stub = document_pb2_grpc.DocumentServiceStub
    found = plane.call(stub, "ExportDocuments", request, "reading the store")
    return str(found.documents)


def _ask(plane: ControlPlane, request: Any, folder: Folder, doing: str) -> Any:  # noqa: ANN401 - messages
    stub = document_pb2_grpc.DocumentServiceStub
    try:
        return plane.call(stub, "ApplyDocuments", request, doing)
    except Refused as refused:
        raise _placed(refused, folder) or refused from None


def _placed(refused: Refused, folder: Folder) -> Failed | None:
    """The same with file and line, if it is about the documents."""
    problems, others = [], []
    for one in refused.violations:
        problem = folder.place(*one.item_and_field, one.message)
        if problem is None:
            others.append(one)
        else:
            problems.append(problem)
    if not problems:
        return None
    problems.sort(key=lambda one: (one.file, one.line, one.column))
    told = refused.told
    if told.startswith(refused.violations[0].message):  # which is shown with its line
        told = _nothing_applied(folder)
    message = "\n  ".join([told, *lines(told, others), *refused.left_out])
    return Failed(message, ExitCode.PROBLEMS, problems, refused.parts)
