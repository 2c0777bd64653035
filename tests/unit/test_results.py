"""Results are frozen, and survive copy and pickle."""

import copy
import pickle

import pytest

import turnout
from turnout import results

REF = results.SnapshotRef("ab" * 32, 3, 0.5, stale=False)
DECISION = results.Decision(
    "f", "on", 1, results.Reason.SPLIT, None, None, None, False, None, False, (), (), (), REF
)
MATCHING = results.MatchingSegments(["a", "b"], ["c"], REF)
CONTEXT = results.Context("u", {"a": 1}, units={"company": "c"}, unknown=["b"], partial=True)


@pytest.mark.parametrize(
    "result", [REF, DECISION, MATCHING, CONTEXT], ids=lambda r: type(r).__name__
)
def test_a_result_is_frozen_and_survives(result):
    for name in ("key", "snapshot", "unit_id", "id", "fresh"):
        with pytest.raises(AttributeError):
            setattr(result, name, 1)
    for again in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert again == result
        assert type(again) is type(result)


def test_matching_segments_are_a_sequence_of_keys():
    assert "a" in MATCHING
    assert list(MATCHING) == ["a", "b"]
    again = pickle.loads(pickle.dumps(MATCHING))
    assert (again.unknown_keys, again.snapshot) == (("c",), REF)


def test_the_parts_of_a_context_have_names():
    assert CONTEXT.unit_id == "u"
    assert CONTEXT.attributes == {"a": 1}
    assert CONTEXT.units == {"company": "c"}
    assert list(CONTEXT.unknown) == ["b"]
    assert CONTEXT.partial
    with pytest.raises(TypeError):
        results.Context("u", {}, {"company": "c"})


def test_a_reason_is_its_name():
    assert results.Reason.SPLIT == "SPLIT"
    assert f"{results.SegmentState.UNKNOWN}" == "UNKNOWN"
    assert results.REASONS[24] is results.Reason.SPLIT


def test_an_error_keeps_its_parts_through_pickle():
    error = results.FlagNotFound("no flag `f`", metadata={"key": "f"})
    assert (error.code, error.reason) == ("NOT_FOUND", "FLAG_NOT_FOUND")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.metadata) == ("no flag `f`", {"key": "f"})
    assert isinstance(error, LookupError)
    assert issubclass(results.TypeMismatch, ValueError)


def test_every_public_name_is_there():
    for name in turnout.__all__:
        assert getattr(turnout, name).__name__ == name
    assert set(turnout.__all__) <= set(dir(turnout))
    with pytest.raises(AttributeError, match="no attribute `Toggle`"):
        turnout.Toggle  # noqa: B018 - the look-up is the test
