"""The rounds of a thread: the next begins when it is time, or at once when somebody asks."""

import threading


class Rounds:
    """What a thread waits on between its rounds. Safe from any thread.

    What is asked or told while a round goes on is not lost: the next `wait` does not wait.
    """

    def __init__(self) -> None:
        self._told = threading.Condition()
        self._asked = True
        self._over = False

    @property
    def are_over(self) -> bool:
        """Whether there is no next one."""
        return self._over

    def ask(self) -> None:
        """Has the next round begin at once."""
        with self._told:
            self._asked = True
            self._told.notify_all()

    def end(self) -> None:
        """Has no other begin."""
        with self._told:
            self._over = True
            self._told.notify_all()

    def wait(self, pause_s: float = 0.0) -> bool:
        """Waits for the next round, the first of which begins at once.

        Args:
            pause_s: When it begins without being asked for.

        Returns:
            Whether there is one.
        """
        with self._told:
            self._told.wait_for(lambda: self._asked or self._over, pause_s)
            self._asked = False
            return not self._over
