"""From a source to the state folder: reads, compiles with history, and keeps what is new."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from turnout.compiler import Compiled, Problem, compile_documents
from turnout.documents import Catalogue
from turnout.snapshot.seal import NotSealed
from turnout.snapshot.v1 import snapshot_pb2
from turnout.sources import Source, SourceUnreachable
from turnout.sources.last_known_good import Kept, StateFolder, open_sealed
from turnout.telemetry import fields

Event = dict[str, Any]
"""What the server hears: `event` is `published`, `confirmed` or `failed`."""

_MOST_PROBLEMS_LOGGED = 20

_log = logging.getLogger("turnout.worker")


class Publisher:
    """Makes the last good snapshot follow a source.

    Args:
        source: Where documents are read.
        state: Where the snapshot and the history are kept. The caller holds its lock.
        now: The clock; aware.
    """

    def __init__(
        self,
        source: Source,
        state: StateFolder,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source = source
        self._state = state
        self._now = now
        self._fingerprint: str | None = None
        self._failure: str | None = None
        state.clear_leftovers()
        self._kept = self._open_kept()
        saved = _Saved.read(state)
        self._history = saved.documents
        # Kept twice: a damaged snapshot must not make revisions start again.
        self._newest = max(saved.newest, _revision_of(self._kept))
        self._is_first_of_source = state.read_source() != source.place
        if self._is_first_of_source:
            # What another source left must not answer for this one; revisions go on.
            self._kept, self._history = None, {}
        self._history_is_kept = bool(self._history)

    def publish(self) -> Event:
        """Reads the source and keeps what is new. Never raises for what a source may hold."""
        try:
            event = self._publish()
        except SourceUnreachable as error:
            return self._failed(f"cannot read the documents: {error}")
        except OSError as error:
            return self._failed(f"cannot write the state folder: {error}")
        except Exception as error:  # noqa: BLE001 - a bug must not end the worker
            self._failed(f"{type(error).__name__} while compiling: {error}")
            _log.exception("this is a bug of turnout; what was served stays")
            return {"event": "failed", "message": self._failure}
        if self._failure:
            _log.info("the documents are read again")
            self._failure = None
        return event

    def _publish(self) -> Event:
        catalogue = self._source.read()
        if catalogue.fingerprint == self._fingerprint and self._kept:
            return self._confirmed(self._kept)
        compiled = compile_documents(catalogue, history=self._history)
        if self._kept and _same(self._kept.header, compiled):
            event = self._confirmed(self._kept)
            if not self._history_is_kept:
                self._keep_history(compiled)
        else:
            event = self._keep(compiled)
            _log_unevaluated(catalogue)
        self._history = compiled.history
        self._fingerprint = catalogue.fingerprint
        return event

    def _keep(self, compiled: Compiled) -> Event:
        numbered = self._number(compiled.id)
        sealed = compiled.seal(
            revision=numbered.revision, published_at=self._now(), published_by=self._source.name
        )
        if self._is_first_of_source:
            self._state.change_source(self._source.place)
            self._is_first_of_source = False
        # History first: a snapshot without the documents behind it could not keep its promise.
        self._newest = max(self._newest, numbered)
        self._keep_history(compiled)
        self._state.write_snapshot(sealed)
        self._kept = open_sealed(sealed)
        _log_problems(compiled.problems)
        return self._event("published", self._kept)

    def _number(self, content_id: str) -> "_Numbered":
        """The revision of a content: one more at each new id."""
        for known in (_revision_of(self._kept), self._newest):
            if known.id == content_id:
                return known
        return _Numbered(self._newest.revision + 1, content_id)

    def _keep_history(self, compiled: Compiled) -> None:
        self._state.write_history(
            {
                "revision": self._newest.revision,
                "id": self._newest.id,
                "documents": compiled.history,
            }
        )
        self._history_is_kept = True

    def _confirmed(self, kept: Kept) -> Event:
        try:
            self._state.confirm()
        except FileNotFoundError:
            # Somebody cleared the state folder: everything is written again.
            self._kept = self._fingerprint = None
            self._is_first_of_source = True
            return self._publish()
        return self._event("confirmed", kept)

    def _event(self, name: str, kept: Kept) -> Event:
        return {
            "event": name,
            "path": str(self._state.snapshot_path),
            "seal": kept.seal,
            "id": kept.header.id,
            "revision": kept.header.revision,
            "problems": len(kept.header.problems),
        }

    def _failed(self, message: str) -> Event:
        # A failure is repeated at every rescan: said once, until it is over or another.
        if message != self._failure:
            _log.error("%s", message)
        self._failure = message
        return {"event": "failed", "message": message}

    def _open_kept(self) -> Kept | None:
        try:
            return self._state.read_snapshot()
        except (NotSealed, OSError) as error:
            _log.warning(
                "the last good snapshot `%s` is refused: %s", self._state.snapshot_path, error
            )
            return None


class _Numbered(NamedTuple):
    """A revision and the content that it numbers."""

    revision: int
    id: str


class _Saved(NamedTuple):
    """What the history file holds, as far as it makes sense."""

    newest: _Numbered
    documents: dict[str, Any]

    @classmethod
    def read(cls, state: StateFolder) -> "_Saved":
        saved = state.read_history() or {}
        revision, content_id = saved.get("revision"), saved.get("id")
        documents = saved.get("documents")
        return cls(
            _Numbered(revision if isinstance(revision, int) else 0, str(content_id or "")),
            documents if isinstance(documents, dict) else {},
        )


def _revision_of(kept: Kept | None) -> _Numbered:
    return _Numbered(kept.header.revision, kept.header.id) if kept else _Numbered(0, "")


def _same(header: snapshot_pb2.Header, compiled: Compiled) -> bool:
    return header.id == compiled.id and [
        (p.kind, p.key, p.file, p.line, p.column, p.message, p.serving_last_good)
        for p in header.problems
    ] == [
        (p.kind, p.key, p.file, p.line, p.column, p.message, p.serving_last_good)
        for p in compiled.problems
    ]


def _log_unevaluated(catalogue: Catalogue) -> None:
    items = (item for file in catalogue.files for item in file.document.items.items())
    count = sum(
        kind == "segment" and isinstance(written.raw, dict) and written.raw.get("kind") == "dynamic"
        for (kind, _), written in items
    )
    if count:
        _log.warning(
            "dynamic segments have nobody here, and are UNKNOWN: a control plane evaluates their"
            " queries, `turnout apply` takes them there",
            extra=fields(segments=count),
        )


def _log_problems(problems: Iterable[Problem]) -> None:
    for count, problem in enumerate(problems):
        if count == _MOST_PROBLEMS_LOGGED:
            _log.warning("and more problems: `turnout check` shows them all")
            return
        _log.warning(
            "%s:%d:%d: %s",
            problem.file,
            problem.line,
            problem.column,
            problem.message,
            extra=fields(
                kind=problem.kind,
                key=problem.key or None,
                serving_last_good=problem.serving_last_good or None,
            ),
        )
