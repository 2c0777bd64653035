"""How a problem is shown."""

from turnout.documents import Problem
from turnout.documents.problem import clip, describe, render_path


def shown(line_text, column):
    return Problem("flag", "f", "a.yaml", 7, column, "m", line_text).render().split("\n")


def test_caret_stands_below_the_place():
    assert shown("  x: 1", 3) == ["a.yaml:7:3: m", "  x: 1", "  ^"]
    assert shown("\tx: 1", 2) == ["a.yaml:7:2: m", "\tx: 1", "\t^"]
    assert shown("", 1) == ["a.yaml:7:1: m"]


def test_long_lines_are_cut_around_the_place():
    _, line, caret = shown("x" * 5000 + "Y" + "x" * 5000, 5001)
    assert len(line) == 160
    assert line[caret.index("^")] == "Y"


def test_nothing_steers_a_terminal():
    assert "\x1b" not in Problem("file", "", "a", 1, 1, "m", "\x1b[31m").render()
    assert clip("\x1b[31m\n") == "\\x1b[31m\\n"


def test_documents_without_text_have_no_line():
    assert Problem("flag", "f", "documents", 0, 0, "m").render() == "documents: m"


def test_descriptions():
    assert [describe(one) for one in ({}, [], None, True, 5, 1.5, "a")] == [
        "a mapping", "a list", "nothing", "`true`", "the number `5`", "the number `1.5`", "`a`",
    ]  # fmt: skip
    assert describe("x" * 100) == f"`{'x' * 77}...`"
    assert render_path(("flags", "f", "rules", 0, "when")) == "flags.f.rules[0].when"
