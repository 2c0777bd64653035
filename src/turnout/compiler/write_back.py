"""Which ranges the documents would have to hold, so that the next change moves the least."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from turnout.compiler.compiled import Compiled
from turnout.compiler.shares import write_range
from turnout.documents import Catalogue, FieldChange
from turnout.snapshot.v1 import snapshot_pb2 as pb

_NOT_STARTED = frozenset({"draft", "archived"})


class FileChanges(NamedTuple):
    """What is to be written into one file."""

    file: str
    """Its name in the catalogue."""
    changes: list[FieldChange]


def ranges_to_write(catalogue: Catalogue, compiled: Compiled) -> list[FileChanges]:
    """Finds every split and experiment whose `ranges` are not what was compiled from them.

    A draft or an archived item has no history yet, or needs none any more: it is left alone
    unless it has ranges. So is what keeps the buckets of another system.

    Args:
        catalogue: Documents without problems.
        compiled: What was compiled from them.
    """
    content = pb.Content.FromString(compiled.content)
    flags = {flag.key: flag for flag in content.flags}
    experiments = {experiment.key: experiment for experiment in content.experiments}
    found = []
    for file in catalogue.files:
        changes: list[FieldChange] = []
        for (kind, key), written in file.document.items.items():
            if kind == "flag":
                changes += _of_flag(written.raw, flags[key])
            elif kind == "experiment":
                changes += _of_experiment(written.raw, experiments[key])
        if changes:
            found.append(FileChanges(file.name, changes))
    return found


def _of_flag(raw: Any, flag: pb.Flag) -> Iterator[FieldChange]:  # noqa: ANN401 - as written
    asleep = raw.get("status") in _NOT_STARTED
    for at, (written, rule) in enumerate(zip(raw.get("rules", ()), flag.rules, strict=True)):
        if written.get("split") is not None and written.get("bucketing") is None:
            path = ("flags", flag.key, "rules", at)
            yield from _change(written, flag, rule.split, path, "split", asleep=asleep)


def _of_experiment(raw: Any, experiment: pb.Experiment) -> Iterator[FieldChange]:  # noqa: ANN401 - as written
    if raw.get("bucketing") is None:
        path = ("experiments", experiment.key)
        asleep = raw.get("status", "draft") in _NOT_STARTED
        yield from _change(raw, experiment, experiment, path, "variants", asleep=asleep)


def _change(
    written: Mapping[str, Any],
    item: pb.Flag | pb.Experiment,
    compiled: pb.Split | pb.Experiment,
    path: tuple[str | int, ...],
    after: str,
    *,
    asleep: bool,
) -> Iterator[FieldChange]:
    owned = _owned([variant.name for variant in item.variants], compiled)
    ranges = {name: owned[name] for name in written[after] if owned[name]}
    before = written.get("ranges")
    if before is None and (asleep or not ranges):
        return
    if before != ranges:
        yield FieldChange(path, "ranges", after, ranges)


def _owned(names: Sequence[str], compiled: pb.Split | pb.Experiment) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {name: [] for name in names}
    for one in compiled.ranges:
        by_name[names[one.variant]].append(write_range(one.start, one.end))
    return by_name
