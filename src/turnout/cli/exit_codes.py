"""What the command line ends with, for scripts. Documented in docs/command-line.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """One number a situation; `turnout --help` repeats them."""

    OK = 0
    """It did what was asked."""
    PROBLEMS = 1
    """The documents have problems; or warnings, and `check --strict` was asked for."""
    USAGE = 2
    """The command was written wrong, or names a path that is not there or cannot be used."""
    NOT_FOUND = 3
    """There is no flag, experiment or segment of that key."""
    UNAVAILABLE = 4
    """No server answers there, it has no snapshot yet, or an address cannot be listened on."""
    REFUSED = 5
    """The server or the engine refused the question: a bad value, a limit, another type."""
    DEADLINE = 6
    """The server did not answer in time."""
