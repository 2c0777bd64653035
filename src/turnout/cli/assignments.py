"""Reads the sticky assignments that a question carries."""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import get_type_hints

from turnout.cli.failures import Failed, usage
from turnout.results import StickyAssignment

_ASSIGNED = re.compile(r"(?P<experiment>[^@=]+)(?:@(?P<epoch>[0-9]{1,9}))?=(?P<variant>.+)")
_FIRST_EPOCH = "1"
_FIELDS = get_type_hints(StickyAssignment)
_OPTIONAL = frozenset({"snapshot_id"})
_STDIN = "-"


def read_assigned(
    texts: Iterable[str], units: Mapping[str, str], now: datetime
) -> list[StickyAssignment]:
    """Reads texts of the form EXPERIMENT=VARIANT, or EXPERIMENT@EPOCH=VARIANT.

    Args:
        texts: Without an epoch it is 1.
        units: Whom it was assigned to: ids by kind, each of which gets a record.
        now: When.

    Raises:
        Failed: One is in another form or given twice, or there is no unit.
    """
    found: dict[tuple[str, int], list[StickyAssignment]] = {}
    for text in texts:
        match = _ASSIGNED.fullmatch(text)
        if match is None:
            raise usage(
                f"`--assigned {text}` is no assignment: write EXPERIMENT=VARIANT, or"
                " EXPERIMENT@2=VARIANT for an epoch other than 1"
            )
        if not units:
            raise usage(f"`--assigned {text}` is nobody's: name the unit, for example `--unit u-1`")
        experiment, variant = match["experiment"], match["variant"]
        epoch = int(match["epoch"] or _FIRST_EPOCH)
        if (experiment, epoch) in found:
            raise usage(f"`--assigned {text.partition('=')[0]}=…` is given twice: keep one")
        found[experiment, epoch] = [
            StickyAssignment(experiment, epoch, kind, unit_id, variant, now)
            for kind, unit_id in units.items()
        ]
    return [record for records in found.values() for record in records]


def read_assignments(path: str) -> list[StickyAssignment]:
    """Reads records from a file, or from standard input when it is called `-`.

    It holds a list of them, or the decision that told to keep them.

    Raises:
        Failed: There is no such file, or it holds something else.
        OSError: It cannot be read.
    """
    try:
        told = json.loads(_content(path))
    except (ValueError, RecursionError):
        raise _refused(path, "is no JSON") from None
    if isinstance(told, dict):
        told = told.get("assignments_to_persist")
    if not isinstance(told, list):
        raise _refused(path, "holds no list of assignments")
    return [_record(path, number, one) for number, one in enumerate(told)]


def _content(path: str) -> str:
    if path == _STDIN:
        return sys.stdin.read()
    if not Path(path).exists():
        raise usage(f"`--assignments {path}` is not there")
    return Path(path).read_text(encoding="utf-8")


def _record(path: str, number: int, written: object) -> StickyAssignment:
    if not isinstance(written, dict):
        raise _refused(path, f"holds something else as record {number}")
    if unknown := sorted(written.keys() - _FIELDS.keys()):
        raise _refused(path, f"has a field `{unknown[0]}` in record {number}")
    for name, kind in _FIELDS.items():
        if name in written or name not in _OPTIONAL:
            written[name] = _part(written.get(name), kind)
            if written[name] is None:
                raise _refused(path, f"has no usable `{name}` in record {number}")
    return StickyAssignment(**written)


def _part(written: object, kind: type) -> object:
    """One field as a record has it; None when it cannot be one."""
    if kind is not datetime:
        return written if type(written) is kind else None
    try:
        instant = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _refused(path: str, why: str) -> Failed:
    return usage(
        f"`--assignments {path}` {why}: give what `turnout decide --output json` printed, or the"
        " list in its `assignments_to_persist`"
    )
