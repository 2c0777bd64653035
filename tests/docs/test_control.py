"""docs/control.md says what the control plane does: its tables and its examples."""

import re
from pathlib import Path

import pytest

from turnout.control import access, lifecycle
from turnout.control.server import ControlServer
from turnout.control.settings import ControlSettings
from turnout.releases.releases import Releases
from turnout.store import Store

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "control.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```python control\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
WRITTEN = {
    lifecycle.STAYS: "",
    lifecycle.CAME_FROM: " → where it was paused",
    lifecycle.RAN_OR_NOT: " → concluded if it ever ran, else draft",
}


@pytest.fixture
def plane(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    with ControlServer(store, Releases(store), ControlSettings(listen="127.0.0.1:0")) as server:
        yield server
    store.close()


def test_the_examples_run_one_after_the_other(plane):
    names = {}
    found = list(EXAMPLE.finditer(PAGE))
    assert len(found) == 6
    for match in found:
        line = PAGE.count("\n", 0, match.start(1))
        text = match[1].replace("127.0.0.1:8015", plane.address)
        exec(compile("\n" * line + text, "docs/control.md", "exec"), names)
    names["channel"].close()


def table(first, second):
    """The rows of a table by the first cell."""
    after = PAGE.partition(f"| {first} | {second} |")[2]
    rows = {}
    for line in after.splitlines()[2:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0]] = cells[1:]
    assert rows, first
    return rows


@pytest.mark.parametrize("kind", ["segment", "flag", "experiment", "holdout"])
def test_the_tables_of_moves_are_those_that_count(kind):
    statuses = {status for move in lifecycle.MOVES[kind] for status in move.starts}
    expected = {}
    for status in statuses | {"ended"} if kind == "holdout" else statuses:
        told = [
            f"{move.verb}{f' with `{move.option}`' if move.option else ''}"
            f"{WRITTEN.get(move.outcome, f' → {move.outcome}')}"
            for move in lifecycle.MOVES[kind]
            if status in move.starts
        ]
        expected[status] = [", ".join(told) or "nothing"]
    assert table(kind, "allows") == expected


def test_the_roles_are_those_that_count():
    rows = table("role", "may call")
    assert [SPAN.fullmatch(role)[1] for role in rows] == list(access.ROLES)
    for role, (text,) in rows.items():
        for method in SPAN.findall(text):
            assert access.needed_role(method) == role.strip("`"), method


def test_every_reason_that_is_given_has_a_row():
    told = set(SPAN.findall(PAGE.partition("## Errors")[2]))
    sources = (ROOT / "src" / "turnout" / "control").rglob("*.py")
    given = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        given |= set(re.findall(r'reason="([A-Z_]+)"', text))
        given |= set(re.findall(r'(?:FailedPrecondition|PermissionDenied)\(\s*"([A-Z_]+)"', text))
        given |= set(re.findall(r'Failure\([^"]*"([A-Z_]+)"', text))
    assert len(given) > 20
    assert given - told == set()
