"""The sealed snapshots in `conformance/` are current, and answer as the documents do."""

import compile_cases
import golden
import member_sets
import pytest

from turnout import Engine


@pytest.mark.parametrize("file", golden.decision_files())
def test_current(file):
    kept = compile_cases.path(file).read_bytes()
    assert kept == compile_cases.sealed(file), "run python tests/conformance/compile_cases.py"


def test_none_is_left_over():
    kept = sorted(path.stem for path in compile_cases.SNAPSHOTS.glob("*.snapshot"))
    assert kept == golden.decision_files()


def test_the_member_sets_are_current():
    expected = {
        name: artifact
        for file in golden.decision_files()
        for name, artifact in member_sets.files(golden.content(file)).items()
    }
    kept = {path.name: path.read_bytes() for path in compile_cases.SETS.iterdir()}
    assert kept == expected, "run python tests/conformance/compile_cases.py"


@pytest.mark.parametrize("case", list(golden.cases()), ids=lambda case: case.id)
def test_decision_from_a_snapshot(case):
    engine = Engine.from_snapshot(compile_cases.path(case.file))
    if "segment" in case.fields:
        result = engine.check_segment(case.fields["segment"], case.context(), now=case.now)
    else:
        result = engine.decide(case.fields["key"], case.context(), now=case.now)
    expected = case.expected()
    assert golden.same(golden.answered(result, expected), expected)
