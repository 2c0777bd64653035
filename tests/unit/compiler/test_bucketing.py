"""The buckets of other systems as documents say them, whatever stands there."""

import random

import pytest

from turnout import CompileFailed, Engine
from turnout.compiler import bucketing, compile_documents
from turnout.documents import json_schema, read_mapping
from turnout.documents.names import BUCKETING_ALGORITHMS
from turnout.snapshot.v1 import snapshot_pb2 as pb

SHARES = ["0%", "25%", "50%", "100%", "33.3333%"]
SCALARS = [
    None, True, 0, 1, -1, 0.5, 2**70, float("nan"), float("inf"), "", "x", "25%", "é", "\ud800",
    "long" * 200,
]  # fmt: skip


def documents(written, split=None):
    split = split or {"on": "50%", "off": "50%"}
    rule = {"split": split, "bucketing": written}
    flag = {"variants": {"on": 1, "off": 0}, "default": "off", "rules": [rule]}
    return {"flags": {"f": flag}}


def compiled(written, split=None):
    content = compile_documents(read_mapping(documents(written, split))).content
    return pb.Content.FromString(content).flags[0].rules[0].split


def junk(chance, depth=0):
    kind = chance.random()
    if kind < 0.5 or depth > 3:
        return chance.choice(SCALARS)
    several = [junk(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    if kind < 0.7:
        return several
    names = chance.sample(["on", "off", "salt", "ranges", "x", ""], len(several))
    return dict(zip(names, several, strict=True))


def test_shards_are_asked_in_the_order_of_the_split():
    some, rest = [{"salt": "s", "ranges": [[0, 20]]}], []
    split = {"on": "20%", "off": "80%"}
    ways = [{"on": some, "off": rest}, {"off": rest, "on": some}]
    written = [{"algorithm": "eppo_md5", "total_shards": 100, "shards": one} for one in ways]
    first, second = (compiled(one, split) for one in written)
    assert first == second
    assert [len(one.shards) for one in first.bucketing.sharded] == [1, 0]


def test_whatever_is_written_compiles_and_links_or_is_refused():
    chance = random.Random(3)
    good = 0
    for _ in range(4000):
        name = chance.choice(BUCKETING_ALGORITHMS)
        written = {"algorithm": name}
        for parameter in bucketing._ALGORITHMS[name].parameters:
            if chance.random() < 0.6:
                usual = {"salt": "s", "param": "p", "seed": 5, "object": "o", "rollout": "5%"}
                given = usual.get(parameter, "x") if chance.random() < 0.7 else junk(chance)
                written[parameter] = given
        split = {"on": chance.choice(SHARES), "off": chance.choice(SHARES)}
        try:
            Engine.from_documents(documents(written, split))
        except CompileFailed:
            continue  # any other exception is a bug
        good += 1
    assert good > 100


@pytest.mark.parametrize("name", BUCKETING_ALGORITHMS)
def test_the_smallest_document_of_each(name):
    wanted = {
        "launchdarkly_sha1": {"salt": "s"},
        "statsig_sha256": {"salt": "s"},
        "planout_sha1": {"param": "p"},
        "eppo_md5": {"salt": "s"},
        "split_murmur3": {"seed": 1},
        "flagsmith_md5": {"object": "o"},
    }
    split = compiled({"algorithm": name, **wanted.get(name, {})})
    assert split.bucketing.algorithm == name
    # Neither slots nor a salt: nothing of ours is looked at, and no salt is taken.
    assert (split.salt, list(split.ranges)) == ("", [])


def test_the_item_stands_for_names_that_are_not_given():
    assert compiled({"algorithm": "growthbook_fnv_v1"}).bucketing.seed == "f"
    assert compiled({"algorithm": "launchdarkly_sha1", "salt": "s"}).bucketing.seed == "f.s"
    assert compiled({"algorithm": "planout_sha1", "param": "p"}).bucketing.seed == "f.p"
    assert compiled({"algorithm": "flagd_murmur3", "flag": ""}).bucketing.seed == ""


def test_sums_are_added_up_one_double_to_the_next():
    split = {"on": "10%", "off": "90%"}
    found = compiled({"algorithm": "posthog_sha1"}, split).bucketing.ranges
    assert [(one.start, one.end) for one in found] == [(0, 0.1), (0.1, 0.1 + 0.9)]
    thirds = {"algorithm": "flagd_murmur3_legacy", "weights": {"on": 1, "off": 2}}
    found = compiled(thirds, {"on": "33.3333%", "off": "66.6667%"}).bucketing.ranges
    assert [one.end for one in found] == [100 / 3, 100 / 3 + 200 / 3]


def test_only_whole_weights_of_launchdarkly_give_the_number_one_to_the_last():
    written = {"algorithm": "launchdarkly_sha1", "salt": "s"}
    assert compiled(written).bucketing.rest_to_last
    variants = {name: {"weight": "10%", "value": 1} for name in ("control", "b")}
    experiment = {"variants": variants, "bucketing": written}
    catalogue = read_mapping({"experiments": {"e": experiment}})
    content = pb.Content.FromString(compile_documents(catalogue).content)
    assert not content.experiments[0].bucketing.rest_to_last


def test_two_splits_of_one_seed_are_no_salts_that_clash():
    both = documents({"algorithm": "posthog_sha1", "flag": "same"})
    both["flags"]["g"] = {**both["flags"]["f"], "salt": "f"}
    compile_documents(read_mapping(both))


def test_the_schema_names_every_algorithm():
    rule = json_schema()["$defs"]["RuleDocument"]["properties"]["bucketing"]
    assert str(list(BUCKETING_ALGORITHMS)) in str(rule)
