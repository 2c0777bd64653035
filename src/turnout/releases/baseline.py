"""What was published: the items behind a snapshot, for whoever asks what changed since."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from turnout.compiler.history import written_alike
from turnout.releases.documents import WORKSPACE
from turnout.releases.finding import found_by
from turnout.releases.shelf import Shelved, State
from turnout.store import PublishedVersion
from turnout.store.workspace_row import FIRST_BODY

Raw = Mapping[str, Any]
"""An item as a document writes it, with `members` as their number: they may be very many."""
Versions = Mapping[str, PublishedVersion]
"""By the name of an item, for example `flags/new-checkout`, or `workspace`."""


class Baseline(NamedTuple):
    """The items of a snapshot, as they were written then, by name."""

    raws: Mapping[str, Raw]
    versions: Versions

    @classmethod
    def of(cls, state: State) -> "Baseline":
        """What is published when this state is."""
        row = state.workspace_row
        raws: dict[str, Raw] = {WORKSPACE: row.body}
        versions = {WORKSPACE: PublishedVersion(row.version, row.etag)}
        for one in state.published_items():
            raws[one.file.name] = _counted(one)
            versions[one.file.name] = one.version
        return cls(raws, versions)

    def dump(self) -> dict[str, Any]:
        """Plain values, to be kept with the snapshot beside the versions."""
        return {"items": dict(self.raws)}

    @classmethod
    def load(cls, plain: Mapping[str, Any], versions: Versions) -> "Baseline":
        """Reads what `dump` gave."""
        return cls(plain.get("items", {}), versions)

    @property
    def head(self) -> int:
        """All that happened later is not in it."""
        return max((one.version for one in self.versions.values()), default=0)

    def changed(self, after: "Baseline") -> list[str]:
        """The names of items that are others after it, or gone, or new; sorted."""
        names = {*self.raws, *after.raws}
        return sorted(name for name in names if not self._is_same(name, after))

    def finds_as(self, after: "Baseline") -> bool:
        """Whether every dynamic segment finds its members as the one of its name after it."""
        both = self.raws.keys() & after.raws.keys()
        dynamic = (name for name in both if self.raws[name].get("kind") == "dynamic")
        return all(found_by(self.raws[name]) == found_by(after.raws[name]) for name in dynamic)

    def _is_same(self, name: str, after: "Baseline") -> bool:
        if name not in self.raws or name not in after.raws:
            return False
        if self.versions[name] == after.versions[name]:
            return True
        # Changed and changed back. The same number of members is no proof of that.
        raw = after.raws[name]
        return "members" not in raw and written_alike(self.raws[name], raw)


NOTHING = Baseline({WORKSPACE: FIRST_BODY}, {WORKSPACE: PublishedVersion(0, "")})
"""Before anything was published. The workspace was always there, as nobody had changed it."""


def _counted(one: Shelved) -> Raw:
    return {**one.raw, "members": one.member_count} if "members" in one.raw else one.raw
