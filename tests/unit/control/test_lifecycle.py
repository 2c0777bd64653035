"""The tables of sections 5, 8, 9 and 10: every move that is allowed, and every one that is not."""

import pytest

from turnout.control.lifecycle import (
    DELETABLE,
    FIRST_STATUS,
    MOVES,
    Forbidden,
    allowed,
    find_move,
    outcome,
    route,
)
from turnout.documents.models import MODELS

# Status, verb, option: where it leads. Written from the specification, not from the table.
ALLOWED = {
    "segment": {
        ("draft", "Activate", ""): "active",
        ("draft", "Archive", ""): "archived",
        ("active", "Pause", ""): "paused",
        ("active", "Archive", ""): "archived",
        ("paused", "Activate", ""): "active",
        ("paused", "Archive", ""): "archived",
        ("archived", "Restore", ""): "paused",
        ("archived", "Restore", "to_draft"): "draft",
    },
    "flag": {
        ("draft", "Enable", ""): "enabled",
        ("draft", "Archive", ""): "archived",
        ("enabled", "Disable", ""): "disabled",
        ("disabled", "Enable", ""): "enabled",
        ("disabled", "Archive", ""): "archived",
        ("archived", "Restore", ""): "disabled",
    },
    "experiment": {
        ("draft", "Start", ""): "running",
        ("draft", "Archive", ""): "archived",
        ("draft", "Kill", ""): "draft",
        ("draft", "Revive", ""): "draft",
        ("draft", "BumpEpoch", ""): "draft",
        ("running", "StopEnrolment", ""): "enrolment_stopped",
        ("running", "Pause", ""): "paused",
        ("running", "Conclude", ""): "concluded",
        ("running", "Kill", ""): "running",
        ("running", "Revive", ""): "running",
        ("running", "BumpEpoch", ""): "running",
        ("enrolment_stopped", "ResumeEnrolment", ""): "running",
        ("enrolment_stopped", "Pause", ""): "paused",
        ("enrolment_stopped", "Conclude", ""): "concluded",
        ("enrolment_stopped", "Kill", ""): "enrolment_stopped",
        ("enrolment_stopped", "Revive", ""): "enrolment_stopped",
        ("enrolment_stopped", "BumpEpoch", ""): "enrolment_stopped",
        ("paused", "Resume", ""): "enrolment_stopped",
        ("paused", "Conclude", ""): "concluded",
        ("paused", "Kill", ""): "paused",
        ("paused", "Revive", ""): "paused",
        ("paused", "BumpEpoch", ""): "paused",
        ("concluded", "Conclude", ""): "concluded",
        ("concluded", "Archive", ""): "archived",
        ("concluded", "Kill", ""): "concluded",
        ("concluded", "Revive", ""): "concluded",
        ("archived", "Restore", ""): "concluded",
    },
    "layer": {},
    "holdout": {
        ("draft", "Start", ""): "running",
        ("running", "End", ""): "ended",
    },
}


def statuses(kind):
    field = MODELS[kind].model_fields.get("status")
    return field.annotation.__args__ if field else ()


def cases():
    for kind, moves in MOVES.items():
        for verb, option in dict.fromkeys((move.verb, move.option) for move in moves):
            for status in statuses(kind):
                yield kind, status, verb, option


CASES = list(cases())


@pytest.mark.parametrize(
    ("kind", "status", "verb", "option"), [case for case in CASES if case[1:] in ALLOWED[case[0]]]
)
def test_an_allowed_move_leads_where_the_specification_says(kind, status, verb, option):
    move = find_move(kind, "k", verb, status, option)
    found = outcome(move, status, started=True, resumes_to="enrolment_stopped")
    assert found == ALLOWED[kind][status, verb, option]
    assert verb in allowed(kind, status)


@pytest.mark.parametrize(
    ("kind", "status", "verb", "option"),
    [case for case in CASES if case[1:] not in ALLOWED[case[0]]],
)
def test_any_other_move_is_refused_with_what_is_allowed(kind, status, verb, option):
    with pytest.raises(Forbidden) as refused:
        find_move(kind, "k", verb, status, option)
    expected = {known for at, known, _ in ALLOWED[kind] if at == status}
    assert set(refused.value.allowed) == expected
    for known in expected:
        assert f"`{known}`" in str(refused.value)
    assert f"{kind} `k` is {status}, which does not allow `{verb}`" in str(refused.value)


def test_every_allowed_move_was_tried():
    assert sum(map(len, ALLOWED.values())) == len(
        [case for case in CASES if case[1:] in ALLOWED[case[0]]]
    )
    assert len(CASES) > 100


def test_an_experiment_that_never_ran_is_restored_to_a_draft():
    move = find_move("experiment", "e", "Restore", "archived")
    assert outcome(move, "archived", started=False, resumes_to="") == "draft"


@pytest.mark.parametrize("kind", MOVES)
def test_what_the_other_tables_name_are_statuses(kind):
    known = set(statuses(kind)) or {""}
    assert set(FIRST_STATUS[kind]) <= known
    assert set(DELETABLE[kind]) <= known


@pytest.mark.parametrize(
    ("kind", "status", "wanted", "verbs"),
    [
        ("flag", "enabled", "enabled", []),
        ("flag", "enabled", "archived", ["Disable", "Archive"]),
        ("experiment", "draft", "paused", ["Start", "Pause"]),
        ("experiment", "draft", "concluded", ["Start", "Conclude"]),
        ("experiment", "paused", "running", ["Resume"]),
        ("segment", "archived", "active", ["Restore", "Activate"]),
        ("holdout", "draft", "ended", ["Start", "End"]),
    ],
)
def test_a_route_is_the_fewest_moves(kind, status, wanted, verbs):
    found = route(kind, "k", status, wanted, started=False, resumes_to="running")
    assert [move.verb for move in found] == verbs


@pytest.mark.parametrize(
    ("kind", "status", "wanted", "started"),
    [
        ("experiment", "running", "draft", True),
        ("experiment", "concluded", "running", True),
        ("flag", "enabled", "draft", False),
        ("flag", "enabled", "unheard-of", False),
    ],
)
def test_where_no_route_leads_is_refused_with_what_is_allowed(kind, status, wanted, started):
    with pytest.raises(Forbidden) as refused:
        route(kind, "k", status, wanted, started=started, resumes_to="")
    assert refused.value.allowed
