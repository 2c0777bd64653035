"""What a write would break, found from the items around it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from turnout.compiler import judge_documents
from turnout.compiler.history import Identity
from turnout.compiler.scope import Surroundings
from turnout.documents import Catalogue, SourceFile
from turnout.documents.names import SECTION_OF, item_name, slip_of
from turnout.releases.aside import NewReferences
from turnout.releases.documents import Body, as_written, item_document, workspace_document
from turnout.releases.index import references_of, salts_of, surroundings_of
from turnout.releases.problem import Problem
from turnout.releases.referrers import Referrer, find_referrers
from turnout.releases.shelf import State

_LOOKED_AT = (
    "variants", "type", "unit", "kind", "layer", "allocations", "scope",
    "sql", "template", "parameters",
)  # fmt: skip
"""Fields of an item by which those that name it may be broken."""


class Change(NamedTuple):
    """A write that is to be done."""

    kind: str
    key: str
    body: Body | None
    """The new one, without `status`; None when the item is removed."""
    status: str = ""


_Files = dict[Identity, SourceFile | None]


class Proposal:
    """Writes that one transaction is to do, beside the store. Each is compiled once.

    Args:
        state: The store before.
        changes: What is written.
        workspace: Its new body, if that is written too.
    """

    def __init__(
        self, state: State, changes: Sequence[Change], workspace: Body | None = None
    ) -> None:
        self._state, self._changes = state, changes
        self._files: _Files = {(one.kind, one.key): _file(one) for one in changes}
        self._workspace = None if workspace is None else workspace_document(workspace)

    def problems(self) -> list[Problem]:
        """Finds what would be wrong with the changed items, and with others because of them.

        Looks at what the changed items name, directly or not, and at those that name them; at
        every item, when the workspace is written. What is wrong between others is left for the
        plan of a release.
        """
        state, files = self._state, self._files
        if self._workspace is not None:
            found = {one: shelved.file for one, shelved in state.items.items()} | files
            items = (file for file in found.values() if file is not None)
            judgement = judge_documents(Catalogue([self._workspace, *items]))
            return [Problem.of(one) for one in judgement.problems]
        nearby = _nearby(state, state.around, files, [*files, *_affected(state, files)])
        catalogue = Catalogue([state.workspace, *nearby.values()])
        history = _history(state, nearby.keys() - _held(state, self._changes))
        return [Problem.of(one) for one in judge_documents(catalogue, history).problems]

    def warnings(self) -> list[Problem]:
        """Finds what compiles and may not be meant in the changed items."""
        names = [one for one, file in self._files.items() if file is not None]
        workspace, around = self._state.workspace, self._state.around
        if self._workspace is not None:
            workspace, around = self._workspace, surroundings_of(self._workspace)
        new = NewReferences(self._look, lambda one: shelved(self._state, one), around)
        found = _warnings(self._state, self._files, names, workspace, around)
        return [*found, *new.warnings(names)]

    def referrers(self, kind: str, key: str) -> list[Referrer]:
        """Finds who names an item in the store before the writes, by kind and key."""
        return find_referrers(self._state, kind, key)

    def _look(self, identity: Identity) -> SourceFile | None:
        files = self._files
        return files[identity] if identity in files else shelved(self._state, identity)


def find_warnings(
    state: State, names: Collection[Identity], versions: Mapping[Identity, Body] | None = None
) -> list[Problem]:
    """Finds what compiles and may not be meant in some items.

    Args:
        state: The store.
        names: The items that are looked at.
        versions: Other versions of them, to be looked at in the place of those in the store.
    """
    files: _Files = {
        (kind, key): item_document(kind, key, raw) for (kind, key), raw in (versions or {}).items()
    }
    return _warnings(state, files, names, state.workspace, state.around)


def _warnings(
    state: State,
    files: _Files,
    names: Collection[Identity],
    workspace: SourceFile,
    around: Surroundings,
) -> list[Problem]:
    nearby = _nearby(state, around, files, names)
    judgement = judge_documents(Catalogue([workspace, *nearby.values()]))
    wanted = {item_name(kind, key) for kind, key in names}
    found = (Problem.of(one) for one in judgement.find_warnings())
    return [one for one in found if one.name in wanted]


def _file(change: Change) -> SourceFile | None:
    if change.body is None:
        return None
    raw = as_written(change.kind, change.body, change.status)
    return item_document(change.kind, change.key, raw)


def _nearby(
    state: State, around: Surroundings, files: _Files, seeds: Iterable[Identity]
) -> dict[Identity, SourceFile]:
    """Items with everything that they name, as they would be."""
    found: dict[Identity, SourceFile] = {}
    seen: set[Identity] = set()
    waiting = list(seeds)
    while waiting:
        identity = waiting.pop()
        if identity in seen:
            continue
        seen.add(identity)
        file = files[identity] if identity in files else shelved(state, identity)
        if file is None:
            waiting += _meant(state, identity)
            continue
        found[identity] = file
        written = file.document.items[identity]
        waiting += [one.target for one in references_of(written, around)]
    return found


def _meant(state: State, missing: Identity) -> list[Identity]:
    """What may have been meant by the name of an item that is not there."""
    kind, key = missing
    near = slip_of(key, {known for one, known in state.items if one == kind})
    return [(kind, near)] if near else []


def shelved(state: State, identity: Identity) -> SourceFile | None:
    """An item as it stands in the store."""
    one = state.items.get(identity)
    return one.file if one else None


def _affected(state: State, files: _Files) -> Iterator[Identity]:
    """Those whose own rules may be broken by a change of others."""
    for identity, file in files.items():
        if _concerns_referrers(state, identity, file):
            yield from state.index.referrers(identity)
        if file is not None:
            for salt in salts_of(file.document.items[identity], state.around):
                yield from state.index.sharing(salt)


def _concerns_referrers(state: State, identity: Identity, file: SourceFile | None) -> bool:
    before = state.items.get(identity)
    if before is None:
        return False
    if file is None:
        return True
    after: Any = file.document.items[identity].raw
    return any(before.raw.get(field) != after.get(field) for field in _LOOKED_AT)


def _held(state: State, changes: Sequence[Change]) -> set[Identity]:
    """Segments that the changes pause, which are given as they go on.

    With what was active before, the compiler would hold them to that, as it does in a folder.
    """
    paused = {(one.kind, one.key) for one in changes if one.status == "paused"}
    return {one for one in paused if one in state.items and state.items[one].status == "active"}


def _history(state: State, nearby: Iterable[Identity]) -> dict[str, Any]:
    """What was good: that an item was not touched is how the compiler knows whom to blame."""
    history: dict[str, Any] = {}
    for kind, key in nearby:
        before = state.items.get((kind, key))
        if before is not None:
            kept = {"file": before.file.name, "raw": before.raw}
            history.setdefault(SECTION_OF[kind], {})[key] = kept
    return history
