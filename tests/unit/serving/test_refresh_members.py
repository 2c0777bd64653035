"""A sidecar brings member sets before it serves what names them, and never answers worse for it."""

import logging
import os

import pytest

from servers.hostile import answer, dripping, head, ranged, raw, silent, snapshot
from servers.member_sets import Made, naming
from servers.waiting import wait_until
from turnout.serving.backoff import Backoff
from turnout.serving.connection import Connections, Credentials
from turnout.serving.http_origin import HttpOrigin
from turnout.serving.kept import KeptSnapshot
from turnout.serving.refresh import Refresh

FIRST = Made.users(0, 1000)
SECOND = Made.users(5, 1003, after=FIRST)
OTHER = Made.users(0, 50)
THIRD = Made.users(0, 70)
MOST = 1 << 16


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "members"


@pytest.fixture
def make(server, served, tmp_path, gathering):
    """Makes refreshes of the hostile server; ended with the test."""
    made = []

    def make(**given):
        connections = Connections(server.url, Credentials())
        origin = HttpOrigin(connections, most_bytes=MOST, silence_s=0.3, whole_s=0.6)
        refresh = Refresh(
            origin,
            served,
            KeptSnapshot(tmp_path, connections.place),
            gathering(origin, **given),
            poll_s=0.05,
            backoff=Backoff(first_s=0.02, longest_s=0.05),
        )
        made.append(refresh)
        refresh.start()
        return refresh

    yield make
    for refresh in made:
        refresh.stop()


def publish(server, revision, **sets):
    sealed = naming(sets).seal(revision=revision)
    server.snapshot = snapshot(sealed, etag=f'"{revision}"')
    return sealed


def offer(server, *sets):
    for made in sets:
        server.members[made.name] = ranged(made.content)


def asked(server):
    """The names of sets and deltas that were asked for."""
    paths = [one.split(" ")[1] for one in server.asked]
    return [path.rpartition("/")[2] for path in paths if path.startswith("/v1/members/")]


def count(refresh, kind="members"):
    return refresh.failures.counted().get(kind, 0)


def names(folder):
    return sorted(one.name for one in folder.glob("*"))


def test_sets_are_there_before_the_snapshot_that_names_them_is_served(server, served, make, folder):
    offer(server, FIRST, OTHER)
    publish(server, 1, vips=FIRST, staff=OTHER)
    make()
    served.wait_for(1)
    assert served.lacking == [set()]
    assert names(folder) == sorted([FIRST.name, OTHER.name])


def test_a_set_that_is_there_is_not_fetched_again(server, served, make):
    offer(server, FIRST, OTHER)
    publish(server, 1, vips=FIRST)
    make()
    served.wait_for(1)
    publish(server, 2, vips=FIRST, staff=OTHER)
    served.wait_for(2)
    assert asked(server) == [FIRST.name, OTHER.name]


def test_two_segments_with_the_same_members_share_a_set(server, served, make):
    offer(server, FIRST)
    publish(server, 1, vips=FIRST, others=FIRST)
    make()
    served.wait_for(1)
    assert asked(server) == [FIRST.name]


def test_a_delta_is_enough_and_the_old_set_goes(server, served, make, folder):
    offer(server, FIRST)
    publish(server, 1, vips=FIRST)
    make()
    served.wait_for(1)
    delta = FIRST.delta_name(SECOND)
    server.members[delta] = ranged(FIRST.delta_to(SECOND))
    publish(server, 2, vips=SECOND)
    served.wait_for(2)
    assert asked(server) == [FIRST.name, delta]
    assert served.lacking[-1] == set()
    wait_until(lambda: names(folder) == [SECOND.name], "the end of the old set")
    assert (folder / SECOND.name).read_bytes() == SECOND.content


@pytest.mark.parametrize(
    "bad", [answer(404), answer(500), answer(200, b"no delta"), answer(200, b"x" * 9999)]
)
def test_without_a_good_delta_the_set_comes_whole(server, served, make, folder, bad):
    offer(server, FIRST, SECOND)
    publish(server, 1, vips=FIRST)
    refresh = make()
    served.wait_for(1)
    server.members[FIRST.delta_name(SECOND)] = bad
    publish(server, 2, vips=SECOND)
    served.wait_for(2)
    assert asked(server) == [FIRST.name, FIRST.delta_name(SECOND), SECOND.name]
    assert (served.lacking[-1], count(refresh)) == (set(), 0)
    wait_until(lambda: names(folder) == [SECOND.name], "the end of the old set")


BAD = {
    "404": answer(404),
    "500": answer(500),
    "401": answer(401),
    "cut off": answer(200, SECOND.content[:99], length=SECOND.size),
    "cut off, with the length of the part": answer(200, SECOND.content[:99]),
    "wrong bytes": answer(200, SECOND.content[:-1] + b"?"),
    "another set": answer(200, FIRST.content),
    "too long": answer(200, SECOND.content + b"?"),
    "endless": raw(head() + b"x" * (SECOND.size + 1)),
    "empty": answer(200),
    "slow": dripping(head(200, SECOND.size) + SECOND.content),
    "silent": silent(head(200, SECOND.size) + SECOND.content[:99]),
    "nothing": raw(b""),
    "a page": answer(200, b"<html>sign in</html>"),
    "garbage": raw(os.urandom(500)),
    "a redirect": answer(302, Location="/v1/snapshot"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_without_its_set_a_snapshot_is_not_served_and_comes_by_itself(
    server, served, make, folder, tmp_path, bad, caplog
):
    offer(server, FIRST)
    first = publish(server, 1, vips=FIRST)
    refresh = make()
    served.wait_for(1)
    kept = tmp_path / "last-known-good.snapshot"
    wait_until(lambda: kept.exists() and kept.read_bytes() == first, "the last good one")
    server.members[SECOND.name] = bad
    publish(server, 2, vips=SECOND)
    wait_until(lambda: count(refresh) >= 2, "two failures")
    confirmed = served.confirmed
    assert set(served.failed) == {"members"}
    assert served.loaded == [(1, True)]
    assert kept.read_bytes() == first
    assert FIRST.name in names(folder)
    assert SECOND.name not in names(folder)
    said = [one.message for one in caplog.records if one.levelno == logging.WARNING]
    assert any(f"member set `{SECOND.sha256[:12]}`" in one for one in said)
    assert served.confirmed == confirmed
    offer(server, SECOND)
    served.wait_for(2)
    assert served.lacking[-1] == set()
    wait_until(lambda: names(folder) == [SECOND.name], "the end of the old set")


def test_what_came_stays_while_the_rest_is_asked_for_again(server, served, make):
    publish(server, 1)
    refresh = make()
    served.wait_for(1)
    offer(server, FIRST)
    publish(server, 2, vips=FIRST)
    served.wait_for(2)
    server.members[OTHER.name] = ranged(OTHER.content)
    server.members[SECOND.name] = answer(200, SECOND.content[:4000], length=SECOND.size)
    publish(server, 3, vips=SECOND, staff=OTHER)
    wait_until(lambda: count(refresh) >= 2, "two failures")
    offer(server, SECOND)
    served.wait_for(3)
    assert asked(server).count(OTHER.name) == 1
    ranges = [one for one in server.asked if SECOND.name in one and "Range: bytes=" in one]
    assert "Range: bytes=4000-" in ranges[0]


def test_the_first_snapshot_is_served_without_the_sets_that_cannot_be_had(
    server, served, make, tmp_path, folder, caplog
):
    offer(server, OTHER)
    first = publish(server, 1, vips=FIRST, staff=OTHER)
    with caplog.at_level(logging.INFO):
        refresh = make()
        served.wait_for(1)
    assert served.lacking == [{FIRST.sha256}]
    kept = tmp_path / "last-known-good.snapshot"
    wait_until(lambda: kept.exists() and kept.read_bytes() == first, "the last good one")
    wait_until(lambda: count(refresh) > 2, "failures")
    assert served.loaded == [(1, True)]
    assert served.confirmed > 1
    # A change that has nothing to do with the set is not held up by it.
    publish(server, 2, vips=FIRST, staff=OTHER, more=OTHER)
    served.wait_for(2)
    assert served.lacking[-1] == {FIRST.sha256}
    offer(server, FIRST)
    wait_until(lambda: served.lacking[-1] == set(), "the set")
    assert served.loaded[-1] == (2, True)
    wait_until(lambda: names(folder) == sorted([FIRST.name, OTHER.name]), "both sets")
    failed = count(refresh)
    confirmed = served.confirmed
    wait_until(lambda: served.confirmed > confirmed + 2, "confirmations")
    assert count(refresh) == failed
    assert len(served.loaded) == 3


def test_a_new_segment_without_its_set_holds_nothing_up(server, served, make):
    offer(server, FIRST)
    publish(server, 1, vips=FIRST)
    refresh = make()
    served.wait_for(1)
    publish(server, 2, vips=FIRST, more=OTHER)
    served.wait_for(2)
    assert served.lacking[-1] == {OTHER.sha256}
    wait_until(lambda: count(refresh), "a failure")
    # But what has members does not lose them.
    publish(server, 3, vips=SECOND, more=OTHER)
    failed = count(refresh)
    wait_until(lambda: count(refresh) > failed + 2, "failures")
    assert served.loaded[-1] == (2, True)


@pytest.mark.parametrize(
    "before", [{"vips": None, "staff": OTHER}, {"vips": OTHER, "staff": OTHER}]
)
def test_a_segment_that_had_its_members_otherwise_does_not_lose_them(server, served, make, before):
    offer(server, OTHER)
    publish(server, 1, **before)
    refresh = make()
    served.wait_for(1)
    # Every set that is there is named still.
    publish(server, 2, vips=FIRST, staff=OTHER)
    wait_until(lambda: count(refresh) > 1, "failures")
    assert served.loaded == [(1, True)]
    offer(server, FIRST)
    served.wait_for(2)
    assert served.lacking[-1] == set()


def test_a_segment_that_goes_holds_up_no_other(server, served, make):
    offer(server, OTHER)
    publish(server, 1, vips=OTHER)
    make()
    served.wait_for(1)
    publish(server, 2, staff=FIRST)
    served.wait_for(2)
    assert served.lacking[-1] == {FIRST.sha256}


def test_no_delta_from_a_set_that_is_not_there_is_asked_for(server, served, make):
    offer(server, OTHER)
    publish(server, 1, vips=FIRST, staff=OTHER)
    make()
    served.wait_for(1)
    server.members[FIRST.delta_name(SECOND)] = ranged(FIRST.delta_to(SECOND))
    offer(server, SECOND, THIRD)
    publish(server, 2, vips=SECOND, staff=OTHER, more=THIRD)
    served.wait_for(2)
    assert FIRST.delta_name(SECOND) not in asked(server)
    assert served.lacking[-1] == set()


def test_where_the_set_of_a_delta_was_lost_the_new_one_comes_whole(server, served, make, folder):
    offer(server, FIRST)
    publish(server, 1, vips=FIRST)
    refresh = make()
    served.wait_for(1)
    (folder / FIRST.name).unlink()
    server.members[FIRST.delta_name(SECOND)] = ranged(FIRST.delta_to(SECOND))
    offer(server, SECOND)
    publish(server, 2, vips=SECOND)
    served.wait_for(2)
    assert asked(server)[-2:] == [FIRST.delta_name(SECOND), SECOND.name]
    assert (served.lacking[-1], count(refresh)) == (set(), 0)


def test_sets_of_revisions_that_were_not_served_do_not_pile_up(server, served, make, folder):
    offer(server, FIRST)
    publish(server, 1, vips=FIRST)
    refresh = make()
    served.wait_for(1)
    overtaken = [Made.users(0, 60 + one) for one in range(3)]
    for at, made in enumerate(overtaken):
        failed = count(refresh)
        offer(server, made)
        publish(server, 2 + at, vips=SECOND, staff=made)
        wait_until(lambda failed=failed: count(refresh) > failed + 1, "failures")
    stay = sorted([FIRST.name, overtaken[-1].name])
    wait_until(
        lambda: sorted(one.name for one in folder.glob("*.set")) == stay, "the end of the others"
    )
    assert served.loaded == [(1, True)]
    offer(server, SECOND)
    served.wait_for(4)
    assert asked(server).count(overtaken[-1].name) == 1


def test_a_set_above_the_limit_is_refused(server, served, make):
    offer(server, OTHER, FIRST)
    publish(server, 1, vips=OTHER)
    refresh = make(most_bytes=OTHER.size)
    served.wait_for(1)
    publish(server, 2, vips=FIRST)
    wait_until(lambda: count(refresh) >= 2, "two failures")
    assert FIRST.name not in asked(server)
    assert served.loaded == [(1, True)]


def test_after_a_restart_without_its_source_both_are_served(server, served, make, tmp_path):
    offer(server, FIRST)
    first = publish(server, 1, vips=FIRST)
    refresh = make()
    kept = tmp_path / "last-known-good.snapshot"
    wait_until(lambda: kept.exists() and kept.read_bytes() == first, "the last good one")
    refresh.stop()
    server.snapshot = answer(500)
    server.members.clear()
    served.loaded.clear()
    assert make().settled.wait(5)
    assert served.loaded == [(1, False)]
    assert served.lacking[-1] == set()


@pytest.mark.parametrize("damage", [lambda _: b"", lambda content: content[:-1] + b"?", None])
def test_a_set_that_was_damaged_or_lost_while_it_was_off_is_brought_again(
    server, served, make, folder, tmp_path, damage
):
    offer(server, FIRST)
    first = publish(server, 1, vips=FIRST)
    refresh = make()
    kept = tmp_path / "last-known-good.snapshot"
    wait_until(lambda: kept.exists() and kept.read_bytes() == first, "the last good one")
    refresh.stop()
    path = folder / FIRST.name
    path.unlink()
    if damage:
        path.write_bytes(damage(FIRST.content))
    served.loaded.clear()
    again = make()
    assert again.settled.wait(5)
    assert served.loaded[0] == (1, False)
    assert served.lacking[1] == {FIRST.sha256}
    wait_until(lambda: served.loaded[-1] == (1, True), "a second load")
    assert served.lacking[-1] == set()
    assert path.read_bytes() == FIRST.content


def test_old_sets_that_cannot_be_removed_are_counted_and_cost_nothing_else(
    server, served, make, folder
):
    offer(server, FIRST)
    publish(server, 1, vips=FIRST)
    refresh = make()
    served.wait_for(1)
    wait_until(lambda: names(folder) == [FIRST.name], "the set")
    (folder / "odd").mkdir()
    publish(server, 2, vips=FIRST, more=FIRST)
    served.wait_for(2)
    wait_until(lambda: count(refresh, "state_folder"), "a failure")
    assert count(refresh) == 0


def test_what_was_left_by_one_that_was_killed_goes_at_start(server, served, make, folder):
    folder.mkdir()
    (folder / f".{SECOND.name}.7-0.tmp").write_bytes(b"half")
    (folder / f"{SECOND.sha256}.made.part").write_bytes(b"half")
    (folder / f"{OTHER.sha256}.part").write_bytes(OTHER.content[:50])
    offer(server, OTHER)
    publish(server, 1, staff=OTHER)
    make()
    served.wait_for(1)
    wait_until(lambda: names(folder) == [OTHER.name], "no leftovers")
    assert any("Range: bytes=50-" in one for one in server.asked)
