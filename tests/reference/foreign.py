"""The bucketing of other systems, slow and obvious: semantics.md section 7, line by line.

`choose` takes what a document says of an algorithm, with every weight in parts per million, and
gives the name of the variant, or None.
"""

import hashlib
from fractions import Fraction

from reference.bucketing import ppm, read_range

LARGEST = 0xFFFFFFFFFFFFFFF
MASK = 0xFFFFFFFF


def sha1_15(text):
    return int(hashlib.sha1(text.encode()).hexdigest()[:15], 16)


def sha256_8(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def md5_4(text):
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:4], "big")


def fnv1a(text):
    found = 0x811C9DC5
    for byte in text.encode():
        found = ((found ^ byte) * 0x01000193) & MASK
    return found


def murmur3(text, seed=0):
    content = text.encode()
    found = seed & MASK
    whole = len(content) // 4 * 4
    for at in range(0, whole, 4):
        found ^= scramble(content[at : at + 4])
        found = (turn(found, 13) * 5 + 0xE6546B64) & MASK
    if content[whole:]:
        found ^= scramble(content[whole:])
    found ^= len(content)
    found ^= found >> 16
    found = found * 0x85EBCA6B & MASK
    found ^= found >> 13
    found = found * 0xC2B2AE35 & MASK
    return found ^ found >> 16


def scramble(block):
    return turn(int.from_bytes(block, "little") * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK


def turn(word, by):
    return (word << by | word >> (32 - by)) & MASK


def md5_whole(text):
    return int(hashlib.md5(text.encode()).hexdigest(), 16)


def flagsmith(first, second):
    text = joined = f"{first},{second}"
    while True:
        found = md5_whole(text) % 9999 / 9998 * 100
        if found != 100:
            return found
        text += joined


def choose(algorithm, key, given, weights, unit_id):
    """The variant of a unit.

    Args:
        algorithm: By its name.
        key: Of the item, which stands for what is not given.
        given: The parameters, shares in parts per million.
        weights: By variant, in parts per million, in order.
        unit_id: Not empty.
    """
    return ALGORITHMS[algorithm](key, given, weights, unit_id)


def first_below(number, ends):
    return next((name for name, end in ends if number < end), None)


def first_up_to(number, ends):
    return next((name for name, end in ends if number <= end), None)


def ends(shares):
    """Running sums, as these systems add them: one double to the next."""
    total = 0
    for name, share in shares.items():
        total += share
        if share:
            yield name, total


def launchdarkly(key, given, weights, unit_id):
    before = str(given["seed"]) if "seed" in given else f"{given.get('flag', key)}.{given['salt']}"
    number = sha1_15(f"{before}.{unit_id}") / float(LARGEST)
    found = first_below(number, ends({name: one / 10 / 100000 for name, one in weights.items()}))
    if found is None and sum(weights.values()) == 1_000_000:
        return [name for name, weight in weights.items() if weight][-1]
    return found


def growthbook(number):
    def chosen(key, given, weights, unit_id):
        at = number(given.get("seed", key), unit_id)
        if "ranges" in given:
            return _in_ranges(at, given["ranges"], 1)
        start = 0
        for name, weight in weights.items():
            share = weight / 1_000_000
            if start <= at < start + given.get("coverage", 1_000_000) / 1_000_000 * share:
                return name
            start += share
        return None

    return chosen


def _in_ranges(number, ranges, scale):
    for name, pairs in ranges.items():
        for start, end in pairs:
            low, high = (Fraction(one, 1_000_000) * scale for one in (start, end))
            if low <= Fraction(str(number)) < high:
                return name
    return None


def growthbook_number_1(seed, unit_id):
    return fnv1a(f"{unit_id}{seed}") % 1000 / 1000


def growthbook_number_2(seed, unit_id):
    return fnv1a(str(fnv1a(f"{seed}{unit_id}"))) % 10000 / 10000


def unleash(key, given, weights, unit_id):
    group = given.get("group", key)
    if "rollout" in given:
        rolled = murmur3(f"{given.get('rollout_group', group)}:{unit_id}") % 100 + 1
        if rolled > given["rollout"] / 10_000:
            return None
    counted = given.get("weights") or {name: ppm // 1000 for name, ppm in weights.items()}
    number = murmur3(f"{group}:{unit_id}", 86028157) % sum(counted.values()) + 1
    return first_up_to(number, ends(counted))


def statsig(_key, given, weights, unit_id):
    if "rule" in given:
        total, text = 10_000, f"{given['salt']}.{given['rule']}.{unit_id}"
    else:
        total, text = 1_000, f"{given['salt']}.{unit_id}"
    number = sha256_8(text) % total
    if "ranges" in given:
        return _in_ranges(number, given["ranges"], total)
    return first_below(
        number, ends({name: ppm * total // 1_000_000 for name, ppm in weights.items()})
    )


def optimizely(key, given, weights, unit_id):
    number = murmur3(f"{unit_id}{given.get('experiment', key)}", 1) * 10000 // 2**32
    if "ranges" in given:
        return _in_ranges(number, given["ranges"], 10000)
    return first_below(number, ends({name: ppm // 100 for name, ppm in weights.items()}))


def planout(key, given, weights, unit_id):
    found = sha1_15(f"{given.get('salt', key)}.{given['param']}.{unit_id}")
    if given.get("choice") == "uniform":
        return list(weights)[found % len(weights)]
    counted = given.get("weights") or {name: ppm / 1_000_000 for name, ppm in weights.items()}
    *_, (_, total) = ends(counted)
    return first_up_to(found / float(LARGEST) * total, ends(counted))


def eppo(_key, given, weights, unit_id):
    total = given.get("total_shards", 10000)
    shards = given.get("shards")
    if shards is None:
        start, shards = 0, {}
        for name, ppm in weights.items():
            end = start + ppm * total // 1_000_000
            shards[name] = [{"salt": given["salt"], "ranges": [[start, end]]}]
            start = end
    for name, several in shards.items():
        if all(
            any(
                start <= md5_4(f"{shard['salt']}-{unit_id}") % total < end
                for start, end in shard["ranges"]
            )
            for shard in several
        ):
            return name
    return None


def flagd(key, given, weights, unit_id):
    counted = given.get("weights") or weights
    number = murmur3(f"{given.get('flag', key)}{unit_id}") * sum(counted.values()) >> 32
    return first_below(number, ends(counted))


def flagd_legacy(key, given, weights, unit_id):
    found = murmur3(f"{given.get('flag', key)}{unit_id}")
    number = abs(found - 2**32 if found >= 2**31 else found) / (2**31 - 1) * 100
    counted = given.get("weights") or weights
    total = sum(counted.values())
    return first_below(number, ends({name: 100 * one / total for name, one in counted.items()}))


def posthog(key, given, weights, unit_id):
    flag = given.get("flag", key)
    rollout = given.get("rollout", 1_000_000) / 10_000 / 100
    if sha1_15(f"{flag}.{unit_id}") / float(LARGEST) > rollout:
        return None
    number = sha1_15(f"{flag}.{unit_id}variant") / float(LARGEST)
    return first_below(number, ends({name: ppm / 10_000 / 100 for name, ppm in weights.items()}))


def split(_key, given, weights, unit_id):
    number = murmur3(unit_id, given["seed"]) % 100 + 1
    return first_up_to(number, ends({name: ppm // 10_000 for name, ppm in weights.items()}))


def flagsmith_split(_key, given, weights, unit_id):
    number = flagsmith(given["object"], unit_id)
    return first_up_to(number, ends({name: ppm / 10_000 for name, ppm in weights.items()}))


ALGORITHMS = {
    "launchdarkly_sha1": launchdarkly,
    "growthbook_fnv_v1": growthbook(growthbook_number_1),
    "growthbook_fnv_v2": growthbook(growthbook_number_2),
    "unleash_murmur3": unleash,
    "statsig_sha256": statsig,
    "optimizely_murmur3": optimizely,
    "planout_sha1": planout,
    "eppo_md5": eppo,
    "flagd_murmur3": flagd,
    "flagd_murmur3_legacy": flagd_legacy,
    "posthog_sha1": posthog,
    "split_murmur3": split,
    "flagsmith_md5": flagsmith_split,
}


def chosen(key, bucketing, weights, unit_id):
    """As `choose`, of what a document holds: shares are still percentages."""
    given = {name: value for name, value in bucketing.items() if name != "algorithm"}
    for name in ("coverage", "rollout"):
        if name in given:
            given[name] = ppm(given[name])
    if "ranges" in given:
        given["ranges"] = {
            name: [read_range(one) for one in several] for name, several in given["ranges"].items()
        }
    shares = {name: ppm(share) for name, share in weights.items()}
    return choose(bucketing["algorithm"], key, given, shares, unit_id)
