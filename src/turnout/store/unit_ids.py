"""What the store can keep as the id of a unit. Ids are texts, compared byte for byte."""

from collections.abc import Sequence

from turnout.store.errors import Invalid

MOST_ID_BYTES = 2048
"""Of one id, as UTF-8. An index of PostgreSQL takes 2,704 with all that stands beside it."""

_MOST_BYTES_A_CHARACTER = 4
_SHOWN = 60


def fault_of(unit_id: str) -> str:
    """Says what is wrong with an id, to come behind it; empty when nothing is."""
    if not unit_id:
        return "is empty"
    if "\0" in unit_id or any("\ud800" <= letter <= "\udfff" for letter in unit_id):
        return "holds what is no character"
    size = len(unit_id.encode())
    return f"has {size:,} bytes, the most is {MOST_ID_BYTES:,}" if size > MOST_ID_BYTES else ""


def check_unit_ids(unit_ids: Sequence[str], before: int = 0) -> None:
    """Refuses ids that cannot be kept.

    Args:
        unit_ids: Any number of them.
        before: How many came before these, for the message.

    Raises:
        Invalid: One of them is empty, too long or no text; the message says which.
    """
    if _are_good(unit_ids):
        return
    for at, unit_id in enumerate(unit_ids, before + 1):
        if fault := fault_of(unit_id):
            shown = f" (`{_clipped(unit_id)}`)" if unit_id else ""
            raise Invalid("unit_ids", f"unit id {at:,}{shown} {fault}")


def _are_good(unit_ids: Sequence[str]) -> bool:
    """Finds at once that there is nothing to find; False says nothing yet."""
    if not unit_ids:
        return True
    together = "\0".join(unit_ids)
    if "" in unit_ids or together.count("\0") != len(unit_ids) - 1:
        return False
    if max(map(len, unit_ids)) * _MOST_BYTES_A_CHARACTER > MOST_ID_BYTES:
        return False
    try:
        together.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clipped(unit_id: str) -> str:
    shown = ascii(unit_id[:_SHOWN])[1:-1]
    return f"{shown}…" if len(unit_id) > _SHOWN else shown
