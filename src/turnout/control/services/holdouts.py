"""`HoldoutService`."""

from typing import Any

from turnout.control.lifecycle import Move
from turnout.control.services.items import ItemService, Moved
from turnout.store import Item


class Holdouts(ItemService):
    """Who is held must not change under an experiment."""

    kind = "holdout"
    fixed_once_started = ("share", "salt", "unit")

    def moved(self, item: Item, move: Move, status: str, request: Any) -> Moved:  # noqa: ANN401, ARG002 - as of all kinds
        """Remembers that it ran."""
        return Moved(item.body, status, item.started or move.verb == "Start")
