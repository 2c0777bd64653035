"""Documents in a folder or a file of this machine."""

from collections.abc import Iterator
from pathlib import Path

from turnout.documents import Catalogue, read_paths
from turnout.sources.folder_watch import FolderWatch
from turnout.sources.source import SourceUnreachable


class FolderSource:
    """A folder of YAML and JSON documents, or one such file, watched.

    Args:
        path: The folder or file.
        debounce_ms: How long changes may gather before they count as one.
        rescan_s: How often to read without any event.
    """

    name = "folder"

    def __init__(self, path: Path, *, debounce_ms: int = 50, rescan_s: float = 10.0) -> None:
        self._path = path
        self.place = str(path.absolute())
        self._watch = FolderWatch(path, debounce_ms=debounce_ms, rescan_s=rescan_s)

    def changes(self) -> Iterator[str]:
        """Yields why to read, the first time at once; ends after `close`."""
        return self._watch.changes()

    def ask(self) -> None:
        """Makes `changes` yield soon."""
        self._watch.ask()

    def close(self) -> None:
        """Ends `changes` soon."""
        self._watch.close()

    def read(self) -> Catalogue:
        """Reads all documents.

        Raises:
            SourceUnreachable: The path is gone, may not be read, or holds no document at all: an
                empty folder is more often one that is not mounted than the wish to serve nothing.
        """
        try:
            catalogue = read_paths(self._path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SourceUnreachable(f"`{self._path}`: {reason}") from error
        if not catalogue.files:
            raise SourceUnreachable(f"`{self._path}` holds no file .yaml, .yml or .json")
        return catalogue
