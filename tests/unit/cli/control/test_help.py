"""What is imported late says of itself what the help says of it, and the documentation names it."""

import re
from pathlib import Path

import pytest

from turnout.cli.app import _CONTROL, _load
from turnout.cli.control.items import segment_command
from turnout.cli.control.kinds import KINDS

PAGE = (Path(__file__).parents[4] / "docs/command-line.md").read_text(encoding="utf-8")


def beginning(text, wanted):
    return text.replace("\n", " ")[: len(wanted)]


@pytest.mark.parametrize("name", _CONTROL)
def test_a_command_says_of_itself_what_the_help_says(name):
    assert beginning(_load(name).help, _CONTROL[name]) == _CONTROL[name]


@pytest.mark.parametrize("name", KINDS["segment"].commands)
def test_a_command_of_segments_says_of_itself_what_the_help_says(name):
    wanted = KINDS["segment"].commands[name]
    assert beginning(segment_command(name).help, wanted) == wanted


def test_the_page_names_every_command_and_verb():
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"[a-z]+(?:-[a-z]+)*", " ".join(re.findall(r"`[^`]+`", prose))))
    verbs = {command for kind in KINDS.values() for command in kind.commands}
    assert not {*_CONTROL, *verbs} - named


@pytest.mark.parametrize("name", ["apply", "export", "publish", "rollback", "token create"])
def test_how_the_plane_is_reached_is_in_every_help_and_on_the_page(run, name):
    done = run(*name.split(), "--help")
    assert done.code == 0
    for option in ("--control", "--token-file", "--timeout"):
        assert option in done.out
        assert f"`{option}" in PAGE
