"""A clock that tests move, and what carries out in their own thread."""

from datetime import timedelta

import pytest
from scheduling import HOUR, Clock

from turnout.control.scheduling.due import Due


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def due(plane, clock):
    """Carries out, in this thread, everything that is due after some hours."""

    def carry_out(hours, of=plane):
        clock.ahead = hours * HOUR + timedelta(minutes=1)
        work = Due(of.store, of.released, of.identities, clock)
        while (first := work.next()) is not None and first.due_at <= clock():
            work.carry_out(first)

    return carry_out
