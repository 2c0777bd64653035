"""`FlagService`."""

from turnout.control.services.items import ItemService


class Flags(ItemService):
    """Flags have nothing of their own."""

    kind = "flag"
