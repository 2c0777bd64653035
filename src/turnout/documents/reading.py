"""Reads folders, files and plain mappings of documents."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turnout.documents import limits
from turnout.documents.catalogue import Catalogue, SourceFile
from turnout.documents.document import Document, digest, read_document, refused
from turnout.documents.names import LATER_SECTIONS, SECTIONS
from turnout.documents.problem import Fault, render_path
from turnout.documents.problem import Path as ValuePath
from turnout.documents.scalars import Scalar

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""Of the files in a folder that are documents."""

# Unchanged files are kept by content from one reading to the next: reading again after one of
# fifty changed parses one.
_kept: dict[tuple[str, bool], Document] = {}


def read_paths(path: Path | str) -> Catalogue:
    """Reads a file, or every YAML and JSON file of a folder and the folders in it.

    Hidden files and folders are left out. What is wrong in a file is told when compiling.

    Args:
        path: The folder or file.

    Raises:
        OSError: The path is not there or may not be read.
    """
    global _kept  # noqa: PLW0603 - replaced as a whole, so that a reader never sees half of it
    root = Path(path)
    used: dict[tuple[str, bool], Document] = {}
    files, digests = [], {}
    for name, file in _find(root):
        try:
            content = _read(file)
        except FileNotFoundError:
            continue  # renamed since the folder was listed
        except OSError as error:
            digests[name] = str(error)
            reason = (error.strerror or "unknown reason").lower()
            files.append(SourceFile(name, refused(f"cannot be read: {reason}")))
            continue
        key = digests[name], _ = digest(content), file.suffix.lower() == ".json"
        document = used.get(key) or _kept.get(key) or read_document(content, json=key[1])
        used[key] = document
        files.append(SourceFile(name, document))
    _kept = used
    return Catalogue(files, digests)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(limits.MAX_FILE_BYTES + 1)


def _find(root: Path) -> Iterator[tuple[str, Path]]:
    if not root.is_dir():
        root.stat()  # says what is wrong
        yield root.name, root
        return
    # A folder that may not be read is no empty folder: its items are not gone.
    for folder, folders, names in os.walk(root, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            wanted = file.suffix.lower() in SUFFIXES and not name.startswith(".")
            if wanted and file.is_file():
                yield file.relative_to(root).as_posix(), file


def _raise(error: OSError) -> None:
    raise error


def read_mapping(documents: Mapping[str, Any]) -> Catalogue:
    """Takes documents that were parsed already.

    Args:
        documents: One document, `{"flags": ...}`, or several by file name.
    """
    known = {*SECTIONS, *LATER_SECTIONS}
    if any(name in known for name in documents) or not _are_files(documents):
        return Catalogue([SourceFile("documents", _plain(documents))])
    return Catalogue(SourceFile(name, _plain(value)) for name, value in documents.items())


def _are_files(documents: Mapping[str, Any]) -> bool:
    return bool(documents) and all(
        isinstance(name, str) and Path(name).suffix.lower() in SUFFIXES for name in documents
    )


def _plain(value: object) -> Document:
    faults: list[Fault] = []
    copied = _copy(value, (), faults)
    return Document(copied, None, faults)


def _copy(value: object, path: ValuePath, faults: list[Fault]) -> Any:  # noqa: ANN401 - plain values
    """A copy of JSON-like values, so that a later change by the caller changes nothing."""
    if len(path) > limits.MAX_DEPTH:
        message = f"nested more than {limits.MAX_DEPTH} deep: make it flatter"
        faults.append(Fault(path[:2], message))
        return None
    # These first: there are most of them, and of the others is asked at length.
    if value is None or isinstance(value, str | bool | int | float):
        return _plain_scalar(value)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                message = f"the name of a field must be text, not {type(name).__name__} `{name}`"
                faults.append(Fault(path, message))
        return {
            name: _copy(inner, (*path, name), faults)
            for name, inner in value.items()
            if isinstance(name, str)
        }
    if isinstance(value, list | tuple):
        return [_copy(inner, (*path, index), faults) for index, inner in enumerate(value)]
    at = render_path(path)
    faults.append(Fault(path, f"`{at}` is a {type(value).__name__}: only what JSON has is read"))
    return None


def _plain_scalar(value: str | float | None) -> Scalar:
    # Subclasses, such as those of enumerations, are no business of what follows.
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    return float(value)
