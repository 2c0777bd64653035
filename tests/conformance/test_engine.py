"""The conformance cases through `turnout.Engine`, in the process."""

import compile_cases
import golden
import pytest

from turnout import CompileFailed, Engine

ROWS = golden.rows(refused=False)
REFUSED = golden.rows(refused=True)
CASES = list(golden.cases())


@pytest.fixture(scope="session")
def conditions():
    documents = golden.catalogues(ROWS)
    return {zone: Engine.from_documents(one) for zone, one in documents.items()}


@pytest.fixture(scope="session")
def engines():
    sealed = {file: compile_cases.sealed(file) for file in golden.decision_files()}
    return {
        file: Engine.from_snapshot(one, members=compile_cases.SETS) for file, one in sealed.items()
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_condition(conditions, row):
    engine = conditions[row.workspace["timezone"]]
    check = engine.check_segment(row.id, row.context(attribute=row.id), now=row.now)
    assert (check.state, [*check.notes]) == row.expected(), row.fields


def test_a_condition_answers_alike_alone_in_its_document():
    for row in ROWS[::37]:
        engine = Engine.from_documents(row.documents())
        check = engine.check_segment("row", row.context(), now=row.now)
        assert (check.state, [*check.notes]) == row.expected(), row.fields


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.id)
def test_no_document_may_say_what_the_compiler_refuses(row):
    with pytest.raises(CompileFailed):
        Engine.from_documents(row.documents())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_decision(engines, case):
    engine, expected = engines[case.file], case.expected()
    if "segment" in case.fields:
        result = engine.check_segment(case.fields["segment"], case.context(), now=case.now)
    else:
        result = engine.decide(case.fields["key"], case.context(), now=case.now)
    given = golden.answered(result, expected)
    assert golden.same(given, expected), given


@pytest.mark.parametrize("file", golden.decision_files())
def test_decide_many_answers_as_decide(engines, file):
    engine = engines[file]
    keys = sorted(
        {case.fields["key"] for case in CASES if case.file == file and "key" in case.fields}
    )
    for case in (case for case in CASES if case.file == file):
        together = engine.decide_many(keys, case.context(), now=case.now)
        assert_alike(together, [engine.decide(key, case.context(), now=case.now) for key in keys])


@pytest.mark.parametrize("file", golden.decision_files())
def test_decide_all_answers_as_decide(engines, file):
    engine = engines[file]
    for case in (case for case in CASES if case.file == file):
        together = engine.decide_all(case.context(), now=case.now)
        alone = [engine.decide(one.key, case.context(), now=case.now) for one in together]
        assert_alike(together, alone)


def assert_alike(together, alone):
    """The same decisions, and the same assignments: what one needs of another is told once."""
    kept = [
        {each for one in many for each in one.assignments_to_persist} for many in (together, alone)
    ]
    assert kept[0] == kept[1]
    bare = [[one._replace(assignments_to_persist=()) for one in many] for many in (together, alone)]
    assert bare[0] == bare[1]
