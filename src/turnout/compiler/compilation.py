"""Documents in, snapshot and problems out; item by item."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from turnout.compiler.candidates import Candidate
from turnout.compiler.checks import Reader, find_faults
from turnout.compiler.compiled import Compiled, CompileFailed
from turnout.compiler.copies import inline_copies
from turnout.compiler.dynamic import Memberships
from turnout.compiler.emit import emit
from turnout.compiler.history import History, Identity
from turnout.compiler.references import find_refusals, missing, missing_experiments, shared_keys
from turnout.compiler.report import Report, in_document
from turnout.compiler.scope import Surroundings
from turnout.compiler.statuses import new_references, unused_references
from turnout.compiler.workspace import read_attributes, read_workspace, sensitive, surroundings
from turnout.documents import Catalogue, Fault, Problem, SourceFile, WrittenItem

# Compiled items are kept with unchanged documents, which two compilations may share.
_lock = threading.Lock()

_NOT_EVALUATED = (
    "documents alone give nobody to a dynamic segment, which is UNKNOWN: a control plane evaluates"
    " its query, `turnout apply` takes it there"
)


def compile_documents(
    catalogue: Catalogue,
    history: Mapping[str, Any] | None = None,
    memberships: Memberships | None = None,
) -> Compiled:
    """Compiles documents into the content of a snapshot.

    Args:
        catalogue: What `read_paths` or `read_mapping` gave.
        history: `Compiled.history` of the compilation before; `{}` at the first one of a running
            server. With it a broken item goes on in its last good version, or is quarantined, and
            the rest is compiled. None is strict: everything must be good.
        memberships: The newest set of members of each dynamic segment that was evaluated, and of
            static ones whose members are not in the documents. None: nobody evaluates any.

    Raises:
        CompileFailed: There are problems, and `history` is None.
    """
    with _lock:
        compiled = _Compilation(catalogue, History.load(history)).run(memberships)
    if history is None and compiled.problems:
        raise CompileFailed(compiled.problems, compiled.warnings)
    return compiled


class Judgement(NamedTuple):
    """What `compile_documents` would find."""

    problems: tuple[Problem, ...]
    find_warnings: Callable[[], tuple[Problem, ...]]
    """What compiles, and may not be meant."""


def judge_documents(catalogue: Catalogue, history: Mapping[str, Any] | None = None) -> Judgement:
    """Compiles documents without writing a snapshot.

    Costs what the documents given cost, however large the last compilation was, and leaves what is
    kept with unchanged documents as it was.
    """
    return _Compilation(catalogue, History.load(history)).judge()


class _Compilation:
    def __init__(self, catalogue: Catalogue, history: History) -> None:
        self._catalogue = catalogue
        self._history = history
        self._report = Report()
        self._carried_files: set[str] = set()
        self._workspace = read_workspace(catalogue, history, self._report)
        self._attributes = read_attributes(catalogue, history, self._report)
        self._around = surroundings(self._workspace, self._attributes)

    def judge(self) -> Judgement:
        candidates = self._weigh()
        return Judgement(self._report.problems(), partial(_find_warnings, candidates))

    def run(self, memberships: Memberships | None) -> Compiled:
        candidates, around = self._weigh(), self._around
        good = History()
        good.workspace, good.attributes = self._workspace, self._attributes
        for candidate in candidates.values():
            if (kept := candidate.good) and not candidate.dropped:
                good.items[candidate.identity] = kept
        masked = sensitive(self._attributes, self._catalogue)
        content = emit(
            candidates.values(), around.workspace_key, around.timezone, masked, memberships or {}
        )
        find_warnings = partial(_find_warnings, candidates, is_evaluated=memberships is not None)
        return Compiled(content, self._report.problems(), good.dump(), find_warnings)

    def _weigh(self) -> dict[Identity, Candidate]:
        """Chooses the version of every item, and tells what is wrong."""
        candidates = self._gather(self._around)
        self._settle(candidates, self._around)
        for candidate in candidates.values():
            self._tell(candidate)
        self._tell_files()
        return candidates

    def _gather(self, around: Surroundings) -> dict[Identity, Candidate]:
        """Every item of the catalogue, and those that go on because their file is broken."""
        homes: dict[Identity, tuple[SourceFile, WrittenItem]] = {}
        twice: list[tuple[Identity, SourceFile]] = []
        for file in self._catalogue.files:
            for identity, written in file.document.items.items():
                if identity in homes:
                    twice.append((identity, file))
                else:
                    homes[identity] = file, written
        copies = inline_copies(homes)
        candidates = {
            identity: Candidate(
                identity,
                file,
                copies.get(identity, written),
                self._history.items.get(identity),
                around,
            )
            for identity, (file, written) in homes.items()
        }
        broken = {file.name for file in self._catalogue.files if file.document.broken}
        for identity, kept in self._history.items.items():
            if identity not in candidates and kept.file in broken:
                candidates[identity] = Candidate(identity, None, None, kept, around)
                self._carried_files.add(kept.file)
        for identity, file in twice:
            self._refuse_twice(candidates[identity], homes[identity][0], file)
        # The order of files is no order of items.
        return dict(sorted(candidates.items()))

    def _refuse_twice(self, candidate: Candidate, first: SourceFile, second: SourceFile) -> None:
        """Refuses an item that two files define: nobody can say which is meant."""
        here = in_document(candidate.kind, candidate.key, Fault((), "", at_key=True))
        places = []
        for file in (first, second):
            line = file.document.locate(here).line
            places.append(f"{file.name}:{line}" if line else file.name)
        text = f"{candidate.kind} `{candidate.key}` is written twice, also in "
        if candidate.is_written:
            candidate.refuse([Fault((), text + places[1], at_key=True)])
        self._report.add(
            candidate.kind,
            candidate.key,
            second,
            here._replace(message=text + places[0]),
            good=candidate.serves_last_good,
        )

    def _settle(self, candidates: dict[Identity, Candidate], around: Surroundings) -> None:
        """Gives up versions that do not fit the others, until all that are left do."""
        for loser, winner in shared_keys(candidates):
            message = (
                f"the {winner.kind} in {winner.home} has the key `{loser.key}` too: flags and "
                "experiments share one space of keys"
            )
            loser.refuse([Fault((), message, at_key=True)])
            loser.compiled, loser.dropped = None, True
        for candidate in candidates.values():
            if candidate.unsound is not None:
                candidate.faults += missing(candidate.unsound, candidates)
                candidate.faults += missing_experiments(candidate.unsound, candidates)
        for candidate in candidates.values() if self._history.items else ():
            if faults := new_references(candidate, candidates):
                candidate.refuse(faults)
        # Each round gives up at least one of at most two versions an item.
        while refusals := find_refusals(candidates, f"user_bucket.{around.workspace_key}"):
            for identity, faults in refusals.items():
                candidates[identity].refuse(faults)

    def _tell(self, candidate: Candidate) -> None:
        good = candidate.serves_last_good
        if candidate.file is not None:
            for fault in candidate.faults:
                placed = _placed(candidate, candidate.file, fault)
                self._report.add(candidate.kind, candidate.key, candidate.file, placed, good=good)
        elif candidate.kept_fault is not None:
            self._report.add_unplaced(
                candidate.kind,
                candidate.key,
                candidate.home,
                f"the last good version of {candidate.kind} `{candidate.key}` cannot go on: "
                f"{candidate.kept_fault}",
                good=False,
            )

    def _tell_files(self) -> None:
        for file in self._catalogue.files:
            for fault in file.document.faults:
                self._report.add("file", "", file, fault, good=file.name in self._carried_files)


def _find_warnings(
    candidates: Mapping[Identity, Candidate], *, is_evaluated: bool = True
) -> tuple[Problem, ...]:
    """What compiles and may not be meant, of the items that are served as they are written."""
    report, reader = Report(), Reader(candidates)
    for candidate in candidates.values():
        if candidate.file is None or candidate.compiled is None or not candidate.is_written:
            continue
        faults = [*candidate.compiled.warnings, *candidate.warnings]
        faults += unused_references(candidate, candidates)
        faults += find_faults(candidate, reader)
        if candidate.compiled.query is not None and not is_evaluated:
            faults.append(Fault(candidate.compiled.query.path, _NOT_EVALUATED))
        for fault in faults:
            placed = _placed(candidate, candidate.file, fault)
            report.add(candidate.kind, candidate.key, candidate.file, placed, good=False)
    return report.problems()


def _placed(candidate: Candidate, file: SourceFile, fault: Fault) -> Fault:
    """A fault with its path from the top of the document; that of a copy is where it says so."""
    written = file.document.items[candidate.identity].raw
    first = fault.path[0] if fault.path else "copy_of"
    if isinstance(written, dict) and "copy_of" in written and first not in written:
        fault = fault._replace(path=("copy_of",), at_key=False)
    return in_document(candidate.kind, candidate.key, fault)
