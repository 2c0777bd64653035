"""Runs the command line in this process."""

import pytest

from command_line import runner

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


@pytest.fixture
def run(monkeypatch, capsys):
    return runner(monkeypatch, capsys)


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.yaml").write_text(DOCUMENT)
    return folder
