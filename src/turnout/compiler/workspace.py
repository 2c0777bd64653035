"""The workspace and the attribute schema: what all items are compiled against."""

from collections.abc import Callable, Iterator
from typing import Any

from turnout.compiler.history import History, Kept
from turnout.compiler.report import Report
from turnout.compiler.scope import Surroundings
from turnout.compiler.zones import zone_fault
from turnout.documents import (
    AttributeDocument,
    Catalogue,
    Fault,
    Invalid,
    SourceFile,
    validate_attribute,
    validate_workspace,
)

Entries = dict[str, Kept]
_Judge = Callable[[str, Any], list[Fault]]


def read_workspace(catalogue: Catalogue, history: History, report: Report) -> Entries:
    """Gathers the fields of `workspace` from all files; a bad one is the last good one."""
    found = _Section("workspace", catalogue, history.workspace, report)
    return found.gather(_judge_workspace, lambda file: file.document.workspace or {})


def read_attributes(catalogue: Catalogue, history: History, report: Report) -> Entries:
    """Gathers the attribute schema from all files; a bad entry is the last good one."""
    found = _Section("attributes", catalogue, history.attributes, report)
    return found.gather(_judge_attribute, lambda file: file.document.attributes)


def surroundings(workspace: Entries, attributes: Entries) -> Surroundings:
    """What items are compiled against."""
    schema = {name: _declared(kept.raw) for name, kept in attributes.items()}
    key = str(workspace["key"].raw) if "key" in workspace else "default"
    timezone = str(workspace["timezone"].raw) if "timezone" in workspace else "UTC"
    return Surroundings(key, schema, timezone)


def sensitive(attributes: Entries, catalogue: Catalogue) -> frozenset[str]:
    """The attributes that explanations mask.

    A slip shows nothing: one whose declaration was never good is masked, and so is one that is
    written as sensitive whatever else is wrong with it.
    """
    read = {name: _read(kept.raw) for name, kept in attributes.items()}
    masked = {name for name, found in read.items() if found is None or found.sensitive}
    for file in catalogue.files:
        masked |= {name for name, raw in file.document.attributes.items() if _asks_for_a_mask(raw)}
    return frozenset(masked)


def _asks_for_a_mask(raw: object) -> bool:
    return isinstance(raw, dict) and raw.get("sensitive", False) is not False


def _declared(raw: object) -> str:
    found = _read(raw)
    return str(found.type) if found else ""


def _read(raw: object) -> AttributeDocument | None:
    try:
        return validate_attribute(raw)
    except Invalid:
        return None


def _judge_workspace(name: str, raw: object) -> list[Fault]:
    try:
        validate_workspace({name: raw})
    except Invalid as invalid:
        return invalid.faults
    fault = zone_fault(str(raw)) if name == "timezone" else None
    return [Fault((name,), fault)] if fault else []


def _judge_attribute(name: str, raw: object) -> list[Fault]:
    try:
        validate_attribute(raw)
    except Invalid as invalid:
        short = isinstance(raw, str)
        return [
            fault._replace(path=(name,) if short else (name, *fault.path))
            for fault in invalid.faults
        ]
    return [] if name else [Fault((name,), "the name of an attribute is empty", at_key=True)]


class _Section:
    def __init__(self, name: str, catalogue: Catalogue, history: Entries, report: Report) -> None:
        self._name = name
        self._kind = name.removesuffix("s")
        self._catalogue = catalogue
        self._history = history
        self._report = report

    def gather(self, judge: _Judge, section: Callable[[SourceFile], dict[str, Any]]) -> Entries:
        entries: Entries = {}
        homes: dict[str, SourceFile] = {}
        for file in self._catalogue.files:
            for name, raw in section(file).items():
                if name in homes:
                    self._tell_twice(name, file, homes[name])
                    continue
                homes[name] = file
                if kept := self._judged(name, raw, file, judge):
                    entries[name] = kept
        entries |= {name: kept for name, kept in self._carried() if name not in homes}
        return dict(sorted(entries.items()))

    def _judged(self, name: str, raw: object, file: SourceFile, judge: _Judge) -> Kept | None:
        faults = judge(name, raw)
        last_good = self._history.get(name)
        for fault in faults:
            self._tell(name, file, fault, good=last_good is not None)
        if not faults:
            return Kept(file.name, raw)
        if last_good:
            return last_good
        # Declared, though not known as what: a condition on it is no second problem.
        return Kept(file.name, None) if self._name == "attributes" else None

    def _carried(self) -> Iterator[tuple[str, Kept]]:
        broken = {file.name for file in self._catalogue.files if file.document.broken}
        return ((name, kept) for name, kept in self._history.items() if kept.file in broken)

    def _tell_twice(self, name: str, file: SourceFile, first: SourceFile) -> None:
        path = (self._name, name)
        line = first.document.locate(Fault(path, "", at_key=True)).line
        place = f"{first.name}:{line}" if line else first.name
        fault = Fault((name,), f"`{name}` is written twice, also in {place}", at_key=True)
        self._tell(name, file, fault, good=True)

    def _tell(self, name: str, file: SourceFile, fault: Fault, *, good: bool) -> None:
        key = name if self._kind == "attribute" else ""
        whole = fault._replace(path=(self._name, *fault.path))
        self._report.add(self._kind, key, file, whole, good=good)
