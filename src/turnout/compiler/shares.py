"""Percentages as exact parts per million."""

import re

from turnout.documents.problem import describe

WHOLE = 1_000_000
"""All slots."""

_SHARE = re.compile(r"([0-9]{1,9})(?:\.([0-9]+))?%")
_PPM_PER_PERCENT = 10_000


def read_share(written: object) -> int:
    """Reads `25%` or `0.5%` as parts per million, without any float.

    Raises:
        ValueError: It is not such a text, has more than 4 places, or is over 100 %.
    """
    if isinstance(written, int | float) and not isinstance(written, bool):
        text = f"{describe(written)} is not a share: write `{written}%`"
        raise ValueError(text)  # noqa: TRY004 - what people wrote, not what a program passed
    match = _SHARE.fullmatch(written) if isinstance(written, str) else None
    if not match:
        raise ValueError(f"{describe(written)} is not a share: write it as in `25%` or `0.5%`")
    whole, places = match[1], match[2] or ""
    if len(places) > 4:
        raise ValueError(f"`{written}` has more than 4 places: a share is exact to 0.0001 %")
    ppm = int(whole) * _PPM_PER_PERCENT + int(places.ljust(4, "0"))
    if ppm > WHOLE:
        raise ValueError(f"`{written}` is over 100 %")
    return ppm


def read_range(written: object) -> tuple[int, int]:
    """Reads `0%-30%` as the slots `start <= slot < end`, in parts per million.

    Raises:
        ValueError: It is not such a text, or holds no slot.
    """
    parts = [part.strip() for part in written.split("-")] if isinstance(written, str) else []
    if len(parts) != 2:
        raise ValueError(f"{describe(written)} is no range: write it as in `0%-30%`")
    start, end = (read_share(part) for part in parts)
    if start >= end:
        remedy = f"write `{parts[1]}-{parts[0]}`" if start > end else "remove it"
        raise ValueError(f"the range `{written}` holds no slot: {remedy}")
    return start, end


def write_range(start: int, end: int) -> str:
    """Writes slots as documents do.

    Example:
        >>> write_range(0, 300_000)
        '0%-30%'
    """
    return "-".join(percent(one).replace(" ", "") for one in (start, end))


def percent(ppm: int) -> str:
    """Writes parts per million as a percentage.

    Example:
        >>> percent(990_000), percent(5_000)
        ('99 %', '0.5 %')
    """
    whole, rest = divmod(ppm, _PPM_PER_PERCENT)
    places = f"{rest:04}".rstrip("0")
    return f"{whole}.{places} %" if places else f"{whole} %"
