"""A5: a decision in process, over other SDKs' and over one SHA-256."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.figure import Number, ratios, spread
from bench.in_engine import time_engine

if TYPE_CHECKING:
    from bench.workbench import Workbench

TITLE = "in process: ÷ eppo-server-sdk, ÷ launchdarkly-server-sdk, ÷ one SHA-256"
USERS = "1,000 users in turn, 1,000 flags, no events"


def measure(bench: Workbench) -> list[Number]:
    """From Python beside the rivals, and in Rust beside the hash."""
    taken: dict[str, list[float]] = json.loads(bench.python("bench.in_process", str(bench.large)))
    ours, built = taken["turnout"], taken["turnout, context built"]
    eppo, launchdarkly = taken["eppo"], taken["launchdarkly"]
    numbers = []
    for what, above, below, target in (
        ("Engine.decide ÷ eppo-server-sdk", ours, eppo, "<= 0.5"),
        ("Engine.decide ÷ launchdarkly-server-sdk", ours, launchdarkly, "<= 0.03"),
        ("Engine.decide with its Context built ÷ eppo-server-sdk", built, eppo, None),
    ):
        over = ratios(above, below)
        numbers.append(Number(what, over.median, target, "ratio", f"{USERS}; {over}"))
    for name, rounds in taken.items():
        seen = spread(rounds)
        numbers.append(Number(f"{name}, from Python", seen.median, None, "µs", f"{seen}"))
    return numbers + in_rust(bench)


def in_rust(bench: Workbench) -> list[Number]:
    """The engine alone, hash beside it."""
    times = time_engine(bench, [bench.large])
    whole = ratios(times.decide[0], times.sha256)
    part = ratios(times.evaluate[0], times.sha256)
    return [
        Number(
            "in Rust, key and attributes in, decision out ÷ one SHA-256 of 40 bytes",
            whole.median,
            "<= 3.5",
            "ratio",
            f"SHA instructions on both sides; {whole}",
        ),
        Number(
            "in Rust, evaluation of a filled context ÷ one SHA-256 of 40 bytes",
            part.median,
            None,
            "ratio",
            str(part),
        ),
        Number("in Rust, a decision", spread(times.decide[0]).median, None, "ns", str(whole)),
        Number("in Rust, one SHA-256", spread(times.sha256).median, None, "ns", "40 bytes"),
    ]
