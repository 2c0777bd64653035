"""Columns of ids, array by array."""

import arrow_by_hand as arrow
import pytest

from turnout.engine import IdBatches, MemberSet, MemberSetBuilder

LONG = "a text that has no room in a view"
KEY = bytes(range(16))


def streamed(error=None):
    arrays = [arrow.texts(["a", None, LONG]), arrow.texts([]), arrow.texts(["", "a"])]
    return arrow.Streamed(arrow.schema("u"), arrays, error)


def test_each_array_is_a_batch():
    batches = list(IdBatches(streamed()))
    assert [len(batch) for batch in batches] == [3, 0, 2]
    assert [batch.texts() for batch in batches] == [["a", LONG], [], ["", "a"]]


def test_a_builder_takes_a_batch_and_says_how_many_rows_had_no_id(tmp_path):
    builder = MemberSetBuilder(KEY, exact=True)
    assert [builder.add_batch(batch) for batch in IdBatches(streamed())] == [1, 0, 0]
    builder.finish(tmp_path / "set")
    assert MemberSet.open(tmp_path / "set").ids() == ["", "a", LONG]


def test_integers_are_their_decimals():
    array = arrow.integers([7, None, -3], "q")
    (batch,) = IdBatches(arrow.Exported(arrow.schema("l"), array))
    assert batch.texts() == ["7", "-3"]
    (batch,) = IdBatches(arrow.Exported(arrow.schema("L"), arrow.integers([2**64 - 1], "Q")))
    assert batch.texts() == [str(2**64 - 1)]


def test_a_column_is_taken_by_its_name():
    children = [arrow.schema("l", "age"), arrow.schema("u", "id")]
    columns = [arrow.integers([1, 2], "q"), arrow.texts(["a", "b"])]
    rows = arrow.array(2, [None], children=columns, null_count=0)
    source = arrow.Exported(arrow.schema("+s", children=children), rows)
    (batch,) = IdBatches(source, column="id")
    assert (len(batch), batch.texts()) == (2, ["a", "b"])


def test_what_is_no_column_of_ids_is_refused_before_any_row():
    with pytest.raises(TypeError, match="cast them"):
        IdBatches(arrow.Exported(arrow.schema("g"), arrow.integers([1], "q")))
    with pytest.raises(ValueError, match="no column `x`"):
        IdBatches(streamed(), column="x")
    with pytest.raises(TypeError, match="neither"):
        IdBatches([1, 2])


def test_an_error_of_the_source_comes_after_what_came_before():
    batches = IdBatches(streamed("the connection is gone"))
    taken = [next(batches).texts() for _ in range(3)]
    assert taken[0] == ["a", LONG]
    with pytest.raises(ValueError, match="the connection is gone"):
        next(batches)


def test_a_batch_lives_without_its_source():
    before = dict(arrow.RELEASED)
    batch = next(IdBatches(streamed()))
    assert arrow.RELEASED["stream"] == before["stream"] + 1
    assert batch.texts() == ["a", LONG]
    del batch
    assert arrow.RELEASED["array"] >= before["array"] + 1
