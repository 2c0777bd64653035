"""One item while it is compiled: what it is held against, and what is found about it."""

from collections.abc import Iterable, Mapping, MutableSequence
from typing import NamedTuple

from turnout.documents.problem import Fault, Path
from turnout.snapshot.v1 import snapshot_pb2 as pb

UnitHolder = pb.Segment | pb.Flag | pb.Experiment | pb.Layer | pb.Holdout | pb.SlotCondition


class QueryShape(NamedTuple):
    """What others look at of a query, which is no part of a snapshot."""

    key: str
    named: frozenset[str] | None
    """Its parameters; None: what it asks cannot be read."""
    required: frozenset[str]
    """Parameters that have no value unless a segment gives one."""


Message = pb.Segment | pb.Flag | pb.Experiment | pb.Layer | pb.Holdout | QueryShape


class Surroundings(NamedTuple):
    """What an item is compiled against, apart from the items that it refers to."""

    workspace_key: str
    attributes: Mapping[str, str]
    """The declared type of each attribute of the schema, empty where it is not known."""
    timezone: str = "UTC"
    """Of dates that name no zone."""


class SegmentUse(NamedTuple):
    """A reference to a segment."""

    key: str
    path: Path
    expression: pb.Expression | None = None
    """Where its index goes; None in `include` and `exclude`."""
    unit: str | None = None
    """The unit kind that the reference names."""
    groups: int = 0
    """Groups and negations around it."""


class VariantUse(NamedTuple):
    """A reference to a flag or an experiment that must come out as one of some variants."""

    kind: str
    """`flag` or `experiment`."""
    key: str
    path: Path
    """Where the key stands."""
    variants: Mapping[str, Path]
    """The names, and where each stands."""
    condition: pb.VariantCondition
    """Where the item's index goes."""


class QueryUse(NamedTuple):
    """A reference to the query of a dynamic segment."""

    key: str
    path: Path
    given: Mapping[str, bool]
    """The parameters that the segment writes, and whether as `null`."""


class LayerUse(NamedTuple):
    """A reference to the layer of an experiment."""

    key: str
    path: Path


class AllocationUse(NamedTuple):
    """Slots that a layer gives to an experiment."""

    experiment: str
    path: Path
    """Where the range stands."""
    start: int
    end: int


class HeldExperiments(NamedTuple):
    """The experiments that a holdout is for; without keys and tags all of them."""

    keys: frozenset[str] | None
    tags: frozenset[str] | None

    def has(self, experiment: pb.Experiment) -> bool:
        """Whether it is for this experiment."""
        if self.keys is not None:
            return experiment.key in self.keys
        return self.tags is None or not self.tags.isdisjoint(experiment.tags)


class Scope:
    """Collects what compiling one item finds.

    An index depends on the whole catalogue, so names are kept beside the messages that want an
    index, and one pass sets them all when everything is known.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.salt = ""
        """The first part of the item's salts: its `salt`, else its key."""
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        """What compiles, and may not be meant."""
        self.attributes: list[tuple[pb.Condition, str]] = []
        self.units: list[tuple[UnitHolder, str]] = []
        self.segments: list[SegmentUse] = []
        self.experiments: list[tuple[pb.Rule, str, Path]] = []
        self.variants: list[VariantUse] = []
        """Of conditions and of prerequisites."""
        self.facts: dict[str, pb.NoEvents] = {}
        """The attributes that are facts about behaviour, with what no events give."""
        self.user_zone = False
        """A date is read in the unit's own zone."""
        self.layer: LayerUse | None = None
        self.query: QueryUse | None = None
        self.max_age_s: int | None = None
        """Of the members of a dynamic segment."""
        self.allocations: list[AllocationUse] = []
        self.named: list[tuple[str, Path]] = []
        """Experiments that a layer or a holdout names."""
        self.fallback_unit: str | None = None
        self.salts: dict[str, Path] = {}
        """Composed, with where each comes from."""
        self.value_type = ""
        """Of all variants of a flag or experiment, for example `boolean`."""

    def refuse(self, path: Path, message: str, *, at_key: bool = False) -> None:
        """Notes a fault at a path of the item."""
        self.faults.append(Fault(path, message, at_key))


class Tables(NamedTuple):
    """The index of every name of a catalogue."""

    attributes: dict[str, int]
    units: dict[str, int]
    segments: dict[str, int]
    flags: dict[str, int]
    experiments: dict[str, int]
    layers: dict[str, int]
    over: frozenset[str]
    """Experiments that are concluded or archived: a layer has no slots of theirs."""
    holdouts: tuple[tuple[int, HeldExperiments], ...]
    """By index, whom each is for."""


class CompiledItem:
    """A message and the names that it waits for.

    Args:
        message: The item; its indices are set by `link`.
        scope: What compiling it found; it has no fault.
    """

    def __init__(self, message: Message, scope: Scope) -> None:
        self.message = message
        self.written: object = None
        """What it was compiled from."""
        self.warnings = scope.warnings
        self.attributes = scope.attributes
        self.units = scope.units
        self.segments = scope.segments
        self.experiments = scope.experiments
        self.variants = scope.variants
        self.facts = scope.facts
        self.user_zone = scope.user_zone
        self.layer = scope.layer
        self.query = scope.query
        self.max_age_s = scope.max_age_s
        self.allocations = scope.allocations
        self.named = scope.named
        self.fallback_unit = scope.fallback_unit
        self.held: HeldExperiments | None = None
        self.salts = scope.salts
        self.include: list[str] = []
        self.exclude: list[str] = []
        self.value_type = scope.value_type
        self._linked: Tables | None = None

    def link(self, tables: Tables) -> None:
        """Sets every index. Cheap when the tables are those of before."""
        if self._linked is tables:
            return
        for condition, name in self.attributes:
            condition.attribute = tables.attributes[name]
        for holder, kind in self.units:
            holder.unit = tables.units[kind]
        for use in self.segments:
            if use.expression is not None:
                use.expression.segment = tables.segments[use.key]
        for rule, key, _ in self.experiments:
            rule.experiment = tables.experiments[key]
        self._link_own(tables)
        self._linked = tables

    def _link_own(self, tables: Tables) -> None:
        for use_of_variant in self.variants:
            _point(use_of_variant, tables)
        message = self.message
        if isinstance(message, pb.Segment):
            _set(message.include, (tables.segments[key] for key in self.include))
            _set(message.exclude, (tables.segments[key] for key in self.exclude))
        elif isinstance(message, pb.Experiment):
            self._link_experiment(message, tables)
        elif isinstance(message, pb.Layer):
            self._link_layer(message, tables)

    def _link_experiment(self, message: pb.Experiment, tables: Tables) -> None:
        if self.layer is not None:
            message.layer = tables.layers[self.layer.key]
        if self.fallback_unit is not None:
            message.fallback_unit = tables.units[self.fallback_unit]
        _set(message.holdouts, (index for index, held in tables.holdouts if held.has(message)))

    def _link_layer(self, message: pb.Layer, tables: Tables) -> None:
        del message.allocations[:]
        for use in sorted(self.allocations, key=lambda one: one.start):
            # The last good version of a layer may name an experiment that is gone.
            if use.experiment in tables.experiments and use.experiment not in tables.over:
                message.allocations.add(
                    start=use.start, end=use.end, experiment=tables.experiments[use.experiment]
                )


def _point(use: VariantUse, tables: Tables) -> None:
    if use.kind == "flag":
        use.condition.flag = tables.flags[use.key]
    else:
        use.condition.experiment = tables.experiments[use.key]


def _set(indices: MutableSequence[int], found: Iterable[int]) -> None:
    del indices[:]
    indices.extend(sorted(set(found)))
