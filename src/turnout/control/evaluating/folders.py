"""A folder for the files of each run; what a process left that was killed tells of its runs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from turnout.store import Evaluation


class Folders:
    """Folders of runs in one that no other process uses.

    Args:
        root: It is made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def of(self, evaluation: Evaluation) -> Iterator[Path]:
        """Gives an empty folder for a run, and removes it with all that is in it."""
        folder = self._root / _name(evaluation.number, evaluation.started_at)
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def left(self) -> list[Path]:
        """Gives those that a process left behind."""
        return sorted(self._root.iterdir()) if self._root.is_dir() else []

    @staticmethod
    def number_of(folder: Path) -> int:
        """The number of the run that a folder was for; 0 when it was for none."""
        number = folder.name.partition("-")[0]
        return int(number) if number.isdigit() else 0

    @staticmethod
    def is_of(folder: Path, evaluation: Evaluation) -> bool:
        """Whether a folder was for this run, and not for one of another store."""
        return folder.name == _name(evaluation.number, evaluation.started_at)


def _name(number: int, started_at: datetime) -> str:
    return f"{number}-{started_at.timestamp():.6f}"
