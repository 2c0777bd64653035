"""The buckets of other systems: the golden files, and the engine against plain Python."""

from fractions import Fraction

import bucketing_cases
import golden
import pytest

from turnout import Context, Engine
from turnout.compiler import bucketing
from turnout.documents.names import BUCKETING_ALGORITHMS

VECTORS = golden.read("bucketing.json")["vectors"]


def test_every_algorithm_is_built():
    assert tuple(bucketing._ALGORITHMS) == BUCKETING_ALGORITHMS
    written = bucketing_cases.documents()["flags"].values()
    used = {flag["rules"][0]["bucketing"]["algorithm"] for flag in written}
    assert used == set(BUCKETING_ALGORITHMS)


def test_the_golden_decisions_are_current():
    file = golden.ROOT / "decisions" / "bucketing.json"
    assert file.read_text(encoding="utf-8") == bucketing_cases.decisions_text()


def test_the_edges_are_where_they_were_looked_for():
    legacy = {case["context"]["unit_id"]: case for case in bucketing_cases.cases()
              if case["key"] == "edge" and case["context"].get("unit_id")}  # fmt: skip
    over, beyond, below, lowest = (legacy[one] for one in bucketing_cases.EDGES["edge"])
    # No sum of weights reaches 100 % of 31 bits.
    assert {one["expected"]["reason"] for one in (over, beyond, below)} == {"DEFAULT"}
    assert lowest["expected"]["variant"] == "red"


@pytest.mark.parametrize("key", [*bucketing_cases.SPLITS, *bucketing_cases.EXPERIMENTS])
def test_the_engine_gives_what_the_other_system_gave(key):
    both = {**bucketing_cases.SPLITS, **bucketing_cases.EXPERIMENTS}
    written, weights = both[key]
    engine = Engine.from_documents(bucketing_cases.documents())
    none = "none" if key in bucketing_cases.SPLITS else next(iter(weights))
    for unit_id in map("unit {}/ä".format, range(1000)):
        expected = bucketing_cases.foreign.chosen(key, written, weights, unit_id)
        decision = engine.decide(key, Context(unit_id))
        assert decision.variant == (expected or none), unit_id
        assert (decision.reason in ("SPLIT", "ASSIGNED")) == (expected is not None), unit_id


@pytest.mark.parametrize(
    ("sticky", "variant", "reason"), [(True, "b", "STICKY"), (False, "a", "REASSIGNED")]
)
def test_a_record_counts_as_with_slots_of_ours(sticky, variant, reason):
    written, weights = {"algorithm": "unleash_murmur3"}, {"a": "50%", "b": "50%"}
    variants = {name: {"weight": weight, "value": name} for name, weight in weights.items()}
    experiment = {"status": "running", "control": "a", "variants": variants, "bucketing": written}
    engine = Engine.from_documents({"experiments": {"e": experiment | {"variant_sticky": sticky}}})
    ids = map("user-{}".format, range(100))
    unit_id = next(
        one for one in ids if bucketing_cases.foreign.chosen("e", written, weights, one) == "a"
    )
    (first,) = engine.decide("e", Context(unit_id)).assignments_to_persist
    assert first.variant == "a"
    decision = engine.decide(
        "e", Context(unit_id, sticky_assignments=[first._replace(variant="b")])
    )
    assert (decision.variant, decision.reason) == (variant, reason)


@pytest.mark.parametrize(
    "vector",
    [one for one in VECTORS if one["unit_id"]],
    ids=lambda one: f"{one['algorithm']} {one['unit_id']!a}",
)
def test_a_published_number_is_where_a_document_puts_a_boundary(vector):
    """Two variants with the boundary right below and right above the number."""
    for below in (True, False):
        split = boundary(vector, below=below)
        if split is None:
            continue
        engine = Engine.from_documents({"flags": {"f": flag(*split)}})
        decision = engine.decide("f", Context(vector["unit_id"]))
        assert decision.variant == ("high" if below else "low"), split


def flag(written, low):
    rest = "100%" if low is None else f"{(1_000_000 - low) / 10_000:.4f}%"
    split = {"low": f"{low / 10_000:.4f}%", "high": rest}
    return {
        "variants": {"low": 1, "high": 2},
        "default": "low",
        "rules": [{"split": split, "bucketing": written}],
    }


def boundary(vector, *, below):
    """The parameters, and the parts per million of `low`; None where no boundary fits."""
    made = DOCUMENTS.get((vector["algorithm"], "rollout" in vector))
    if made is None:
        return None
    written, scale, step, closed = made(vector)
    step = Fraction(step)
    number = (
        Fraction(vector["digits"], 2**60) if "digits" in vector else Fraction(str(vector["number"]))
    )
    # Half open: `low` ends at the number, or one step over it. Closed: one step less.
    at = number // step * step if below else number // step * step + step
    ppm = round((at - step if closed else at) / scale * 1_000_000)
    if not 0 <= ppm <= 1_000_000:
        return None
    return {"algorithm": vector["algorithm"], **written}, ppm


DOCUMENTS = {
    ("launchdarkly_sha1", False): lambda one: (
        dict(zip(("flag", "salt"), one["seed"].split("."), strict=True))
        if "." in one["seed"]
        else {"seed": int(one["seed"])},
        1,
        "0.00001",
        False,
    ),
    ("growthbook_fnv_v1", False): lambda one: ({"seed": one["seed"]}, 1, "0.001", False),
    ("growthbook_fnv_v2", False): lambda one: ({"seed": one["seed"]}, 1, "0.0001", False),
    ("unleash_murmur3", False): lambda one: ({"group": one["seed"]}, 1000, 1, True),
    ("statsig_sha256", False): lambda one: (
        dict(zip(("salt", "rule"), one["seed"].split("."), strict=False)),
        one["total"],
        1,
        False,
    ),
    ("optimizely_murmur3", False): lambda one: ({"experiment": one["seed"]}, 10000, 1, False),
    ("planout_sha1", False): lambda one: (
        dict(zip(("salt", "param"), one["seed"].split("."), strict=True)),
        1,
        "0.000001",
        False,
    ),
    ("eppo_md5", False): lambda one: ({"salt": one["salt"]}, 10000, 1, False),
    ("flagd_murmur3", False): lambda one: ({"flag": one["seed"]}, 100, 1, False),
    ("flagd_murmur3_legacy", False): lambda one: ({"flag": one["seed"]}, 100, "0.0001", False),
    ("posthog_sha1", False): lambda one: ({"flag": one["seed"]}, 1, "0.000001", False),
    ("split_murmur3", False): lambda one: ({"seed": one["hash_seed"]}, 100, 1, True),
    ("flagsmith_md5", False): lambda one: ({"object": one["seed"]}, 100, "0.0001", False),
}
