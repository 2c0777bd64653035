"""The twenty scenarios of conformance/stickiness.json, wherever assignments are kept."""

import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from doors import Carried, EngineDoor, ServerDoor, sealed

from servers.waiting import wait_until
from turnout import Context, Decision
from turnout.engine import slot

SCENARIOS = {
    scenario["number"]: scenario
    for scenario in json.loads(
        (Path(__file__).parents[2] / "conformance" / "stickiness.json").read_text(encoding="utf-8")
    )["scenarios"]
}
STORES = ["engine", "caller", "embedded", "redis", "cluster"]
SF, LA = {"city": "SF"}, {"city": "LA"}

_units = itertools.count()


class Stickiness(NamedTuple):
    audience: bool
    variant: bool


def settings(number: int) -> list[Stickiness]:
    """What a scenario says of the two switches; `any` is both."""
    said = {"on": [True], "off": [False], "any": [True, False]}
    scenario = SCENARIOS[number]
    pairs = itertools.product(said[scenario["audience_sticky"]], said[scenario["variant_sticky"]])
    return [Stickiness(*pair) for pair in pairs]


def every() -> list[Any]:
    """Each scenario with each of its settings."""
    return [
        pytest.param(number, stickiness, id=f"{number}-{'/'.join(map(str, stickiness))}")
        for number in SCENARIOS
        for stickiness in settings(number)
    ]


def unit(
    variant: range = range(1_000_000), *, epoch: int = 1, traffic: range = range(1_000_000)
) -> str:
    """A unit that nobody had before, whose slots are in these ranges."""
    while True:
        name = f"u-{next(_units)}"
        in_traffic = slot("button.traffic", name) in traffic
        if in_traffic and slot(f"button.variant.{epoch}", name) in variant:
            return name


IN_A, IN_B = range(250_000), range(500_000, 1_000_000)
# Of A while it has half of the slots, of B when it has a quarter.
FROM_A_TO_B = range(250_000, 500_000)


class World:
    """One experiment: `A` is the control, and San Francisco the audience."""

    def __init__(self, door: Any, stickiness: Stickiness):
        self.door = door
        self.stickiness = stickiness
        self.extra: dict[str, Any] = {}
        self.publish()

    def documents(self, weights: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        weights = weights or {"A": "50%", "B": "50%"}
        experiment = {
            "status": "running",
            "control": "A",
            "audience": {"attribute": "city", "is": "SF"},
            "audience_sticky": self.stickiness.audience,
            "variant_sticky": self.stickiness.variant,
            "variants": {name: {"weight": w, "value": name} for name, w in weights.items()},
        } | fields
        return {"experiments": {"button": experiment}} | self.extra

    def publish(self, weights: dict[str, str] | None = None, **fields: Any) -> None:
        self.door.load(sealed(self.documents(weights, **fields)))

    def enrol(self, unit_id: str, variant: str) -> None:
        """The unit is given this variant, and one record is kept."""
        before = self.door.written()
        assert came_out(self.decide(unit_id)) == (variant, "ASSIGNED")
        assert self.door.written() == before + 1
        self.stays(unit_id, variant)

    def stays(self, unit_id: str, variant: str) -> None:
        assert came_out(self.decide(unit_id)) == (variant, "STICKY")

    def decide(self, unit_id: str | None, attributes: Any = SF, **parts: Any) -> Decision:
        return self.door.decide(Context(unit_id, attributes, **parts))

    def is_default(self, decision: Decision) -> None:
        assert (decision.variant, decision.enrolled) == ("A", False)


def came_out(decision: Decision) -> tuple[str | None, str]:
    assert decision.enrolled
    assert not decision.degraded
    return decision.variant, decision.reason


def reason(number: int) -> str:
    return SCENARIOS[number]["reason"]


def scenario_1(world: World) -> None:
    who = unit(IN_B)
    world.enrol(who, "B")
    assert came_out(world.decide(who, LA)) == ("B", reason(1))


def scenario_2(world: World) -> str:
    who = unit(IN_B)
    world.enrol(who, "B")
    left = world.decide(who, LA)
    world.is_default(left)
    assert left.reason == reason(2)
    return who


def scenario_3(world: World) -> None:
    who = scenario_2(world)
    assert came_out(world.decide(who, SF)) == ("B", reason(3))


def weights_change(world: World, slots: range) -> Decision:
    who = unit(slots)
    world.enrol(who, "A")
    world.publish({"A": "25%", "B": "75%"})
    return world.decide(who)


def scenario_4(world: World) -> None:
    assert came_out(weights_change(world, FROM_A_TO_B)) == ("A", reason(4))


def scenario_5(world: World) -> None:
    assert came_out(weights_change(world, IN_A)) == ("A", reason(5))


def scenario_6(world: World) -> None:
    assert came_out(weights_change(world, FROM_A_TO_B)) == ("B", reason(6))


def less_traffic(world: World) -> Decision:
    who = unit(IN_B, traffic=range(100_000, 500_000))
    world.publish(traffic="50%")
    world.enrol(who, "B")
    world.publish(traffic="10%")
    return world.decide(who)


def scenario_7(world: World) -> None:
    assert came_out(less_traffic(world)) == ("B", reason(7))


def scenario_8(world: World) -> None:
    outside = less_traffic(world)
    world.is_default(outside)
    assert outside.reason == reason(8)


def of_epoch_0(world: World) -> str:
    who = unit(IN_B, epoch=0)
    world.publish(epoch=0)
    world.enrol(who, "B")
    return who


def scenario_9(world: World) -> None:
    who = of_epoch_0(world)
    before = world.door.written()
    world.publish(epoch=1)
    expected = "A" if slot("button.variant.1", who) < 500_000 else "B"
    assert came_out(world.decide(who)) == (expected, reason(9))
    assert world.door.written() == before + 1
    world.stays(who, expected)


def scenario_10(world: World) -> None:
    who = of_epoch_0(world)
    world.publish(epoch=1, min_epoch=1)
    blocked = world.decide(who)
    world.is_default(blocked)
    assert blocked.reason == reason(10)


def scenario_11(world: World) -> None:
    who = unit(IN_B)
    world.enrol(who, "B")
    world.publish({"A": "50%", "C": "50%"})
    assert came_out(world.decide(who)) == ("C", reason(11))
    world.stays(who, "C")


def scenario_12(world: World) -> None:
    paused, sticky = reason(12).split(", ")
    who = unit(IN_B)
    world.enrol(who, "B")
    world.publish(status="paused")
    waiting = world.decide(who)
    world.is_default(waiting)
    assert waiting.reason == paused
    world.publish()
    assert came_out(world.decide(who)) == ("B", sticky)


def scenario_13(world: World) -> None:
    who = unit(IN_B)
    world.enrol(who, "B")
    unsure = world.decide(who, {}, unknown=["city"])
    assert (unsure.variant, unsure.reason, unsure.enrolled) == ("B", reason(13), True)
    assert (unsure.degraded, unsure.unknown_attributes) == (True, ("city",))


def scenario_14(world: World) -> None:
    before = world.door.written()
    unsure = world.decide(unit(IN_B), {}, unknown=["city"])
    world.is_default(unsure)
    assert (unsure.reason, unsure.degraded) == (reason(14), True)
    assert world.door.written() == before


def scenario_15(world: World) -> None:
    """Two replicas, twenty times: the first requests come at the same moment."""
    other = world.door.replica()
    other.load(sealed(world.documents()))
    try:
        for _ in range(20):
            who, before = unit(IN_B), world.door.written() + other.written()
            at_once = threading.Barrier(2)
            answers = []

            def ask(door: Any, who: str = who, at_once: threading.Barrier = at_once) -> None:
                at_once.wait()
                answers.append(door.decide(Context(who, SF)))  # noqa: B023 - ended below

            threads = [threading.Thread(target=ask, args=(door,)) for door in (world.door, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert {answer.variant for answer in answers} == {"B"}
            assert {answer.reason for answer in answers} <= {reason(15), "STICKY"}
            assert reason(15) in {answer.reason for answer in answers}
            written = world.door.written() + other.written() - before
            # Two writers of the very same record are both told that it is kept.
            assert 1 <= written <= 2
            world.stays(who, "B")
    finally:
        other.close()


def device_in_b(world: World) -> str:
    device = unit(IN_B)
    world.publish(fallback_unit="device")
    first = world.decide(None, units={"device": device})
    assert came_out(first) == ("B", "ASSIGNED")
    return device


def scenario_16(world: World) -> None:
    device, who = device_in_b(world), unit(IN_A)
    logged_in = world.decide(who, units={"device": device})
    assert came_out(logged_in) == ("B", reason(16))
    # The record is the user's from now on, whatever device is used.
    world.stays(who, "B")


def scenario_17(world: World) -> None:
    device, who = device_in_b(world), unit(IN_A)
    world.enrol(who, "A")
    logged_in = world.decide(who, units={"device": device})
    assert came_out(logged_in) == ("A", reason(17))


def scenario_19(world: World) -> None:
    who = unit(IN_B)
    world.enrol(who, "B")
    world.extra = {"holdouts": {"all": {"status": "running", "share": "100%", "scope": "all"}}}
    world.publish()
    held = world.decide(who)
    world.is_default(held)
    assert held.reason == reason(19)


def scenario_20(world: World) -> None:
    who = unit(IN_B)
    world.publish(audience={"attribute": "session", "is_at_most": 1})
    assert came_out(world.decide(who, {"session": 1})) == ("B", "ASSIGNED")
    assert came_out(world.decide(who, {"session": 2})) == ("B", reason(20))


# 18 is about a store that does not answer: `test_scenario_18`.
STEPS: dict[int, Callable[[World], Any]] = {
    number: globals()[f"scenario_{number}"] for number in SCENARIOS if number != 18
}


@pytest.fixture(scope="module")
def make_door(tmp_path_factory, request):
    """Makes each door once: units are never used twice."""
    folder = tmp_path_factory.mktemp("doors")
    made: dict[str, Any] = {}

    def new(store: str) -> Any:
        match store:
            case "engine":
                return EngineDoor()
            case "caller":
                return ServerDoor(folder, carried=Carried())
            case "embedded":
                return ServerDoor(folder, threads=2, sticky_file=folder / "sticky.redb")
        server = request.getfixturevalue(f"shared_{store}")
        return ServerDoor(folder, sticky_redis=server.url)

    def door(store: str) -> Any:
        if store not in made:
            made[store] = new(store)
        return made[store]

    yield door
    for one in made.values():
        one.close()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize(
    ("number", "stickiness"), [case for case in every() if case.values[0] != 18]
)
def test_scenario(make_door, store, number, stickiness):
    STEPS[number](World(make_door(store), stickiness))


@pytest.mark.parametrize("store", ["redis", "cluster"])
def test_scenario_18(make_door, request, store):
    """The store's read times out: the hash's variant, degraded, nothing written."""
    server = request.getfixturevalue(f"shared_{store}")
    (stickiness,) = settings(18)
    world = World(make_door(store), stickiness)
    who = unit(IN_B)
    before = world.door.written()
    assert came_out(world.decide(unit(IN_B))) == ("B", "ASSIGNED")
    server.stop()
    try:
        answer = world.decide(who)
    finally:
        server.go_on()
    assert (answer.variant, answer.reason, answer.enrolled) == ("B", reason(18), True)
    assert answer.degraded
    assert world.door.written() == before + 1, "that of the unit before"

    def is_back() -> bool:
        return not world.decide(unit(IN_B)).degraded

    wait_until(is_back, "the store answers again")
    assert came_out(world.decide(who)) == ("B", "ASSIGNED"), "nothing had been written"


def test_every_scenario_has_its_steps():
    assert sorted([*STEPS, 18]) == list(range(1, 21))
