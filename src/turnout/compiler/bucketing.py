"""From `bucketing:` as written to the buckets of another system, its doubles and all.

What a weight is there, the systems say themselves: LaunchDarkly counts in 100,000ths, Split in
whole percents. A weight that such a system cannot have is refused, never rounded.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from turnout.compiler.foreign_weights import agree, read_weights
from turnout.compiler.parameters import Parameters
from turnout.compiler.ranges import read_ranges
from turnout.compiler.scope import Scope
from turnout.compiler.shards import add_contiguous, add_shards
from turnout.compiler.shares import WHOLE, percent
from turnout.documents.names import nearest
from turnout.documents.problem import Path, clip, describe
from turnout.snapshot.v1 import snapshot_pb2 as pb

Weights = dict[str, int]
"""By variant in the order written, in parts per million."""

_PPM_PER_PERCENT = 10_000
_INT32 = 2**31


class Use(NamedTuple):
    """Where a bucketing stands."""

    key: str
    """Of the item."""
    weights: Weights
    names: Mapping[str, int]
    """The index of each variant of the item."""
    weights_path: Path
    in_split: bool


class _Algorithm(NamedTuple):
    parameters: tuple[str, ...]
    compile: Callable[[Parameters, Use, pb.Bucketing], None]
    leaves_out: bool = True
    """Weights may add up to less than 100 %: a number beyond them falls to nobody."""


def compile_bucketing(
    scope: Scope, written: Mapping[str, Any], path: Path, use: Use, into: pb.Bucketing
) -> None:
    """Compiles the buckets of another system; what is wrong goes to the scope."""
    name = written.get("algorithm")
    algorithm = _ALGORITHMS.get(name) if isinstance(name, str) else None
    if algorithm is None:
        _refuse_name(scope, path, name, known="algorithm" in written)
        return
    into.algorithm = str(name)
    given = Parameters(scope, path, written, use.key)
    given.know(algorithm.parameters)
    total = sum(use.weights.values())
    in_full = not algorithm.leaves_out or (use.in_split and name == "launchdarkly_sha1")
    if in_full and total < WHOLE and "ranges" not in written:
        text = f"the weights add up to {percent(total)}, not to 100 %: `{name}` leaves nobody out"
        scope.refuse(use.weights_path, text)
        return
    algorithm.compile(given, use, into)


def _refuse_name(scope: Scope, path: Path, name: object, *, known: bool) -> None:
    listed = ", ".join(f"`{one}`" for one in _ALGORITHMS)
    if not known:
        scope.refuse(path, f"`algorithm` is missing: name one of {listed}")
        return
    hint = nearest(name, _ALGORITHMS) if isinstance(name, str) else ""
    text = f"unknown algorithm {describe(name)}" + (hint or f": there are {listed}")
    scope.refuse((*path, "algorithm"), text)


def _launchdarkly(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    if "seed" in given:
        into.seed = str(given.whole("seed", 0, -(2**63), 2**63 - 1))
        given.refuse_beside("seed", "flag", "salt")
    else:
        into.seed = f"{given.text('flag', given.key)}.{given.text('salt')}"
    counted = _counted(given, use, 100_000, "100,000ths")
    _add_sums(use, into, ((name, count / 100_000) for name, count in counted))
    into.rest_to_last = sum(use.weights.values()) == WHOLE


def _growthbook(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("seed", given.key)
    if "ranges" in given:
        given.refuse_beside("ranges", "coverage")
        _add_ranges(given, use, into, 1)
        return
    coverage = given.share("coverage", WHOLE) / WHOLE
    start = 0.0
    for name, ppm in use.weights.items():
        _add(use, into, name, start, start + coverage * (ppm / WHOLE))
        start += ppm / WHOLE


def _unleash(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("group", given.key)
    if "rollout" in given:
        into.rollout_seed = given.text("rollout_group", into.seed)
        rollout = given.share("rollout", WHOLE)
        into.rollout = rollout // _PPM_PER_PERCENT
        if rollout % _PPM_PER_PERCENT:
            given.refuse("Unleash counts in whole percents: write one", "rollout")
    elif "rollout_group" in given:
        text = "`rollout_group` has no place without `rollout`: remove it"
        given.refuse(text, "rollout_group", at_key=True)
    counted = _own_weights(given, use) or dict(_counted(given, use, 1_000, "1,000ths"))
    into.total = sum(counted.values())
    _add_sums(use, into, counted.items())


def _statsig(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    salt = given.text("salt")
    into.seed = f"{salt}.{given.text('rule')}" if "rule" in given else salt
    into.total = 10_000 if "rule" in given else 1_000
    if "ranges" in given:
        _add_ranges(given, use, into, into.total)
    else:
        _add_sums(use, into, _counted(given, use, into.total, f"{into.total:,}ths"))


def _optimizely(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("experiment", given.key)
    if "ranges" in given:
        _add_ranges(given, use, into, 10_000)
    else:
        _add_sums(use, into, _counted(given, use, 10_000, "10,000ths"))


def _planout(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = f"{given.text('salt', given.key)}.{given.text('param')}"
    if given.word("choice", ("weighted", "uniform")) == "uniform":
        given.refuse_beside("choice: uniform", "weights")
        alike = dict.fromkeys(use.weights, 1)
        if fault := agree(alike, use.weights):
            given.refuse(f"{fault}: a uniform choice gives all the same share", "choice")
        into.total = len(alike)
        _add_sums(use, into, alike.items())
        return
    shares = {name: ppm / WHOLE for name, ppm in use.weights.items()}
    _add_sums(use, into, (_own_weights(given, use, fractions=True) or shares).items())


def _eppo(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.total = given.whole("total_shards", 10_000, 1, 2**32 - 1)
    if "shards" in given:
        given.refuse_beside("shards", "salt")
        add_shards(given, use.weights, use.names, into)
    else:
        salt = given.text("salt")
        counted = _counted(given, use, into.total, f"{into.total:,}ths")
        add_contiguous(salt, counted, use.names, into)


def _flagd(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("flag", given.key, empty=True)
    counted = _own_weights(given, use) or _smallest(use.weights)
    into.total = sum(counted.values())
    _add_sums(use, into, counted.items())


def _flagd_legacy(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("flag", given.key, empty=True)
    counted = _own_weights(given, use) or _smallest(use.weights)
    total = sum(counted.values())
    _add_sums(use, into, ((name, 100 * count / total) for name, count in counted.items()))


def _posthog(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("flag", given.key)
    if "rollout" in given:
        into.rollout = given.share("rollout", WHOLE) / _PPM_PER_PERCENT / 100
    shares = ((name, ppm / _PPM_PER_PERCENT / 100) for name, ppm in use.weights.items())
    _add_sums(use, into, shares)


def _split(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    if "seed" not in given:
        given.refuse("`seed` is missing: `split_murmur3` hashes with it")
    into.hash_seed = given.whole("seed", 0, -_INT32, 2 * _INT32 - 1) % (2 * _INT32)
    _add_sums(use, into, _counted(given, use, 100, "whole percents"))


def _flagsmith(given: Parameters, use: Use, into: pb.Bucketing) -> None:
    into.seed = given.text("object")
    shares = ((name, ppm / _PPM_PER_PERCENT) for name, ppm in use.weights.items())
    _add_sums(use, into, shares)


def _counted(given: Parameters, use: Use, total: int, counted_in: str) -> list[tuple[str, int]]:
    """The weights as that system counts them; one that it cannot have is refused."""
    counted = []
    for name, ppm in use.weights.items():
        count, rest = divmod(ppm * total, WHOLE)
        if rest:
            system = given.algorithm.partition("_")[0]
            text = (
                f"{system} counts in {counted_in}, and cannot give `{clip(name)}` {percent(ppm)}: "
                "write the share that it has there"
            )
            given.refuse(text)
        counted.append((name, count))
    return counted


def _own_weights(given: Parameters, use: Use, *, fractions: bool = False) -> dict[str, Any] | None:
    """The weights that the parameters hold, which must agree with those beside them."""
    return read_weights(given, use.weights, fractions=fractions) if "weights" in given else None


def _smallest(weights: Weights) -> Weights:
    """Weights without a common divisor: what people wrote, when they wrote whole percents."""
    if all(ppm % _PPM_PER_PERCENT == 0 for ppm in weights.values()):
        return {name: ppm // _PPM_PER_PERCENT for name, ppm in weights.items()}
    return weights


def _add_sums(use: Use, into: pb.Bucketing, shares: Iterable[tuple[str, float]]) -> None:
    """One range after the other, their ends added up as these systems do it."""
    start = 0.0
    for name, share in shares:
        _add(use, into, name, start, start + share)
        start += share


def _add_ranges(given: Parameters, use: Use, into: pb.Bucketing, scale: int) -> None:
    """The ranges that the parameters hold, which must agree with the weights beside them."""
    found = read_ranges(given.refuse, given["ranges"], ("ranges",), use.names)
    owned = dict.fromkeys(use.weights, 0)
    for start, end, name in found:
        owned[name] = owned.get(name, 0) + end - start
        _add(use, into, name, scale * start / WHOLE, scale * end / WHOLE)
    for name, ppm in owned.items():
        if found and ppm != (weight := use.weights.get(name, 0)):
            text = (
                f"the ranges of `{clip(name)}` are {percent(ppm)} together, its weight "
                f"{percent(weight)}: write the weight that the ranges make"
            )
            given.refuse(text, "ranges")


def _add(use: Use, into: pb.Bucketing, name: str, start: float, end: float) -> None:
    if start < end and name in use.names:
        into.ranges.add(start=start, end=end, variant=use.names[name])


_ALGORITHMS: dict[str, _Algorithm] = {
    "launchdarkly_sha1": _Algorithm(("flag", "salt", "seed"), _launchdarkly),
    "growthbook_fnv_v1": _Algorithm(("seed", "coverage", "ranges"), _growthbook, False),
    "growthbook_fnv_v2": _Algorithm(("seed", "coverage", "ranges"), _growthbook, False),
    "unleash_murmur3": _Algorithm(
        ("group", "rollout", "rollout_group", "weights"), _unleash, False
    ),
    "statsig_sha256": _Algorithm(("salt", "rule", "ranges"), _statsig),
    "optimizely_murmur3": _Algorithm(("experiment", "ranges"), _optimizely),
    "planout_sha1": _Algorithm(("salt", "param", "choice", "weights"), _planout, False),
    "eppo_md5": _Algorithm(("salt", "total_shards", "shards"), _eppo),
    "flagd_murmur3": _Algorithm(("flag", "weights"), _flagd, False),
    "flagd_murmur3_legacy": _Algorithm(("flag", "weights"), _flagd_legacy, False),
    "posthog_sha1": _Algorithm(("flag", "rollout"), _posthog),
    "split_murmur3": _Algorithm(("seed",), _split),
    "flagsmith_md5": _Algorithm(("object",), _flagsmith),
}
