"""The twenty published scenarios of section 8, by the model and a store that is a dict."""

import itertools

import pytest

from reference.model import Model
from reference.question import NANOS, Ctx
from reference.stickiness import Store

BOTH = (True, False)
ANY = list(itertools.product(BOTH, BOTH))
DAY = 86_400 * NANOS


class World:
    """An experiment, its store, and one unit that asks."""

    def __init__(self, stickiness=(True, True), **fields):
        self.experiment = {
            "status": "running",
            "control": "A",
            "audience": {"attribute": "city", "is": "SF"},
            "audience_sticky": stickiness[0],
            "variant_sticky": stickiness[1],
            "variants": {"A": variant(50), "B": variant(50)},
        } | fields
        self.documents = {"experiments": {"e": self.experiment}}
        self.store = Store()
        self.units = {"user": "u-1"}
        self.city = "SF"
        self.now = 0
        self.reachable = True

    def decide(self):
        unknown = frozenset() if self.city else frozenset(["city"])
        records = self.store.records if self.reachable else None
        given = {"city": self.city} if self.city else {}
        ctx = Ctx(self.units, given, unknown, now=self.now, records=records)
        answer = Model(self.documents).decide("e", ctx)
        for assignment in answer["assignments_to_persist"]:
            self.store.write(assignment)
        self.degraded = answer["degraded"]
        return answer["variant"], answer["reason"]

    def become(self, wanted):
        """Takes the first unit that is assigned as is wanted, and enrols it."""
        for number in itertools.count():
            self.units = {"user": f"u-{number}"}
            if self.decide()[0] == wanted:
                return
            self.store.records.clear()

    @property
    def stored(self):
        """The variants of the records, by what they are kept under."""
        return {key: record.variant for key, record in self.store.records.items()}


def variant(percent, name=None):
    return {"weight": f"{percent}%", "value": name}


def enrolled(wanted="B", stickiness=(True, True), **fields):
    world = World(stickiness, **fields)
    world.become(wanted)
    return world


def test_1_leaving_the_audience_does_not_matter():
    world = enrolled()
    world.city = "LA"
    assert world.decide() == ("B", "STICKY")


def test_2_and_3_leaving_the_target_and_coming_back():
    world = enrolled(stickiness=(False, True))
    world.city = "LA"
    assert world.decide() == ("A", "LEFT_TARGET")
    world.city = "SF"
    assert world.decide() == ("B", "STICKY")


def test_4_new_weights_move_nobody():
    for number in range(50):
        world = World()
        world.units = {"user": f"u-{number}"}
        before, _ = world.decide()
        world.experiment["variants"] = {"A": variant(25), "B": variant(75)}
        assert world.decide() == (before, "STICKY")


@pytest.mark.parametrize(("after", "reason"), [("A", "STICKY"), ("B", "REASSIGNED")])
def test_5_and_6_new_weights_and_todays_owner(after, reason):
    for number in itertools.count():
        world = World((True, False))
        world.units = {"user": f"u-{number}"}
        before, _ = world.decide()
        world.experiment["variants"] = {"A": variant(25), "B": variant(75)}
        answer = world.decide()
        if before == "A" and answer[0] == after:
            break
    assert answer == (after, reason)
    assert set(world.stored.values()) == {"A"}


def test_7_less_traffic_keeps_who_is_in():
    world = outside_of_a_tenth((True, True))
    before = next(iter(world.stored.values()))
    assert world.decide() == (before, "STICKY")


def test_8_less_traffic_without_stickiness():
    world = outside_of_a_tenth((False, False))
    assert world.decide() == ("A", "NOT_IN_TRAFFIC")
    assert world.stored


def outside_of_a_tenth(stickiness):
    """A unit that is inside a traffic of 50 % and outside one of 10 %."""
    for number in itertools.count():
        fresh = World(stickiness, traffic="10%")
        fresh.units = {"user": f"u-{number}"}
        world = World(stickiness, traffic="50%")
        world.units = fresh.units
        if fresh.decide()[1] == "NOT_IN_TRAFFIC" and world.decide()[1] == "ASSIGNED":
            break
    world.experiment["traffic"] = "10%"
    return world


@pytest.mark.parametrize("stickiness", ANY)
def test_9_a_new_epoch_assigns_anew(stickiness):
    world = enrolled(stickiness=stickiness, epoch=0)
    world.experiment["epoch"] = 1
    assert world.decide()[1] == "ASSIGNED"
    assert sorted(epoch for _, epoch, *_ in world.stored) == [0, 1]


@pytest.mark.parametrize("stickiness", ANY)
def test_10_a_blocked_epoch(stickiness):
    world = enrolled(stickiness=stickiness, epoch=0)
    world.experiment |= {"epoch": 1, "min_epoch": 1}
    assert world.decide() == ("A", "BLOCKED_EPOCH")


@pytest.mark.parametrize("stickiness", ANY)
def test_11_a_variant_that_is_gone(stickiness):
    world = enrolled(stickiness=stickiness)
    world.experiment["variants"] = {"A": variant(50), "C": variant(50)}
    chosen, reason = world.decide()
    assert reason == "VARIANT_REMOVED"
    assert list(world.stored.values()) == [chosen]
    assert world.decide() == (chosen, "STICKY")


@pytest.mark.parametrize("stickiness", ANY)
def test_12_pausing_and_resuming(stickiness):
    world = enrolled(stickiness=stickiness)
    world.experiment["status"] = "paused"
    assert world.decide() == ("A", "PAUSED")
    world.experiment["status"] = "running"
    assert world.decide() == ("B", "STICKY")


def test_13_an_audience_that_is_not_known_keeps_who_is_in():
    world = enrolled(stickiness=(False, True))
    world.city = None
    assert world.decide() == ("B", "STICKY_UNKNOWN")


@pytest.mark.parametrize("stickiness", ANY)
def test_14_an_audience_that_is_not_known_lets_nobody_in(stickiness):
    world = World(stickiness)
    world.city = None
    assert world.decide() == ("A", "UNKNOWN_ATTRIBUTE")
    assert not world.stored


@pytest.mark.parametrize("stickiness", ANY)
def test_15_two_replicas_at_once_write_one_record(stickiness):
    world = World(stickiness)
    ctx = Ctx(world.units, {"city": "SF"})
    answers = [Model(world.documents).decide("e", ctx) for _ in range(2)]
    for answer in answers:
        assert answer["reason"] == "ASSIGNED"
        for assignment in answer["assignments_to_persist"]:
            world.store.write(assignment)
    assert list(world.stored.values()) == [answers[0]["variant"]]


def test_16_and_17_logging_in():
    world = World(fallback_unit="device")
    for device in range(100):
        world.store.records.clear()
        world.units = {"device": f"d-{device}"}
        chosen, reason = world.decide()
        assert reason == "ASSIGNED"
        world.now += DAY
        world.units |= {"user": "u-1"}
        assert world.decide() == (chosen, "STICKY")
        assert len(world.stored) == 2
        assert len(set(world.store.records.values())) == 1, "the moment of assigning is kept"
        other = {"A": "B", "B": "A"}[chosen]
        key = ("e", 1, "user", "u-1")
        world.store.records[key] = world.store.records[key]._replace(variant=other)
        assert world.decide() == (other, "STICKY")


def test_18_without_the_store_the_hash_decides():
    world = enrolled()
    world.store.records.clear()
    world.reachable = False
    assert world.decide() == ("B", "ASSIGNED")
    assert world.degraded
    assert not world.stored


@pytest.mark.parametrize("stickiness", ANY)
def test_19_a_holdout_takes_everyone_out(stickiness):
    world = enrolled(stickiness=stickiness)
    world.documents["holdouts"] = {"h": {"status": "running", "share": "100%", "scope": "all"}}
    assert world.decide() == ("A", "HOLDOUT")


def test_20_a_first_session_lasts():
    world = World(audience={"attribute": "city", "is": "session 1"})
    world.city = "session 1"
    chosen, _ = world.decide()
    world.city = "session 2"
    assert world.decide() == (chosen, "STICKY")


def test_a_record_whose_time_is_over_is_replaced():
    world = enrolled(ttl="1 day")
    world.now = DAY - 1
    assert world.decide() == ("B", "STICKY")
    world.now = DAY
    assert world.decide() == ("B", "ASSIGNED")
    assert [record.assigned_at for record in world.store.records.values()] == [DAY]
