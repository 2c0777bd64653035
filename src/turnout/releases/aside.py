"""New references that come to a segment which is not active: allowed, and told.

A flag, an experiment or a holdout may not newly name such a segment itself. Through other segments
it may come to one all the same, and segments may name each other while they are being written.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from turnout.compiler.dependencies import Reference
from turnout.compiler.history import Identity
from turnout.compiler.scope import Surroundings
from turnout.documents import SourceFile
from turnout.documents.names import item_name
from turnout.releases.index import references_of
from turnout.releases.problem import Problem

_SEGMENT = "segment"
_WHAT_BECOMES = {
    "draft": "it is UNKNOWN until it is active",
    "paused": "it goes on as it was published last, and its edits wait",
    "archived": "it is UNKNOWN",
}


class _Aside(NamedTuple):
    key: str
    status: str


class NewReferences:
    """Looks at items as they would be.

    Args:
        look: Gives an item as it would be, if there is one.
        before: Gives an item as it was, if it was there.
        around: What all are compiled against.
    """

    def __init__(
        self,
        look: Callable[[Identity], SourceFile | None],
        before: Callable[[Identity], SourceFile | None],
        around: Surroundings,
    ) -> None:
        self._look = look
        self._before = before
        self._around = around
        self._met: dict[Identity, _Aside | None] = {}

    def warnings(self, names: Iterable[Identity]) -> list[Problem]:
        """Finds those of some items, one for each segment that an item newly names."""
        return [found for identity in names for found in self._of(identity)]

    def _of(self, identity: Identity) -> Iterator[Problem]:
        if self._status(identity) in {None, "archived"}:
            return
        suspect = [
            (one, text)
            for one in self._segments(self._look(identity), identity)
            if (text := self._what_is_wrong(identity, one.target))
        ]
        if not suspect:
            return
        known = {one.target for one in self._segments(self._before(identity), identity)}
        for one, text in suspect:
            if one.target not in known:
                known.add(one.target)
                yield Problem(item_name(*identity), one.path, text)

    def _what_is_wrong(self, identity: Identity, target: Identity) -> str:
        status = self._status(target)
        if status != "active":
            # Others are refused here, and what is UNKNOWN is told whether it is new or not.
            if identity[0] != _SEGMENT or status != "paused":
                return ""
            return f"segment `{target[1]}` is paused: {_WHAT_BECOMES[status]}"
        found = self._behind(target)
        if found is None:
            return ""
        told = f"segment `{target[1]}` comes to segment `{found.key}`, which is {found.status}"
        return f"{told}: {_WHAT_BECOMES[found.status]}"

    def _behind(self, start: Identity) -> _Aside | None:
        """The nearest segment behind one that is not active."""
        if start not in self._met:
            self._met[start] = next(self._asides(start), None)
        return self._met[start]

    def _asides(self, start: Identity) -> Iterator[_Aside]:
        seen, waiting = {start}, [start]
        for one in waiting:  # it grows
            for reference in self._segments(self._look(one), one):
                target = reference.target
                if target in seen:
                    continue
                seen.add(target)
                waiting.append(target)
                status = self._status(target)
                if status in _WHAT_BECOMES:
                    yield _Aside(target[1], str(status))

    def _segments(self, file: SourceFile | None, identity: Identity) -> Collection[Reference]:
        if file is None:
            return ()
        named = references_of(file.document.items[identity], self._around)
        return [one for one in named if one.target[0] == _SEGMENT]

    def _status(self, identity: Identity) -> str | None:
        file = self._look(identity)
        if file is None:
            return None
        raw: Any = file.document.items[identity].raw
        return str(raw.get("status", "active")) if isinstance(raw, dict) else None
