"""A sample of the conformance cases through the command line, in processes of their own."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import golden
import pytest

TURNOUT = Path(sys.executable).parent / "turnout"
PROBLEMS = 1


def some(items):
    """Some thirty of them: a process takes a third of a second."""
    return items[:: max(1, len(items) // 30)]


ROWS = some(golden.rows(refused=False))
REFUSED = some(golden.rows(refused=True))
DOCUMENTED = [case for case in golden.cases() if "members" not in golden.content(case.file)]
"""The cases that documents alone answer: member sets stand beside a snapshot."""
CASES = [
    case for carries in (False, True)
    for case in some([case for case in DOCUMENTED if case.carries == carries])
]  # fmt: skip


def run(*arguments):
    return subprocess.run(
        [TURNOUT, *arguments, "--output", "json"], capture_output=True, text=True, check=False
    )


def options(context):
    """The options that ask with a context."""
    found = [] if context.unit_id is None else ["--unit", context.unit_id]
    for name, value in (context.attributes or {}).items():
        found += ["--attr", f"{name}={json.dumps(value, default=datetime.isoformat)}"]
    for kind, unit_id in (context.units or {}).items():
        found += ["--unit-of", f"{kind}={unit_id}"]
    for name in context.unknown:
        found += ["--unknown", name]
    found += ["--events-reached"] * context.events_reached
    return found + ["--partial"] * context.partial


def as_a_case(record):
    """What is to be kept as a case writes it; the snapshot is the one that answered."""
    instant = datetime.fromisoformat(record["assigned_at"])
    fields = {name: part for name, part in record.items() if name != "snapshot_id"}
    return fields | {"assigned_at": golden.written(instant)}


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        file = tmp_path / name
        text = json.dumps(content, default=datetime.isoformat)
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


@pytest.fixture
def document(written):
    return lambda documents: written("document.json", documents)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_condition(row, document):
    file = document(row.documents())
    asked = [*options(row.context()), "--now", row.now.isoformat()]
    done = run("segment", "check", "row", "--documents", file, *asked)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == row.fields["expected"], row.fields


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.id)
def test_no_document_may_say_what_the_compiler_refuses(row, document):
    done = run("check", document(row.documents()))
    assert done.returncode == PROBLEMS
    assert not json.loads(done.stdout)["ok"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_decision(case, document, written):
    file, context = document(golden.documents(case.file)), case.context()
    kept = [record._asdict() for record in context.sticky_assignments]
    carried = ["--assignments", written("kept.json", kept)] if kept else []
    asked = [*options(context), *carried, "--now", case.now.isoformat()]
    if "segment" in case.fields:
        done = run("segment", "check", case.fields["segment"], "--documents", file, *asked)
    else:
        done = run("decide", case.fields["key"], "--documents", file, *asked)
    assert done.returncode == 0, done.stderr
    answer, expected = json.loads(done.stdout), case.expected()
    given = {name: answer[name] for name in expected}
    if told := given.get("assignments_to_persist"):
        given["assignments_to_persist"] = [as_a_case(record) for record in told]
    assert golden.same(given, expected), given
