"""The command line: one module a command.

Commands import what is heavy when they run, so that `turnout serve` starts without it.
"""

from turnout.cli.app import main

__all__ = ["main"]
