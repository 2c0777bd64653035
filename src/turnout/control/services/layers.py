"""`LayerService`."""

from turnout.control.services.items import ItemService


class Layers(ItemService):
    """Layers have no status."""

    kind = "layer"
