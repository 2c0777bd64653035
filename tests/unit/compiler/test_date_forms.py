"""A date in a form that is not read: the problem names the right one where there is just one."""

import pytest

from turnout import CompileFailed, Engine

MEANT = [
    ("5 March 1990", "1990-03-05"),
    ("5 MARCH  1990", "1990-03-05"),
    ("5th March 1990", "1990-03-05"),
    ("March 5, 1990", "1990-03-05"),
    ("Mar 5 1990", "1990-03-05"),
    ("Sept. 1st, 1990", "1990-09-01"),
    ("5-Mar-1990", "1990-03-05"),
    ("1990 March 5", "1990-03-05"),
    ("29 February 2016", "2016-02-29"),
    ("2016-6-3", "2016-06-03"),
    ("2016/06/23", "2016-06-23"),
    ("2016.06.23", "2016-06-23"),
    ("23/06/2016", "2016-06-23"),
    ("23.6.2016", "2016-06-23"),
    ("06-23-2016", "2016-06-23"),
]
NOT_CERTAIN = [
    "5 March", "March 1990", "5 March 90", "29 February 2015", "5 Mars 1990", "06.05.2016",
    "5-3-1990", "32.01.2016", "5 March 1990 at noon", "1990", "next week", "",
]  # fmt: skip


def told(**fields):
    with pytest.raises(CompileFailed) as failed:
        Engine.from_documents(fields)
    (problem,) = failed.value.problems
    return problem.message


def told_of_a_condition(written):
    match = {"attribute": "t", "is_since": written}
    return told(segments={"s": {"match": match}})


@pytest.mark.parametrize(("written", "right"), MEANT)
def test_the_only_day_that_is_meant_is_named(written, right):
    assert told_of_a_condition(written).endswith(f": `{written}` is no date: write `{right}`")
    Engine.from_documents({"segments": {"s": {"match": {"attribute": "t", "is_since": right}}}})


@pytest.mark.parametrize("written", NOT_CERTAIN)
def test_what_is_not_certain_is_not_guessed(written):
    message = told_of_a_condition(written)
    assert "`2016-06-23`, `06/23/2016 08:00 AM`" in message or "check its numbers" in message


def test_the_dates_of_an_experiment_are_read_alike():
    variants = {"control": {"weight": "50%", "value": 0}, "b": {"weight": "50%", "value": 1}}
    experiment = {"variants": variants, "starts_at": "5 March 1990"}
    message = told(experiments={"e": experiment})
    assert message.endswith(": `5 March 1990` is no date: write `1990-03-05`")
