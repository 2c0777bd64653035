"""Runs the command line in this process."""

import json
import sys
from typing import NamedTuple

import pytest

from turnout.cli import main


class Done(NamedTuple):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def runner(monkeypatch, capsys):
    """Gives a function that runs `turnout` with its arguments."""

    def run(*arguments) -> Done:
        monkeypatch.setattr(sys, "argv", ["turnout", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Done(0 if code is None else int(code), captured.out, captured.err)

    return run
