"""Pauses after failures. Standard library only: the serving process imports this."""

import random


class Backoff:
    """Pauses that double, each shortened by up to a half at random, so that many do not meet.

    Args:
        first_s: The first pause at most.
        longest_s: Any pause at most.
    """

    def __init__(self, *, first_s: float = 0.25, longest_s: float = 30.0) -> None:
        self.first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def pause_s(self) -> float:
        """The pause after one more failure."""
        pause = self._next_s
        self._next_s = min(pause * 2, self._longest_s)
        return pause * random.uniform(0.5, 1)  # noqa: S311 - spreads load

    def reset(self) -> None:
        """What failed went well: the next pause is short again."""
        self._next_s = self.first_s
