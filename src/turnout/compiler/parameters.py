"""The parameters of a mapping that names an algorithm, read one by one with their places."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from turnout.compiler.scope import Scope
from turnout.compiler.shares import read_share
from turnout.compiler.text import is_text
from turnout.documents.names import nearest
from turnout.documents.problem import Path, clip, describe

MAX_TEXT_BYTES = 255
"""Of a text that is hashed beside an id; the engine takes two of them, joined."""

_Read = TypeVar("_Read")


class Parameters:
    """What is given to an algorithm; whatever is wrong goes to the scope.

    Args:
        scope: Takes what is wrong.
        path: Where the mapping stands.
        written: The mapping, `algorithm` included.
        key: Of the item; stands for names that are not given.
    """

    def __init__(self, scope: Scope, path: Path, written: Mapping[str, Any], key: str) -> None:
        self.key = key
        self.path = path
        self._scope = scope
        self._written = written

    @property
    def algorithm(self) -> str:
        """As written."""
        return str(self._written["algorithm"])

    def __contains__(self, name: str) -> bool:
        """Whether a parameter is given."""
        return name in self._written

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - as written
        """A parameter as written."""
        return self._written[name]

    def refuse(self, message: str, *at: str | int, at_key: bool = False) -> None:
        """Notes a fault at a parameter, or inside it."""
        self._scope.refuse((*self.path, *at), message, at_key=at_key)

    def know(self, names: tuple[str, ...]) -> None:
        """Refuses every parameter that the algorithm does not have."""
        for name in self._written:
            if name not in names and name != "algorithm":
                listed = ", ".join(f"`{known}`" for known in names)
                hint = nearest(name, names) or f": it has {listed}"
                message = f"`{self.algorithm}` has no parameter `{clip(name)}`{hint}"
                self.refuse(message, name, at_key=True)

    def refuse_beside(self, name: str, *others: str) -> None:
        """Refuses parameters that have no place beside another one."""
        for other in others:
            if other in self:
                text = f"`{other}` has no place beside `{name}`: keep one of them"
                self.refuse(text, other, at_key=True)

    def text(self, name: str, default: str | None = None, *, empty: bool = False) -> str:
        """A text that is hashed; without a default it must be given."""
        if name not in self and default is None:
            self.refuse(f"`{name}` is missing: `{self.algorithm}` hashes it with the id")
        return self._read(name, default or "", lambda given: read_text(name, given, empty=empty))

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        return self._read(name, default, lambda given: _whole(name, given, low, high))

    def share(self, name: str, default: int) -> int:
        """A percentage, in parts per million."""
        return self._read(name, default, read_share)

    def word(self, name: str, words: tuple[str, ...]) -> str:
        """One of some words, by default the first."""
        return self._read(name, words[0], lambda given: _word(given, words))

    def _read(self, name: str, default: _Read, read: Callable[[object], _Read]) -> _Read:
        if name not in self:
            return default
        try:
            return read(self[name])
        except ValueError as error:
            self.refuse(str(error), name)
            return default


def read_text(name: str, given: object, *, empty: bool = False) -> str:
    """Reads a text that is hashed beside an id.

    Raises:
        ValueError: It is no text, empty, or too long.
    """
    if not isinstance(given, str):
        text = f"`{name}` must be text, not {describe(given)}"
        scalar = isinstance(given, bool | int | float)
        raise ValueError(f"{text}: write it in quotes" if scalar else text)  # noqa: TRY004
    if not given and not empty:
        raise ValueError(f"`{name}` must not be empty")
    if not is_text(given):
        raise ValueError(f"`{name}` must be text that UTF-8 can hold")
    if len(given.encode()) > MAX_TEXT_BYTES:
        raise ValueError(f"`{name}` has at most {MAX_TEXT_BYTES} bytes")
    return given


def _whole(name: str, given: object, low: int, high: int) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and low <= given <= high:
        return given
    raise ValueError(f"`{name}` is a whole number from {low} to {high}, not {describe(given)}")


def _word(given: object, words: tuple[str, ...]) -> str:
    if isinstance(given, str) and given in words:
        return given
    listed = ", ".join(f"`{word}`" for word in words)
    raise ValueError(f"{describe(given)} is not one of {listed}")
