"""The documents that are applied: read, compiled, sent as one, and found again by name."""

import json
import re
from pathlib import Path
from typing import Any

from turnout.cli.failures import usage
from turnout.compiler import CompileFailed, compile_documents
from turnout.documents import Catalogue, Document, Fault, Problem, SourceFile, read_paths
from turnout.documents.names import ITEM_KINDS, SECTION_OF, SECTIONS, identity_in

_INDEX = re.compile(r"\[([0-9]{1,6})\]")


def read_folder(documents: Path) -> Catalogue:
    """Reads what the command names.

    Raises:
        Failed: It is not there, or holds no documents.
        OSError: It cannot be read.
    """
    if not documents.exists():
        raise usage(f"`{documents}` is not there: name a folder or a file of documents")
    catalogue = read_paths(documents)
    if not catalogue.files:
        raise usage(f"`{documents}` holds no file .yaml, .yml or .json: name another folder")
    return catalogue


class Folder:
    """The documents under a path.

    Args:
        path: Of a folder or a file.

    Raises:
        Failed: It is not there, or holds no documents.
        OSError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._catalogue = read_folder(path)

    def problems(self, stored: str = "") -> tuple[Problem, ...]:
        """What is wrong, by file and line.

        Args:
            stored: The store as one document, as JSON: what the folder does not hold may be there.
        """
        beside = self._without_ours(json.loads(stored)) if stored else None
        files = self._catalogue.files if beside is None else (*self._catalogue.files, beside)
        try:
            compile_documents(Catalogue(files))
        except CompileFailed as failed:
            ours = {file.name for file in self._catalogue.files}
            return tuple(one for one in failed.problems if one.file in ours)
        return ()

    def _without_ours(self, stored: dict[str, Any]) -> SourceFile:
        """The store, without what the folder says itself."""
        files = [file.document for file in self._catalogue.files]
        ours = {identity for one in files for identity in one.items}
        left: dict[str, Any] = {
            section: {
                key: item
                for key, item in (stored.get(section) or {}).items()
                if (kind, key) not in ours
            }
            for section, kind in ITEM_KINDS.items()
        }
        for section, written in (
            ("workspace", {name for one in files for name in one.workspace or {}}),
            ("attributes", {name for one in files for name in one.attributes}),
        ):
            found = stored.get(section) or {}
            left[section] = {name: found[name] for name in found if name not in written}
        return SourceFile("", Document(left, None, []))

    def to_json(self) -> str:
        """All files as one document."""
        whole: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        for file in self._catalogue.files:
            document = file.document
            whole["workspace"].update(document.workspace or {})
            whole["attributes"].update(document.attributes)
            for (kind, key), item in document.items.items():
                whole[SECTION_OF[kind]][key] = item.raw
        said = {section: value for section, value in whole.items() if value}
        return json.dumps(said, ensure_ascii=False, allow_nan=False)

    def place(self, name: str, field: str, message: str) -> Problem | None:
        """Where something stands that the server found wrong.

        Args:
            name: For example `flags/new-checkout`, or `workspace`.
            field: For example `rules[0].when`; what leads nowhere is cut off.
            message: What is wrong.

        Returns:
            None when these documents do not hold it.
        """
        for file in self._catalogue.files:
            path = _path(file.document, name, field)
            if path is None:
                continue
            kind, key = identity_in(name) or (name, "")
            # Of an item as a whole the name is shown, of a field its value.
            at_key = len(path) == len(name.split("/"))
            mark = file.document.locate(Fault(path, message, at_key=at_key))
            return Problem(kind, key, file.name, *mark, message, file.document.line(mark.line))
        return None


def _path(document: Document, name: str, field: str) -> tuple[str | int, ...] | None:
    """From the top of a document to a field, if the document says anything of it."""
    identity = identity_in(name)
    if identity is not None and (item := document.items.get(identity)):
        kind, key = identity
        return SECTION_OF[kind], key, *_steps(item.raw, field)
    if name != "workspace":
        return None
    shared = {"workspace": document.workspace or {}, "attributes": document.attributes}
    path = _steps(shared, field if field.startswith("attributes") else f"workspace.{field}")
    return path if len(path) > 1 else None


def _steps(value: object, field: str) -> tuple[str | int, ...]:
    """Reads `rules[0].when`: as far as it leads, and names may hold points."""
    steps: list[str | int] = []
    rest = field
    while rest:
        rest = rest.removeprefix(".")
        step: str | int | None = None
        if isinstance(value, list) and (match := _INDEX.match(rest)):
            index = int(match[1])
            step, width = (index if index < len(value) else None), match.end()
        elif isinstance(value, dict):
            names = (name for name in value if _begins(rest, name))
            step = max(names, key=len, default=None)
            width = len(step or "")
        if step is None:
            break
        steps.append(step)
        value, rest = value[step], rest[width:]  # type: ignore[index]
    return tuple(steps)


def _begins(field: str, name: str) -> bool:
    return bool(name) and field.startswith(name) and field[len(name) :][:1] in ("", ".", "[")
