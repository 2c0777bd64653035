"""Keeps a set of members from shrinking by more than somebody thought possible."""

from dataclasses import dataclass

_ALL = 1_000_000
_FEW_TENTHS = 10


@dataclass(frozen=True)
class Guard:
    """How far a set may shrink from one evaluation to the next.

    Args:
        shrinks_at_most: In millionths of the former members; a million lets everything go.
    """

    shrinks_at_most: int

    def refusal(self, former: int, now: int) -> str:
        """Why a set of `now` members may not follow one of `former`; empty when it may."""
        lost = former - now
        # In whole numbers: a share that is met exactly is no more than it.
        if lost <= 0 or lost * _ALL <= former * self.shrinks_at_most:
            return ""
        return (
            f"it would shrink by {_lost_percent(lost, former)}, from {former:,} to {now:,} "
            f"members, and may by {_percent(self.shrinks_at_most)} at most"
        )


def _lost_percent(lost: int, former: int) -> str:
    # To a tenth, unless that would read as far more, or as if nobody stayed.
    tenths = -(-lost * 1000 // former)
    if tenths < _FEW_TENTHS or (tenths * 1000 == _ALL and lost < former):
        return _percent(lost * _ALL / former)
    return _percent(tenths * 1000)


def _percent(ppm: float) -> str:
    # Rounded up, so that what is over the limit never reads like it.
    return f"{-(-ppm // 1) / 10_000:.4f}".rstrip("0").rstrip(".") + "%"
