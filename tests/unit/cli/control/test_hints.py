"""What to type next, where the control plane said no."""

import pytest

from turnout.cli.control.hints import hint, in_words_of_commands


@pytest.mark.parametrize(
    ("reason", "message", "metadata", "told"),
    [
        ("BAD_QUERY", "`:days` has no value", {}, "give it one: `--param days=VALUE`"),
        ("BAD_QUERY", "query `q`: `parameters.a`: `:a` has no value, but `b` has", {},
         "give it one: `--param a=VALUE`"),
        ("BAD_QUERY", "the query has no parameter `ages`", {}, ""),
        ("EVALUATION_RUNNING", "", {"operation": "operations/17"},
         "`turnout operation wait 17`, `turnout operation cancel 17`"),
        ("NOT_STATIC", "members of segment `s` cannot be changed", {"kind": "dynamic"}, ""),
        ("NOT_STATIC", "members of segment `s` cannot be listed",
         {"kind": "rule", "name": "segments/s"}, ""),
        ("ELSE", "`:days` has no value", {}, ""),
    ],
)  # fmt: skip
def test_a_hint_is_what_can_be_typed(reason, message, metadata, told):
    assert hint(message, reason, metadata) == told


def test_verbs_are_told_as_they_are_typed():
    metadata = {"verb": "BumpEpoch", "allowed_verbs": "Archive,StopEnrolment"}
    message = "experiment `Archive` is x, which does not allow `BumpEpoch`: it allows `Archive`"
    told = in_words_of_commands(message, metadata)
    assert told == (
        "experiment `Archive` is x, which does not allow `bump-epoch`: it allows `archive`"
    )
    assert in_words_of_commands("as it is", {}) == "as it is"
