"""Waiting for what comes soon."""

import time

# Also where other programs take the cores: nothing waits longer than it must.
SOON_S = 60.0


def wait_until(condition, what: str, timeout: float = SOON_S):
    """Waits for a true outcome and gives it."""
    until = time.monotonic() + timeout
    while True:
        outcome = condition()
        if outcome:
            return outcome
        assert time.monotonic() < until, f"waited {timeout} s in vain: {what}"
        time.sleep(0.01)
