"""Runs the command line in this process."""

import json
import sys
from typing import NamedTuple

import pytest

from turnout.cli import main

DOCUMENT = """\
segments:
  staff: {kind: static, members: [u-1]}
  pro: {match: {attribute: plan, is: pro}}
  all: {kind: everyone}
flags:
  checkout:
    variants: {on: true, off: false}
    default: off
    rules:
      - {name: staff first, when: {segment: staff}, serve: on}
      - {name: paying, when: {segment: pro}, serve: on}
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments) -> Done:
        monkeypatch.setattr(sys, "argv", ["turnout", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Done(0 if code is None else int(code), captured.out, captured.err)

    return run


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.yaml").write_text(DOCUMENT)
    return folder
