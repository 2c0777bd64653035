"""For how many units a release changes who decides: slots whose owner is another one."""

from collections.abc import Iterable, Iterator, Sequence

from turnout.compiler.allocation import Owned, Slots, moved
from turnout.compiler.history import Identity
from turnout.compiler.shares import WHOLE
from turnout.snapshot.v1 import snapshot_pb2 as pb

Item = pb.Flag | pb.Experiment | pb.Layer | pb.Holdout | pb.Segment

_NOBODY = ""


class Served:
    """What a snapshot holds, by kind and key.

    Args:
        content: A serialised `turnout.snapshot.v1.Content`.
    """

    def __init__(self, content: bytes) -> None:
        read = pb.Content.FromString(content)
        self._experiments = [one.key for one in read.experiments]
        self._items: dict[Identity, Item] = {}
        for kind in ("segment", "flag", "experiment", "layer", "holdout"):
            for one in getattr(read, f"{kind}s"):
                self._items[kind, one.key] = one

    def moved_ppm(self, after: "Served", identity: Identity) -> int:
        """Slots whose owner changes, of a million; of the split that changes most.

        Of an experiment the slots of its traffic count too. A new salt moves everybody.
        """
        one, other = self._items.get(identity), after._items.get(identity)
        if isinstance(one, pb.Layer) and isinstance(other, pb.Layer):
            if one.salt != other.salt:
                return WHOLE
            return moved(
                _with_gaps(_allocated(one, self._experiments)),
                _with_gaps(_allocated(other, after._experiments)),
            )
        return 0 if one is None or other is None else _moved_ppm(one, other)


def _allocated(layer: pb.Layer, experiments: Sequence[str]) -> Owned:
    owned: Owned = {}
    for one in layer.allocations:
        owned.setdefault(experiments[one.experiment], []).append((one.start, one.end))
    return owned


def _moved_ppm(before: Item, after: Item) -> int:
    if isinstance(before, pb.Flag) and isinstance(after, pb.Flag):
        return max(_splits(before, after), default=0)
    if isinstance(before, pb.Experiment) and isinstance(after, pb.Experiment):
        return _experiment(before, after)
    if isinstance(before, pb.Holdout) and isinstance(after, pb.Holdout):
        return abs(before.share - after.share)
    return 0


def _splits(before: pb.Flag, after: pb.Flag) -> Iterator[int]:
    old = {rule.name: rule.split for rule in before.rules if rule.HasField("split")}
    for rule in after.rules:
        if rule.HasField("split") and rule.name in old:
            split = old[rule.name]
            if split.salt != rule.split.salt:
                yield WHOLE
            yield moved(_owned(before, split), _owned(after, rule.split))


def _experiment(before: pb.Experiment, after: pb.Experiment) -> int:
    if before.variant_salt != after.variant_salt:
        return WHOLE
    traffic = abs(before.traffic - after.traffic)
    return max(traffic, moved(_owned(before, before), _owned(after, after)))


def _owned(item: pb.Flag | pb.Experiment, choice: pb.Split | pb.Experiment) -> Owned:
    names = [variant.name for variant in item.variants]
    owned: Owned = {}
    for one in choice.ranges:
        owned.setdefault(names[one.variant], []).append((one.start, one.end))
    return _with_gaps(owned)


def _with_gaps(owned: Owned) -> Owned:
    every = (slots for several in owned.values() for slots in several)
    return {**owned, _NOBODY: list(_gaps(every))}


def _gaps(ranges: Iterable[Slots]) -> Iterator[Slots]:
    last = 0
    for start, end in sorted(ranges):
        if last < start:
            yield last, start
        last = end
    if last < WHOLE:
        yield last, WHOLE
