"""The services of all kinds of items."""

from turnout.control.services.experiments import Experiments
from turnout.control.services.flags import Flags
from turnout.control.services.holdouts import Holdouts
from turnout.control.services.items import ItemService
from turnout.control.services.layers import Layers
from turnout.control.services.queries import Queries
from turnout.control.services.segments import Segments
from turnout.releases.releases import Releases
from turnout.store import Store

_ALL: tuple[type[ItemService], ...] = (
    Segments,
    Flags,
    Experiments,
    Layers,
    Holdouts,
    Queries,
)


def item_services(store: Store, releases: Releases) -> dict[str, ItemService]:
    """One for each kind, by its name."""
    return {kind.kind: kind(store, releases) for kind in _ALL}
