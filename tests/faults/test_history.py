"""Every check finds what it is there for: made-up histories, each with one thing that is wrong."""

import pytest

from faults.history import (
    CHECKS,
    RECOVERY_BOUND_S,
    Acknowledged,
    Answer,
    Event,
    Evidence,
    Failure,
    Held,
    History,
    Outage,
    Recovery,
    Refused,
    Sighting,
    Stored,
    Write,
    violations,
)

CREATE = Write("m1", "writer 0", "CreateFlag", "flags/a")
FIRST = Write("m2", "writer 0", "Publish", "")
UPDATE = Write("m3", "writer 0", "UpdateFlag", "flags/a")
SECOND = Write("m4", "writer 0", "Publish", "")
BACK = Write("m5", "writer 1", "Rollback", "")
NO_NEWS = Write("m6", "writer 1", "Publish", "")
OPEN = Write("m7", "writer 0", "UpdateFlag", "flags/a")


class Seen:
    """What a good run saw and left, for a test to spoil."""

    def __init__(self):
        self.history = History(
            begun=[CREATE, FIRST, UPDATE, SECOND, BACK, NO_NEWS],
            acknowledged=[
                Acknowledged(CREATE, etag="e1"),
                Acknowledged(FIRST, revision=1, id="x"),
                Acknowledged(UPDATE, etag="e3", tries=3),
                Acknowledged(SECOND, revision=2, id="y"),
                Acknowledged(BACK, revision=3, id="x"),
                Acknowledged(NO_NEWS, revision=3, id="x"),
            ],
            failures=[Failure("s", 5.0, 6.5, "connection refused")],
            outages=[Outage("s", 6.0, 7.0), Outage("t", 1.0, 9.0)],
            sightings={Sighting("plane served", "s2", "y", 2)},
            recoveries=[Recovery(1, RECOVERY_BOUND_S)],
        )
        self.history.complaints.update(unreachable=5, damaged=0)
        for revision, id_, value in ((1, "x", "a"), (1, "x", "a"), (2, "y", "b"), (3, "x", "a")):
            self.history.answered(Answer("s", id_, revision, (value,)))
        self.history.answered(Answer("t", "x", 1, ("a",)))
        self.evidence = Evidence(
            events=[
                Event(1, "CreateFlag", "flags/a", "m1"),
                Event(2, "Publish", "snapshots/1", "m2"),
                Event(3, "UpdateFlag", "flags/a", "m3"),
                Event(4, "Publish", "snapshots/2", "m4"),
                Event(5, "Rollback", "snapshots/3", "m5"),
            ],
            snapshots=[
                Stored(1, "x", "s1", 0, "m2", ("a",)),
                Stored(2, "y", "s2", 0, "m4", ("b",)),
                Stored(3, "x", "s3", 1, "m5", ("a",)),
            ],
            items={"flags/a": Held("e3", "m3")},
        )


@pytest.fixture
def seen():
    return Seen()


def test_a_good_run_has_nothing_wrong(seen):
    assert violations(seen.history, seen.evidence) == []
    assert (seen.history.newest, seen.history.decisions) == (3, 5)
    assert len(seen.history.answers["s"]) == 3


def test_a_write_that_is_under_way_may_have_happened_or_not(seen):
    seen.history.begun.append(OPEN)
    assert violations(seen.history, seen.evidence) == []
    seen.evidence.events.append(Event(6, "UpdateFlag", "flags/a", "m7"))
    seen.evidence.items["flags/a"] = Held("e7", "m7")
    assert violations(seen.history, seen.evidence) == []


def test_an_outage_that_lasts_excuses_failures(seen):
    seen.history.outages.append(Outage("s", 10.0))
    seen.history.failures.append(Failure("s", 99.0, 100.0, "connection refused"))
    assert violations(seen.history, seen.evidence) == []


def test_what_is_seen_later_is_not_in_what_was_seen(seen):
    copied = seen.history.seen()
    seen.history.begun.append(OPEN)
    seen.history.answered(Answer("s", "x", 3, ("a",)))
    assert (len(copied.begun), copied.decisions) == (6, 5)


def drop_event(seen):
    seen.evidence.events.pop(2)


def drop_publication(seen):
    seen.evidence.events[3] = Event(4, "PruneSnapshots", "snapshots/2", "")


def lose_what_was_answered_for_no_news(seen):
    seen.history.acknowledged[-1] = Acknowledged(NO_NEWS, revision=4, id="x")


def repeat_event(seen):
    seen.evidence.events.append(Event(6, "UpdateFlag", "flags/a", "m3"))


def repeat_one_that_was_never_answered(seen):
    seen.history.begun.append(OPEN)
    for number in (6, 7):
        seen.evidence.events.append(Event(number, "UpdateFlag", "flags/a", "m7"))
    seen.evidence.items["flags/a"] = Held("e7", "m7")


def log_another_resource(seen):
    seen.evidence.events[2] = Event(3, "UpdateFlag", "flags/b", "m3")


def turn_order_around(seen):
    first, second = seen.evidence.events[2:4]
    seen.evidence.events[2:4] = [
        second._replace(number=first.number), first._replace(number=second.number),
    ]  # fmt: skip


def lose_item(seen):
    del seen.evidence.items["flags/a"]


def take_item_back(seen):
    seen.evidence.items["flags/a"] = Held("e1", "m1")


def change_etag(seen):
    seen.evidence.items["flags/a"] = Held("e4", "m3")


def store_another_content(seen):
    spoil_snapshot(seen, 2, id="z")
    seen.history.sightings.clear()
    seen.history.answers.clear()


def refuse(seen):
    seen.history.refused.append(Refused(OPEN, "INTERNAL: this is a bug"))


def break_chain(seen):
    seen.evidence.broken = "event 2 does not have its hash"


def leave_gap_in_log(seen):
    seen.evidence.events[-1] = seen.evidence.events[-1]._replace(number=9)


def spoil_snapshot(seen, revision, **fields):
    at = revision - 1
    seen.evidence.snapshots[at] = seen.evidence.snapshots[at]._replace(**fields)


def store_half(seen):
    spoil_snapshot(seen, 2, fault="its checksum does not match")


def leave_gap_in_revisions(seen):
    seen.evidence.snapshots.append(Stored(5, "z", "s5", 0, "m9", ()))


def roll_back_to_something_else(seen):
    spoil_snapshot(seen, 3, rollback_of=2)


def serve_half(seen):
    seen.history.sightings.add(Sighting("plane served", "", "", 0, "its checksum does not match"))


def serve_what_was_never_published(seen):
    seen.history.sightings.add(Sighting("sidecar kept", "s9", "x", 1))


def decide_by_what_was_never_current(seen):
    seen.history.answered(Answer("s", "y", 3, ("b",)))


def decide_otherwise(seen):
    seen.history.answered(Answer("s", "x", 3, ("b",)))


def go_back(seen):
    seen.history.answered(Answer("s", "y", 2, ("b",)))


def fail_for_the_outage_of_another(seen):
    seen.history.failures.append(Failure("s", 7.5, 8.0, "deadline exceeded"))


def fail_before_its_outage(seen):
    seen.history.failures.append(Failure("s", 5.0, 5.9, "unavailable"))


def recover_late(seen):
    seen.history.recoveries.append(Recovery(7, RECOVERY_BOUND_S + 0.1))


def refuse_what_was_served(seen):
    seen.history.complaints["damaged"] += 1


def log_a_bug(seen):
    seen.history.bugs.append("plane-0: this is a bug of turnout")


SPOILT = {
    drop_event: {"acknowledged_writes_are_in_the_log_once", "the_chain_is_whole"},
    drop_publication: {"acknowledged_writes_are_in_the_log_once"},
    lose_what_was_answered_for_no_news: {
        "acknowledged_writes_are_in_the_log_once", "acknowledged_releases_are_what_was_answered",
    },
    repeat_event: {
        "acknowledged_writes_are_in_the_log_once", "writes_are_in_the_log_in_their_order",
    },
    repeat_one_that_was_never_answered: {"acknowledged_writes_are_in_the_log_once"},
    log_another_resource: {"acknowledged_writes_are_in_the_log_once"},
    turn_order_around: {"writes_are_in_the_log_in_their_order"},
    lose_item: {"acknowledged_writes_are_in_the_store"},
    take_item_back: {"acknowledged_writes_are_in_the_store"},
    change_etag: {"acknowledged_writes_are_in_the_store"},
    store_another_content: {"acknowledged_releases_are_what_was_answered"},
    refuse: {"no_write_is_refused_for_a_fault"},
    break_chain: {"the_chain_is_whole"},
    leave_gap_in_log: {"the_chain_is_whole"},
    store_half: {"stored_snapshots_are_whole"},
    leave_gap_in_revisions: {"stored_snapshots_are_whole"},
    roll_back_to_something_else: {"stored_snapshots_are_whole"},
    serve_half: {"snapshots_that_were_seen_are_whole_and_published"},
    serve_what_was_never_published: {"snapshots_that_were_seen_are_whole_and_published"},
    decide_by_what_was_never_current: {"answers_are_of_published_snapshots"},
    decide_otherwise: {"answers_are_of_published_snapshots"},
    go_back: {"revisions_never_go_back"},
    fail_for_the_outage_of_another: {"decisions_fail_only_while_their_sidecar_is_killed"},
    fail_before_its_outage: {"decisions_fail_only_while_their_sidecar_is_killed"},
    recover_late: {"decisions_recover_in_time"},
    refuse_what_was_served: {"sidecars_saw_only_what_a_killed_source_does"},
    log_a_bug: {"no_log_tells_of_a_bug"},
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda one: one.__name__)
def test_what_is_wrong_is_found_by_its_check(seen, spoil):
    spoil(seen)
    found = {line.partition(":")[0] for line in violations(seen.history, seen.evidence)}
    assert found == SPOILT[spoil]


def test_every_check_is_seen_to_fail():
    assert {check.__name__ for check in CHECKS} == set().union(*SPOILT.values())
