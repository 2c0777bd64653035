"""Who names an item, for those who would take it out of use."""

from typing import NamedTuple

from turnout.documents.names import item_name
from turnout.documents.problem import render_path
from turnout.releases.shelf import State


class Referrer(NamedTuple):
    """An item that names another one."""

    kind: str
    key: str
    status: str
    """Empty for a layer."""
    field: str
    """Where it does first, for example `rules[0].when.segment`."""

    @property
    def name(self) -> str:
        """For example `flags/new-checkout`."""
        return item_name(self.kind, self.key)


def find_referrers(state: State, kind: str, key: str) -> list[Referrer]:
    """Finds all that name an item directly, by kind and key."""
    return [
        Referrer(other, name, state.items[other, name].status, render_path(reference.path))
        for (other, name), reference in sorted(state.index.referrers((kind, key)).items())
        if (other, name) in state.items
    ]
