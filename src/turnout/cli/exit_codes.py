"""What the command line ends with, for scripts. Documented in docs/command-line.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """One number a situation; `turnout --help` repeats them."""

    OK = 0
    """It did what was asked."""
    PROBLEMS = 1
    """The documents, or the store that is to be published, have problems; or warnings, and
    `check --strict` was asked for. Of `diff`: they differ. Of `audit verify`: the chain is broken.
    Of a command that asks: the answer was no."""
    USAGE = 2
    """The command was written wrong, or names a path that is not there or cannot be used."""
    NOT_FOUND = 3
    """There is no item, snapshot or token of that name."""
    UNAVAILABLE = 4
    """No server answers there, it has no snapshot yet, or an address cannot be listened on."""
    REFUSED = 5
    """The server or the engine refused it: a bad value, a limit, another type, a move that the
    status of an item does not allow. Of `diff`: the documents have problems."""
    DEADLINE = 6
    """The server did not answer in time."""
    DENIED = 7
    """The control plane wants a token, or another one."""
    CONFLICT = 8
    """Somebody else changed it meanwhile: look at it again."""
