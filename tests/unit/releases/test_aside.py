"""New references that come to a segment which is not active are told before they decide."""

import pytest
from item_bodies import flag

from turnout.releases.check import Change

ASIDE = {
    "draft": "it is UNKNOWN until it is active",
    "paused": "it goes on as it was published last, and its edits wait",
    "archived": "it is UNKNOWN",
}


def wrapping(key):
    return {"match": {"segment": key}}


def served_to(*keys):
    return flag(rules=[{"when": {"segment": key}, "serve": "on"} for key in keys])


def planned(room):
    return [str(one) for one in room.releases.plan().warnings]


def proposed(room, *changes):
    proposal = room.releases.propose([Change(*one) for one in changes])
    assert proposal.problems() == []
    return [str(one) for one in proposal.warnings()]


@pytest.fixture(params=ASIDE)
def aside(room, request):
    """A store that was published, in which a segment `aside` is not active."""
    room.create("segment", "aside", {"match": {"attribute": "aside", "is": 1}}, request.param)
    room.publish()
    return request.param


def test_a_flag_that_comes_to_it_through_another_segment_is_told(room, aside):
    room.create("segment", "wrapper", wrapping("aside"), "active")
    room.publish()
    assert planned(room) == []
    told = (
        "rules[1].when.segment: segment `wrapper` comes to segment `aside`, which is "
        f"{aside}: {ASIDE[aside]}"
    )
    body = served_to("pro", "wrapper")
    assert proposed(room, ("flag", "new-checkout", body, "enabled")) == [
        f"flags/new-checkout {told}"
    ]
    room.change("flag", "new-checkout", body=body)
    assert planned(room) == [f"flags/new-checkout {told}"]
    room.publish()
    assert planned(room) == []


@pytest.mark.usefixtures("aside")
def test_what_was_referred_to_before_is_not_told_again(room):
    room.create("segment", "wrapper", wrapping("aside"), "active")
    room.create("flag", "f", served_to("wrapper"), "enabled")
    room.publish()
    body = served_to("wrapper", "pro")
    assert proposed(room, ("flag", "f", body, "enabled")) == []
    room.change("flag", "f", body=body)
    assert planned(room) == []


def test_a_segment_that_newly_names_it_is_told(room, aside):
    """By the compiler where it is UNKNOWN, which is told however long it is so."""
    (found,) = proposed(room, ("segment", "wrapper", wrapping("aside"), "active"))
    assert found.startswith(f"segments/wrapper match.segment: segment `aside` is {aside}: it ")
    room.create("segment", "wrapper", wrapping("aside"), "active")
    assert planned(room) == [found]


@pytest.mark.usefixtures("aside")
def test_it_may_be_far_away_and_in_a_circle(room):
    changes = [
        ("segment", "a", wrapping("b"), "active"),
        ("segment", "b", {"match": {"any": [{"segment": "pro"}, {"segment": "aside"}]}}, "active"),
        ("flag", "f", served_to("a"), "enabled"),
    ]
    found = [one.partition(":")[0] for one in proposed(room, *changes)]
    assert sorted(found) == [
        "flags/f rules[0].when.segment",
        "segments/a match.segment",
        "segments/b match.any[1].segment",
    ]
    circle = ("segment", "pro", wrapping("pro2"), "active"), ("segment", "pro2", wrapping("pro"))
    proposal = room.releases.propose([Change(*circle[0]), Change(*circle[1], "active")])
    assert proposal.warnings() == []


@pytest.mark.usefixtures("aside")
def test_what_is_archived_itself_is_not_looked_at(room):
    room.create("segment", "wrapper", wrapping("aside"), "active")
    room.publish()
    assert proposed(room, ("flag", "f", served_to("wrapper"), "archived")) == []


@pytest.mark.usefixtures("aside")
def test_members_that_were_counted_hide_no_reference(room):
    room.create("segment", "wrapper", wrapping("aside"), "active")
    static = {"kind": "static", "include": ["wrapper"]}
    room.create("segment", "listed", static, "active")
    room.publish()
    room.change("segment", "listed", body=static | {"exclude": ["pro"]})
    assert planned(room) == []
