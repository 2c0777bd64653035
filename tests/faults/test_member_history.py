"""Every check of what must hold of members is seen to fail."""

import pytest

from faults.member_history import (
    CHECKS,
    RECOVERY_BOUND_S,
    Held,
    Ids,
    Imported,
    MemberEvidence,
    MemberHistory,
    member_violations,
)

BEFORE, AFTER = frozenset({"a"}), frozenset({"a", "b"})


class Seen:
    """A run in which everything is as it must be."""

    def __init__(self):
        self.history = MemberHistory(
            wanted={7: Ids("g1", 3), 9: Ids("g2", 3)},
            succeeded={"segments/e": 7},
            failed={9: "INTERRUPTED"},
            imports={"segments/i": Imported("segments/i", BEFORE, AFTER)},
            acknowledged={"segments/i": BEFORE},
            recoveries=[RECOVERY_BOUND_S],
        )
        self.evidence = MemberEvidence(
            sets={"segments/e": Held(7, 3, 0)},
            lists={"segments/i": BEFORE},
            states={7: ("succeeded", ""), 9: ("failed", "INTERRUPTED")},
            newest={"segments/e": 7},
        )

    def hold(self, **fields):
        held = self.evidence.sets["segments/e"]._replace(**fields)
        self.evidence.sets["segments/e"] = held


@pytest.fixture
def seen():
    return Seen()


@pytest.mark.parametrize("members", [BEFORE, AFTER])
def test_an_import_that_is_under_way_is_there_as_a_whole_or_not_at_all(seen, members):
    seen.evidence.lists["segments/i"] = members
    assert member_violations(seen.history, seen.evidence) == []


def lose_one(seen):
    seen.hold(count=2, missing=1)


def invent_one(seen):
    seen.hold(count=4)


def swap_one(seen):
    seen.hold(missing=1)


def take_what_nobody_asked_for(seen):
    seen.hold(evaluation=8)
    seen.evidence.newest["segments/e"] = 8


def damage(seen):
    seen.hold(fault="its checksum does not match")


def go_back(seen):
    seen.evidence.newest["segments/e"] = 9


def forget_what_went_well(seen):
    seen.history.succeeded["segments/e"] = 9


def decide_by_another(seen):
    seen.hold(in_snapshot=False)


def import_half(seen):
    seen.evidence.lists["segments/i"] = frozenset({"a", "c"})


def lose_an_import(seen):
    seen.history.acknowledged["segments/i"] = AFTER


def do_what_was_told_to_have_failed(seen):
    seen.evidence.states[9] = ("succeeded", "")


def fail_for_another_reason(seen):
    seen.history.failed[9] = "SYNTAX"


def leave_a_file(seen):
    seen.evidence.left.append("runs/7-1.0/fresh.set")


def refuse(seen):
    seen.history.refused.append("INTERNAL: this is a bug")


def recover_late(seen):
    seen.history.recoveries.append(RECOVERY_BOUND_S + 0.1)


def break_the_log(seen):
    seen.evidence.broken = "event 2 does not have its hash"


def log_a_bug(seen):
    seen.history.bugs.append("plane-0: this is a bug of turnout")


FOUND = "sets_are_what_their_evaluation_found"
LAST = "sets_are_those_of_the_last_evaluation_that_went_well"
SPOILT = {
    lose_one: {FOUND},
    invent_one: {FOUND},
    swap_one: {FOUND},
    take_what_nobody_asked_for: {FOUND},
    damage: {FOUND},
    go_back: {LAST},
    forget_what_went_well: {LAST},
    decide_by_another: {"sets_are_in_the_snapshot"},
    import_half: {"imports_are_there_as_a_whole"},
    lose_an_import: {"imports_are_there_as_a_whole"},
    do_what_was_told_to_have_failed: {"evaluations_end_as_they_were_told"},
    fail_for_another_reason: {"evaluations_end_as_they_were_told"},
    leave_a_file: {"nothing_runs_or_lies_around_for_ever"},
    refuse: {"nothing_is_refused_for_a_fault"},
    recover_late: {"evaluations_go_well_again_in_time"},
    break_the_log: {"the_log_is_whole"},
    log_a_bug: {"no_log_of_a_process_tells_of_a_bug"},
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda one: one.__name__)
def test_what_is_wrong_is_found_by_its_check(seen, spoil):
    spoil(seen)
    found = {line.partition(":")[0] for line in member_violations(seen.history, seen.evidence)}
    assert found == SPOILT[spoil]


def test_every_check_is_seen_to_fail():
    assert {check.__name__ for check in CHECKS} == set().union(*SPOILT.values())
