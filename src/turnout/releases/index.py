"""Who names whom, and who hashes with what, among the items of a store."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from turnout.compiler.dependencies import Reference, all_references
from turnout.compiler.history import History, Identity
from turnout.compiler.items import compile_item
from turnout.compiler.report import Report
from turnout.compiler.scope import CompiledItem, Surroundings
from turnout.compiler.workspace import read_attributes, read_workspace, surroundings
from turnout.documents import Catalogue, SourceFile, WrittenItem

_Places = Mapping[Identity, Reference]
"""By who refers: the first place."""
_NOBODY: _Places = MappingProxyType({})


class _Own(NamedTuple):
    targets: frozenset[Identity]
    salts: frozenset[str]


class Index:
    """One thread changes it at a time; what others read of it meanwhile is whole."""

    def __init__(self) -> None:
        self._own: dict[Identity, _Own] = {}
        self._referrers: dict[Identity, _Places] = {}
        self._sharing: dict[str, frozenset[Identity]] = {}

    def referrers(self, identity: Identity) -> _Places:
        """Who names an item directly, and where first."""
        return self._referrers.get(identity, _NOBODY)

    def sharing(self, salt: str) -> Iterable[Identity]:
        """Who hashes with a salt."""
        return self._sharing.get(salt, ())

    def put(self, identity: Identity, written: WrittenItem, around: Surroundings) -> None:
        """Takes an item up, in the place of what it was before."""
        self.drop(identity)
        found = {one.target: one for one in reversed(references_of(written, around))}
        salts = frozenset(salts_of(written, around))
        self._own[identity] = _Own(frozenset(found), salts)
        for target, reference in found.items():
            self._referrers[target] = {**self.referrers(target), identity: reference}
        for salt in salts:
            self._sharing[salt] = self._sharing.get(salt, frozenset()) | {identity}

    def drop(self, identity: Identity) -> None:
        """Forgets an item, if it is known."""
        own = self._own.pop(identity, _Own(frozenset(), frozenset()))
        for target in own.targets:
            kept = self.referrers(target)
            self._referrers[target] = {one: at for one, at in kept.items() if one != identity}
        for salt in own.salts:
            self._sharing[salt] = self._sharing[salt] - {identity}


def surroundings_of(workspace: SourceFile) -> Surroundings:
    """What items are compiled against in a workspace."""
    catalogue, history, report = Catalogue([workspace]), History(), Report()
    return surroundings(
        read_workspace(catalogue, history, report), read_attributes(catalogue, history, report)
    )


def references_of(written: WrittenItem, around: Surroundings) -> list[Reference]:
    """Everything that an item names, as far as it can be read."""
    compiled = _compiled(written, around)
    return list(all_references(compiled)) if compiled else []


def salts_of(written: WrittenItem, around: Surroundings) -> list[str]:
    """What an item hashes with."""
    compiled = _compiled(written, around)
    return list(compiled.salts) if compiled else []


def _compiled(written: WrittenItem, around: Surroundings) -> CompiledItem | None:
    outcome = compile_item(written, around)
    return outcome.item or outcome.unsound
