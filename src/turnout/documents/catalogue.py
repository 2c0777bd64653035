"""All documents that belong together."""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from turnout.documents.document import Document, digest


class SourceFile(NamedTuple):
    """A document and the name that its problems are told under."""

    name: str
    """Relative to the folder, with `/`."""
    document: Document


class Catalogue:
    """The documents of one source, in the order of their names.

    Args:
        files: In any order.
        digests: Tells the contents apart, by name; empty when they were never files.
    """

    def __init__(self, files: Iterable[SourceFile], digests: dict[str, str] | None = None) -> None:
        self.files = tuple(sorted(files, key=lambda file: file.name))
        self._digests = digests or {}

    def holds(self, name: str, content: bytes) -> bool:
        """Whether a file was read with these bytes."""
        return self._digests.get(name) == digest(content)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same files with the same bytes; empty for plain mappings."""
        if not self._digests:
            return ""
        named = "\n".join(f"{name}\t{self._digests[name]}" for name in sorted(self._digests))
        return hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()
