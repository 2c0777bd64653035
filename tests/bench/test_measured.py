"""What is measured compiles, and answers as the figures suppose."""

from datetime import UTC, datetime

import pytest

from bench import catalogue, shapes
from turnout import Context, Engine

SIZE = catalogue.Size(
    flags=40, segments=20, experiments=4, flag_files=2, segment_files=1, experiment_files=1
)


def test_the_catalogue_is_the_same_at_every_run_and_splits_the_measured_flag():
    files = catalogue.documents(SIZE)
    assert files == catalogue.documents(SIZE)
    assert len(files) == 1 + 2 + 1 + 1
    engine = Engine.from_documents(files)
    context = Context(catalogue.UNIT_ID, attributes=catalogue.ATTRIBUTES)
    decisions = engine.decide_many(catalogue.measured_keys(5), context)
    assert [decision.reason for decision in decisions] == ["SPLIT"] * 5


def test_every_shape_has_a_name_of_its_own():
    names = [shape.name for shape in shapes.SHAPES]
    assert len(names) == len(set(names))
    assert shapes.AUDIENCE in names


@pytest.fixture(scope="module")
def engine():
    return Engine.from_documents(shapes.documents())


@pytest.mark.parametrize("at", range(len(shapes.SHAPES)), ids=lambda at: shapes.SHAPES[at].name)
def test_the_rule_of_every_shape_matches(engine, at):
    context = Context(shapes.UNIT_ID, attributes=shapes.SHAPES[at].attributes)
    now = datetime.fromtimestamp(shapes.NOW.timestamp(), UTC)
    decision = engine.decide(f"shape-{at:02}", context, now=now)
    assert (decision.rule, decision.degraded) == ("the shape", False)
