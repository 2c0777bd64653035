"""A large catalogue that is the same at every run: flags, segments, experiments in many files.

`python -m bench.catalogue FOLDER` writes it. One flag, `MEASURED_FLAG`, is in every size of
the catalogue and is the one that the figures decide: three conditions and a 50/50 split.
Every second flag has the same shape with operands of its own, and `CONTEXT` meets the
conditions of all of them, so that a batch of them does the full work for each.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

Document = dict[str, Any]

MEASURED_FLAG = "checkout-layout"
"""Decided by all figures; its variants are `classic` and `compact`."""

UNIT_ID = "user-8f14e45fceea167"

ATTRIBUTES: dict[str, str | int] = {
    "country": "US",
    "plan": "pro",
    "age": 34,
    "platform": "android",
}
"""The four attributes of the measured request."""

SCHEMA = {
    "country": "string",
    "plan": "string",
    "age": "number",
    "platform": "string",
    "city": "string",
    "email": "string",
    "lifetime_value": "number",
    "orders": "number",
    "interests": "list",
    "newsletter": "boolean",
}
COUNTRIES = ["CA", "GB", "DE", "FR", "JP", "BR", "IN", "AU", "MX", "ES", "IT", "NL", "SE", "PL"]
PLANS = ["free", "trial", "basic", "lapsed"]
CITIES = ["Berlin", "Lyon", "Osaka", "Toronto", "Leeds", "Austin", "Porto", "Utrecht", "Malmö"]
INTERESTS = ["garden", "running", "books", "music", "cooking", "cycling", "games", "travel"]
AREAS = ["search", "cart", "account", "checkout", "home", "product", "returns", "support"]


@dataclass(frozen=True)
class Size:
    """How many items of each kind, and over how many files they are spread."""

    flags: int = 1_000
    segments: int = 500
    experiments: int = 100
    flag_files: int = 30
    segment_files: int = 20
    experiment_files: int = 10


LARGE = Size()
SMALL = Size(flags=10, segments=5, experiments=1, flag_files=1, segment_files=1, experiment_files=1)


def measured_keys(count: int) -> list[str]:
    """The first `count` keys of flags of the measured shape, the measured flag first."""
    return [MEASURED_FLAG, *(_flag_key(index) for index in range(2, 2 * count, 2))]


def documents(size: Size = LARGE) -> dict[str, Document]:
    """The catalogue by file name."""
    segments = {_segment_key(i): _segment(i) for i in range(size.segments)}
    experiments = {_experiment_key(i): _experiment(i, size) for i in range(size.experiments)}
    flags = {_flag_key(i): _flag(i, size) for i in range(size.flags)}
    files: dict[str, Document] = {
        "workspace.yaml": {"workspace": {"timezone": "UTC"}, "attributes": SCHEMA}
    }
    files |= _spread("segments", segments, size.segment_files)
    files |= _spread("experiments", experiments, size.experiment_files)
    files |= _spread("flags", flags, size.flag_files)
    return files


def such_flags(count: int) -> dict[str, Document]:
    """A catalogue of nothing but `count` flags of the measured shape, in one file."""
    flags = {key: _measured_shape(key) for key in measured_keys(count)}
    return {"flags.yaml": {"attributes": SCHEMA, "flags": flags}}


def write(folder: Path, files: dict[str, Document]) -> None:
    """Writes each document as a YAML file into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in files.items():
        text = yaml.safe_dump(
            document, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
        )
        (folder / name).write_text(text, encoding="utf-8")


def _spread(name: str, items: dict[str, Document], files: int) -> dict[str, Document]:
    each = -(-len(items) // files)
    keys = list(items)
    return {
        f"{name}-{index:02}.yaml": {name: {key: items[key] for key in keys[start : start + each]}}
        for index, start in enumerate(range(0, len(keys), each))
    }


def _flag_key(index: int) -> str:
    return f"{AREAS[index % len(AREAS)]}-flag-{index:04}" if index else MEASURED_FLAG


def _segment_key(index: int) -> str:
    return f"audience-{index:04}"


def _experiment_key(index: int) -> str:
    return f"test-{index:04}"


def _seeded(key: str) -> random.Random:
    return random.Random(f"turnout bench {key}")


def _measured_shape(key: str) -> Document:
    """Three conditions that `CONTEXT` meets, and a 50/50 split."""
    draw = _seeded(key)
    return {
        "variants": {"classic": "classic", "compact": "compact"},
        "default": "classic",
        "rules": [
            {
                "name": "ramp",
                "when": {
                    "all": [
                        {"attribute": "country", "is": ["US", *draw.sample(COUNTRIES, 5)]},
                        {"attribute": "plan", "is_not": draw.choice(PLANS)},
                        {"attribute": "age", "is_at_least": draw.randint(16, 30)},
                    ]
                },
                "split": {"classic": "50%", "compact": "50%"},
            }
        ],
    }


def _flag(index: int, size: Size) -> Document:
    key = _flag_key(index)
    if index % 2 == 0:
        return _measured_shape(key)
    draw = _seeded(key)
    flag: Document = {"variants": {"on": True, "off": False}, "default": "off"}
    segment = {"segment": _segment_key(draw.randrange(size.segments))}
    match index % 10:
        case 1:
            flag["rules"] = [{"name": "audience", "when": segment, "serve": "on"}]
        case 3:
            experiment = _experiment_key(draw.randrange(size.experiments))
            flag["rules"] = [{"name": "the test", "experiment": experiment}]
        case 5:
            flag["tags"] = ["static"]
        case 7:
            flag["overrides"] = {f"tester-{draw.randrange(10_000)}": "on"}
            flag["rules"] = [
                {"name": "audience", "when": segment, "split": {"on": "20%", "off": "80%"}},
                {"name": "fans", "when": _condition(draw), "serve": "on"},
            ]
        case _:
            blocked = {"attribute": "country", "is": draw.sample(COUNTRIES, 3)}
            flag["rules"] = [
                {"name": "blocked", "when": blocked, "serve": "off"},
                {"name": "ramp", "when": segment, "split": {"on": "35%", "off": "65%"}},
            ]
    return flag


def _experiment(index: int, size: Size) -> Document:
    draw = _seeded(_experiment_key(index))
    return {
        "status": "running",
        "audience": {"segment": _segment_key(draw.randrange(size.segments))},
        "traffic": f"{draw.choice([10, 25, 50, 100])}%",
        "variants": {
            "control": {"weight": "50%", "value": False},
            "compact": {"weight": "50%", "value": True},
        },
    }


def _segment(index: int) -> Document:
    draw = _seeded(_segment_key(index))
    match index % 5:
        case 3:
            members = sorted(f"user-{draw.getrandbits(48):012x}" for _ in range(200))
            return {"kind": "static", "members": members}
        case 4:
            # Only rule and static segments of before: no cycles, and chains of two.
            earlier = [_segment_key(index - back) for back in (1, 2, 3)]
            one, two, three = ({"segment": key} for key in earlier)
            return {"match": {"all": [{"any": [two, three]}, {"not": one}]}}
        case _:
            inner = {"any": [_condition(draw), _condition(draw)]}
            return {"match": {"all": [_condition(draw), inner]}}


def _condition(draw: random.Random) -> Document:
    return draw.choice(CONDITIONS)(draw)


CONDITIONS: list[Callable[[random.Random], Document]] = [
    lambda draw: {"attribute": "country", "is": draw.sample(COUNTRIES, 4)},
    lambda draw: {"attribute": "plan", "is_not": draw.choice(PLANS)},
    lambda draw: {
        "attribute": "age",
        "is_between": [draw.randint(16, 30), draw.randint(31, 80)],
    },
    lambda draw: {"attribute": "city", "contains": draw.choice(CITIES)[:4]},
    lambda draw: {"attribute": "email", "ends_with": f"@mail{draw.randrange(50)}.example"},
    lambda draw: {"attribute": "lifetime_value", "is_at_least": draw.randint(10, 500)},
    lambda draw: {"attribute": "interests", "contains_any": draw.sample(INTERESTS, 2)},
    lambda _: {"attribute": "newsletter", "is_on": True},
]
"""Every shape of a segment's condition."""


if __name__ == "__main__":
    write(Path(sys.argv[1]), documents())
