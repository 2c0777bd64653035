"""Writes the golden cases of other systems' buckets, from plain Python alone.

    python tests/conformance/bucketing_cases.py

writes `conformance/bucketing.json` (numbers) and `conformance/decisions/bucketing.json`
(documents and what they answer); a test fails when one is not current.
"""

import itertools
import json
import string
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference import foreign

ROOT = Path(__file__).parents[2] / "conformance"
ODD_IDS = ["42", " user-1", "alice@example.com", "ünïcode-日本", "😀"]
PUBLISHED = {
    "launchdarkly(flag1,salt1)": ("launchdarkly_sha1", {"seed": "flag1.salt1"}),
    "launchdarkly(seed=61)": ("launchdarkly_sha1", {"seed": "61"}),
    "growthbook_v1(seed=exp1)": ("growthbook_fnv_v1", {"seed": "exp1"}),
    "growthbook_v2(seed=exp1)": ("growthbook_fnv_v2", {"seed": "exp1"}),
    "unleash_rollout(group=flag1)": ("unleash_murmur3", {"rollout_seed": "flag1", "rollout": 0}),
    "unleash_variant(group=flag1,1000)": ("unleash_murmur3", {"seed": "flag1", "total": 1000}),
    "statsig_pass(spec,rule)": ("statsig_sha256", {"seed": "spec.rule", "total": 10000}),
    "statsig_user_bucket(salt)": ("statsig_sha256", {"seed": "salt", "total": 1000}),
    "optimizely(exp=1886780721)": ("optimizely_murmur3", {"seed": "1886780721"}),
    "planout_hash(exp.param)": ("planout_sha1", {"seed": "exp.param"}),
    "eppo(salt1)": ("eppo_md5", {"salt": "salt1", "total": 10000}),
    "flagd_new(flag1,100)": ("flagd_murmur3", {"seed": "flag1", "total": 100}),
    "flagd_legacy%(flag1)": ("flagd_murmur3_legacy", {"seed": "flag1"}),
    "posthog_rollout(flag1)": ("posthog_sha1", {"seed": "flag1", "rollout": 0}),
    "posthog_variant(flag1)": ("posthog_sha1", {"seed": "flag1"}),
    "flagsmith(seg1,u)": ("flagsmith_md5", {"seed": "seg1"}),
    "split(seed=123)": ("split_murmur3", {"hash_seed": 123}),
}


def vectors(published):
    """The published numbers, by algorithm and what is hashed."""
    for unit_id, numbers in published.items():
        for name, number in numbers.items():
            if name in PUBLISHED:
                algorithm, hashed = PUBLISHED[name]
                key = "digits" if algorithm == "planout_sha1" else "number"
                yield {"algorithm": algorithm, **hashed, "unit_id": unit_id, key: number}


def flagd_id(hash_wanted):
    """An id whose flagd hash after the flag `edge` is this one: murmur3, run backwards."""
    for before in map("".join, itertools.product(string.ascii_letters, repeat=4)):
        word = hash_wanted
        word ^= word >> 16
        word = word * pow(0xC2B2AE35, -1, 2**32) & foreign.MASK
        word ^= word >> 13 ^ word >> 26
        word = word * pow(0x85EBCA6B, -1, 2**32) & foreign.MASK
        word ^= word >> 16
        word ^= len("edge") + len(before) + 4
        word = (word - 0xE6546B64) * pow(5, -1, 2**32) & foreign.MASK
        word = foreign.turn(word, 32 - 13) ^ state_after("edge" + before)
        word = word * pow(0x1B873593, -1, 2**32) & foreign.MASK
        word = foreign.turn(word, 32 - 15) * pow(0xCC9E2D51, -1, 2**32) & foreign.MASK
        last = word.to_bytes(4, "little")
        if all(byte in string.ascii_letters.encode() for byte in last):
            assert foreign.murmur3(f"edge{before}{last.decode()}") == hash_wanted
            return before + last.decode()
    raise ValueError(hash_wanted)


def state_after(text):
    """The inner state of murmur3 after whole blocks."""
    state, content = 0, text.encode()
    for at in range(0, len(content), 4):
        state ^= foreign.scramble(content[at : at + 4])
        state = (foreign.turn(state, 13) * 5 + 0xE6546B64) & foreign.MASK
    return state


def redrawn(first):
    """An id that Flagsmith draws twice: its first number is exactly 100."""
    return next(
        unit_id
        for unit_id in map("user-{}".format, itertools.count())
        if foreign.md5_whole(f"{first},{unit_id}") % 9999 == 9998
    )


HALVES = {"on": "50%", "off": "50%"}
THREE = {"red": "20%", "green": "30%", "blue": "50%"}
THIRDS = {"red": "33.3333%", "green": "33.3333%", "blue": "33.3334%"}
SPLITS = {
    "ld-salt": ({"algorithm": "launchdarkly_sha1", "salt": "salt1"}, THREE),
    "ld-flag": ({"algorithm": "launchdarkly_sha1", "flag": "flag1", "salt": "salt1"}, HALVES),
    "ld-seed": ({"algorithm": "launchdarkly_sha1", "seed": 61}, {"on": "0.001%", "off": "99.999%"}),
    "gb-1": ({"algorithm": "growthbook_fnv_v1"}, THREE),
    # 0.1 + 0.2 is over 0.3 there, so that a number of 0.3 is `green` still.
    "gb-1-sums": (
        {"algorithm": "growthbook_fnv_v1", "seed": "exp1"},
        {"red": "10%", "green": "20%", "blue": "70%"},
    ),
    "gb-2-coverage": (
        {"algorithm": "growthbook_fnv_v2", "seed": "exp1", "coverage": "40%"},
        HALVES,
    ),
    "gb-2-ranges": (
        {
            "algorithm": "growthbook_fnv_v2",
            "seed": "exp1",
            "ranges": {"red": ["0%-10%", "50%-60%"], "green": ["30%-50%"]},
        },
        {"red": "20%", "green": "20%"},
    ),
    "unleash-variants": ({"algorithm": "unleash_murmur3"}, THREE),
    "unleash-rollout": ({"algorithm": "unleash_murmur3", "rollout": "30%"}, {"on": "100%"}),
    "unleash-both": (
        {
            "algorithm": "unleash_murmur3",
            "group": "flag1",
            "rollout": "60%",
            "rollout_group": "other",
            "weights": {"red": 1, "green": 1, "blue": 1},
        },
        THIRDS,
    ),
    "statsig-pass": (
        {"algorithm": "statsig_sha256", "salt": "spec", "rule": "rule"},
        {"on": "12.34%"},
    ),
    "statsig-bucket": ({"algorithm": "statsig_sha256", "salt": "salt"}, THREE),
    "statsig-ranges": (
        {"algorithm": "statsig_sha256", "salt": "salt", "ranges": {"on": ["50%-60%"]}},
        {"on": "10%"},
    ),
    "optimizely": ({"algorithm": "optimizely_murmur3", "experiment": "1886780721"}, THREE),
    "optimizely-twice": (
        {
            "algorithm": "optimizely_murmur3",
            "experiment": "1886780721",
            "ranges": {"red": ["0%-25%", "50%-70%"], "green": ["25%-40%"]},
        },
        {"red": "45%", "green": "15%"},
    ),
    "planout-uniform": (
        {"algorithm": "planout_sha1", "salt": "exp", "param": "param", "choice": "uniform"},
        THIRDS,
    ),
    "planout-weighted": ({"algorithm": "planout_sha1", "param": "param"}, THREE),
    "planout-own": (
        {"algorithm": "planout_sha1", "param": "p", "weights": {"on": 0.75, "off": 2.25}},
        {"on": "25%", "off": "75%"},
    ),
    "eppo": ({"algorithm": "eppo_md5", "salt": "salt1"}, THREE),
    "eppo-shards": (
        {
            "algorithm": "eppo_md5",
            "total_shards": 10000,
            "shards": {
                "red": [
                    {"salt": "traffic", "ranges": [[0, 3000], [5000, 8000]]},
                    {"salt": "split", "ranges": [[0, 5000]]},
                ],
                "green": [
                    {"salt": "traffic", "ranges": [[0, 3000], [5000, 8000]]},
                    {"salt": "split", "ranges": [[5000, 10000]]},
                ],
            },
        },
        {"red": "30%", "green": "30%"},
    ),
    # The first of which every shard holds the unit; one without shards holds everyone.
    "eppo-order": (
        {
            "algorithm": "eppo_md5",
            "total_shards": 100,
            "shards": {"red": [{"salt": "s", "ranges": [[0, 20]]}], "green": []},
        },
        {"red": "20%", "green": "80%"},
    ),
    "flagd": ({"algorithm": "flagd_murmur3", "flag": "flag1"}, THREE),
    "flagd-thirds": (
        {"algorithm": "flagd_murmur3", "weights": {"red": 1, "green": 1, "blue": 1}},
        THIRDS,
    ),
    "flagd-plain": ({"algorithm": "flagd_murmur3", "flag": ""}, HALVES),
    "edge": ({"algorithm": "flagd_murmur3_legacy"}, THREE),
    "flagd-legacy-thirds": (
        {"algorithm": "flagd_murmur3_legacy", "weights": {"red": 2, "green": 2, "blue": 2}},
        THIRDS,
    ),
    "posthog": ({"algorithm": "posthog_sha1", "flag": "flag1"}, THREE),
    "posthog-rollout": ({"algorithm": "posthog_sha1", "rollout": "33.3%"}, HALVES),
    "split": ({"algorithm": "split_murmur3", "seed": 123}, THREE),
    "split-negative": ({"algorithm": "split_murmur3", "seed": -1222652054}, {"on": "37%"}),
    "flagsmith": ({"algorithm": "flagsmith_md5", "object": "seg1"}, {"on": "23.3246%"}),
    "flagsmith-many": ({"algorithm": "flagsmith_md5", "object": "12"}, THREE),
}
EXPERIMENTS = {
    # The rest of LaunchDarkly's units is there without being counted: nobody's here.
    "ld-experiment": ({"algorithm": "launchdarkly_sha1", "salt": "s"}, {"a": "10%", "b": "20%"}),
    "gb-experiment": ({"algorithm": "growthbook_fnv_v2", "coverage": "80%"}, HALVES),
    "eppo-experiment": ({"algorithm": "eppo_md5", "salt": "salt1"}, {"a": "10%", "b": "10%"}),
}
EDGES = {
    "edge": [flagd_id(hash_) for hash_ in (0x7FFFFFFF, 0x80000000, 0x80000001, 0)],
    "flagsmith": [redrawn("seg1")],
    "flagsmith-many": [redrawn("12")],
    "gb-1-sums": [
        next(
            f"user-{n}"
            for n in itertools.count()
            if foreign.growthbook_number_1("exp1", f"user-{n}") == 0.3
        )
    ],
}


def documents():
    """One flag a split and one experiment."""
    return {
        "flags": {
            key: {
                "variants": {**{name: name for name in weights}, "none": "none"},
                "default": "none",
                "rules": [{"name": "moved", "split": weights, "bucketing": bucketing}],
            }
            for key, (bucketing, weights) in SPLITS.items()
        },
        "experiments": {
            key: {
                "status": "running",
                "control": next(iter(weights)),
                "variants": {name: {"weight": w, "value": name} for name, w in weights.items()},
                "bucketing": bucketing,
            }
            for key, (bucketing, weights) in EXPERIMENTS.items()
        },
    }


def cases():
    """For each item two ids of every outcome, the odd ids, and the edges of its algorithm."""
    for key, (bucketing, weights) in {**SPLITS, **EXPERIMENTS}.items():
        for unit_id in picked(key, bucketing, weights):
            variant = foreign.chosen(key, bucketing, weights, unit_id)
            make = split_case if key in SPLITS else experiment_case
            yield case(key, unit_id, make(key, variant, weights))
        nobody = split_case(key, None, weights)
        if key in EXPERIMENTS:
            nobody = experiment_case(key, None, weights) | {"reason": "NO_UNIT"}
        for unit_id in (None, ""):
            yield case(key, unit_id, nobody)


def case(key, unit_id, expected):
    context = {} if unit_id is None else {"unit_id": unit_id}
    name = "no id" if unit_id is None else unit_id or "an empty id"
    return {"name": f"{key}: {name}", "key": key, "context": context, "expected": expected}


def picked(key, bucketing, weights):
    seen = dict.fromkeys([*weights, None], 0)
    ids = [f"user-{n}" for n in range(400)]
    for unit_id in ids:
        outcome = foreign.chosen(key, bucketing, weights, unit_id)
        seen[outcome] += 1
        if seen[outcome] <= 2:
            yield unit_id
    yield from ODD_IDS
    yield from EDGES.get(key, [])


def split_case(_key, variant, _weights):
    if variant is None:
        return {"variant": "none", "value": "none", "reason": "DEFAULT"}
    return {"variant": variant, "value": variant, "reason": "SPLIT", "rule": "moved"}


def experiment_case(key, variant, weights):
    told = {"experiment": key}
    if variant is None:
        control = next(iter(weights))
        return told | {"variant": control, "value": control, "reason": "NOT_IN_TRAFFIC"}
    return told | {"variant": variant, "value": variant, "reason": "ASSIGNED", "enrolled": True}


def decisions_text():
    """`conformance/decisions/bucketing.json`, a case a line."""
    about = (
        "The buckets of other systems, by splits and experiments; computed from hashlib alone, "
        "see tests/conformance/bucketing_cases.py."
    )
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in cases())
    written = json.dumps(documents(), ensure_ascii=False, indent=1)
    return (
        f'{{\n"about": {json.dumps(about)},\n"documents": {written},\n"cases": [\n{lines}\n]\n}}\n'
    )


def main():
    """Writes the decisions; the numbers are the published ones."""
    (ROOT / "decisions" / "bucketing.json").write_text(decisions_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
