"""The model answers every golden case: a model that is wrong helps nobody."""

import json
from datetime import datetime

import pytest

from reference import cases
from reference.bucketing import slot
from reference.model import Model
from reference.question import nanoseconds

ROWS = list(cases.rows())
DECISIONS = list(cases.decisions())


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[name for name, _ in ROWS])
def test_condition(row):
    if "(?-i)" in str(row["operand"]):
        pytest.skip("the regular expressions of Python cannot say `(?-i)`")
    check = Model(cases.row_document(row)).check("row", cases.row_context(row))
    assert check["state"] == row["expected"]
    assert check["notes"] == row.get("notes", [])


@pytest.mark.parametrize(
    ("model", "case"),
    [(model, case) for _, model, case in DECISIONS],
    ids=[name for name, _, _ in DECISIONS],
)
def test_decision(model, case):
    ctx = cases.case_context(case["context"])
    if "segment" in case:
        answer, empty = model.check(case["segment"], ctx), {"member_age": None}
        ignored = {"reason"}
    else:
        answer, empty = model.decide(case["key"], ctx), dict.fromkeys(EMPTY)
        ignored = {"assignments_to_persist"}
    empty |= {"unknown_attributes": [], "notes": []}
    expected = empty | {"degraded": False, "enrolled": False} | case["expected"]
    compared = answer.keys() - ignored
    if "assignments_to_persist" in expected:
        assert [kept(one) for one in answer["assignments_to_persist"]] == [
            one | {"assigned_at": nanoseconds(datetime.fromisoformat(one["assigned_at"]))}
            for one in expected["assignments_to_persist"]
        ]
    assert {name: answer[name] for name in compared} == {n: expected[n] for n in compared}


def kept(assignment):
    """What is to be kept, as a case writes it."""
    return {
        "experiment": assignment.experiment,
        "epoch": assignment.epoch,
        "unit_kind": assignment.unit_kind,
        "unit_id": assignment.unit_id,
        "variant": assignment.record.variant,
        "assigned_at": assignment.record.assigned_at,
    }


EMPTY = ("variant", "value", "rule", "experiment", "experiment_variant", "error_code")


def test_slots():
    for vector in json.loads((cases.ROOT / "slots.json").read_text("utf-8"))["vectors"]:
        assert slot(vector["salt"], vector["unit_id"]) == vector["slot"]
