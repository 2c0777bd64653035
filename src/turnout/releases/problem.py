"""What is wrong in an item of the store: which item, which field, and why."""

from dataclasses import dataclass

from turnout import documents
from turnout.documents.names import ITEM_KINDS
from turnout.documents.problem import Path, render_path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a write or a release from being done, or that may not be meant."""

    name: str
    """For example `flags/new-checkout`; `workspace` for what all items share."""
    path: Path
    """From the item, or from the workspace; empty for it as a whole."""
    message: str
    """Lower case, the user's words in backticks, no full stop."""

    @property
    def field(self) -> str:
        """The path as text, for example `rules[0].when`."""
        return render_path(self.path)

    def __str__(self) -> str:
        """One line."""
        place = f"{self.name} {self.field}" if self.field else self.name
        return f"{place}: {self.message}"

    @classmethod
    def of(cls, found: documents.Problem) -> "Problem":
        """What the compiler told of documents that never were a text."""
        message = found.message.removeprefix(f"{render_path(found.path)}: ")
        section, *rest = found.path or ("",)
        if section in ITEM_KINDS and rest:
            return cls(f"{section}/{rest[0]}", tuple(rest[1:]), message)
        if section == "workspace":
            return cls("workspace", tuple(rest), message)
        return cls("workspace", found.path, message)
