"""The last good version of every item, kept from one compilation to the next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from turnout.documents.names import ITEM_KINDS, SECTION_OF

Identity = tuple[str, str]
"""Kind and key: the name of an item in a catalogue."""


class Kept(NamedTuple):
    """A version that was good."""

    file: str
    raw: object
    types: Mapping[str, str] = MappingProxyType({})
    """Of the attributes that an item looks at, as the schema said then; empty for undeclared."""
    active: object = None
    """The version of a segment when it was active last, should `raw` be no active one."""

    def dump(self) -> dict[str, Any]:
        """Plain values."""
        plain: dict[str, Any] = {"file": self.file, "raw": self.raw, "types": dict(self.types)}
        return plain if self.active is None else plain | {"active": self.active}


class History:
    """What was good last time. Plain values outside, so that JSON holds them."""

    def __init__(self) -> None:
        self.items: dict[Identity, Kept] = {}
        self.attributes: dict[str, Kept] = {}
        self.workspace: dict[str, Kept] = {}
        """By field."""

    @classmethod
    def load(cls, plain: Mapping[str, Any] | None) -> "History":
        """Reads what `dump` wrote; entries of another shape are left out."""
        history = cls()
        plain = plain or {}
        for section, kind in ITEM_KINDS.items():
            for key, kept in _entries(plain.get(section)):
                history.items[kind, key] = kept
        history.attributes.update(_entries(plain.get("attributes")))
        history.workspace.update(_entries(plain.get("workspace")))
        return history

    def dump(self) -> dict[str, Any]:
        """Plain values: section, then key, then the fields of `Kept`."""
        plain: dict[str, Any] = {section: {} for section in ITEM_KINDS}
        for (kind, key), kept in sorted(self.items.items(), key=lambda entry: entry[0]):
            plain[SECTION_OF[kind]][key] = kept.dump()
        plain["attributes"] = {name: kept.dump() for name, kept in self.attributes.items()}
        plain["workspace"] = {name: kept.dump() for name, kept in self.workspace.items()}
        return plain


def _entries(section: object) -> list[tuple[str, Kept]]:
    if not isinstance(section, Mapping):
        return []
    return [
        (str(key), _kept(entry))
        for key, entry in section.items()
        if isinstance(entry, Mapping) and "file" in entry and "raw" in entry
    ]


def _kept(entry: Mapping[str, Any]) -> Kept:
    types = _types(entry.get("types"))
    return Kept(str(entry["file"]), entry["raw"], types, entry.get("active"))


def _types(plain: object) -> dict[str, str]:
    return {str(name): str(kind) for name, kind in plain.items()} if isinstance(plain, dict) else {}


def written_alike(one: object, other: object) -> bool:
    """Whether two items say the same. To Python `true`, `1` and `1.0` are equal; not here."""
    return one is other or (one == other and repr(one) == repr(other))
