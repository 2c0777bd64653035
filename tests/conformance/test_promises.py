"""What stays as it was when a share grows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from turnout import Context, Engine

UNITS = [Context(f"u-{n}") for n in range(300)]
PPM = st.integers(0, 1_000_000)


def percent(ppm):
    return f"{ppm // 10_000}.{ppm % 10_000:04}%"


def experiment(traffic):
    variants = {
        "control": {"weight": "33.3333%", "value": 0},
        "b": {"weight": "33.3333%", "value": 1},
        "c": {"weight": "20%", "value": 2},
    }
    return {"e": {"status": "running", "traffic": percent(traffic), "variants": variants}}


def flag(share):
    split = {"on": percent(share), "off": percent(1_000_000 - share)}
    return {
        "f": {"variants": {"on": True, "off": False}, "default": "off", "rules": [{"split": split}]}
    }


@settings(max_examples=40, deadline=None)
@given(shares=st.tuples(PPM, PPM).map(sorted))
def test_a_ramp_keeps_who_is_in_and_what_they_see(shares):
    before, after = (Engine.from_documents({"experiments": experiment(s)}) for s in shares)
    for unit in UNITS:
        was, now = before.decide("e", unit), after.decide("e", unit)
        if was.enrolled:
            assert (now.enrolled, now.variant) == (True, was.variant)


@settings(max_examples=40, deadline=None)
@given(shares=st.tuples(PPM, PPM).map(sorted))
def test_a_wider_split_keeps_who_is_in(shares):
    before, after = (Engine.from_documents({"flags": flag(s)}) for s in shares)
    for unit in UNITS:
        if before.decide("f", unit).value:
            assert after.decide("f", unit).value


def test_a_share_is_as_big_as_it_says():
    engine = Engine.from_documents({"flags": flag(30_000)})
    inside = sum(engine.decide("f", Context(f"u-{n}")).value for n in range(100_000))
    # Three per cent of 100,000 are 3,000, with a standard deviation of 54.
    assert abs(inside - 3_000) < 5 * 54


def test_rules_of_a_flag_share_one_salt():
    split = {"on": "40%", "off": "60%"}
    rules = [{"when": {"attribute": "plan", "is": "pro"}, "split": split}, {"split": split}]
    variants = {"on": True, "off": False}
    engine = Engine.from_documents(
        {"flags": {"f": {"variants": variants, "default": "off", "rules": rules}}}
    )
    for unit in UNITS:
        pro = Context(unit.unit_id, {"plan": "pro"})
        assert engine.decide("f", pro).variant == engine.decide("f", unit).variant
