"""`turnout bench`: a short measurement of this machine; `make bench` is the long one."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from turnout.cli import options
from turnout.cli.answers import Answers, open_answers
from turnout.cli.failures import usage
from turnout.results import Context
from turnout.serving.loopback import host_of, is_here

_UNITS = 1000
_ROUNDS = 100
_WARM_UP = 200
_SAMPLE: dict[str, object] = {
    "flags": {
        "sample": {
            "variants": {"on": True, "off": False},
            "default": "off",
            "rules": [
                {
                    "when": {
                        "all": [
                            {"attribute": "plan", "is": ["pro", "team"]},
                            {"attribute": "country", "is_not": "NV"},
                            {"attribute": "visits", "is_at_least": 3},
                        ]
                    },
                    "split": {"on": "50%", "off": "50%"},
                }
            ],
        }
    }
}
_ATTRIBUTES = {"plan": "pro", "country": "US", "visits": 12, "beta": True}


class Timing(NamedTuple):
    """How long one call took, in microseconds."""

    what: str
    calls: int
    p50_us: float
    p99_us: float


def bench(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY", help="The flag or experiment to decide; the first one otherwise."
        ),
    ] = None,
    documents: options.DocumentsOption = None,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="Also a server on this machine, one call at a time.",
        ),
    ] = None,
    calls: Annotated[
        int, typer.Option("--calls", metavar="N", min=1000, max=1_000_000, help="How many calls.")
    ] = 20_000,
    output: options.OutputOption = options.Output.TABLE,
) -> None:
    """Measure a decision in this process and, with --address, over the wire.

    Without --documents a flag with three conditions and a 50/50 split is decided.
    """
    from turnout.cli.output import print_json, print_table

    timings = [_in_process(documents, key, calls)]
    if address is not None:
        timings.append(_over_the_wire(address, key, calls))
    if output is options.Output.JSON:
        print_json([timing._asdict() for timing in timings])
    else:
        rows = [(t.what, t.calls, f"{t.p50_us:.2f}", f"{t.p99_us:.2f}") for t in timings]
        print_table(("what", "calls", "p50 µs", "p99 µs"), rows)


def _in_process(documents: Path | None, key: str | None, calls: int) -> Timing:
    if documents is None:
        from turnout.embedded import Engine

        answers: Answers = Engine.from_documents(_SAMPLE)
    else:
        answers = open_answers(documents, None, 2.0)
    # A single call is shorter than the clock is fine: batches are timed.
    return _measure(f"decide `{_chosen(answers, key)}` in process", answers, key, calls, batch=100)


def _over_the_wire(address: str, key: str | None, calls: int) -> Timing:
    _refuse_remote(address)
    answers = open_answers(None, address, 2.0)
    what = f"decide `{_chosen(answers, key)}` over `{address}`"
    return _measure(what, answers, key, calls, batch=1)


def _measure(what: str, answers: Answers, key: str | None, calls: int, *, batch: int) -> Timing:
    chosen = _chosen(answers, key)
    contexts = [Context(f"unit-{number}", _ATTRIBUTES) for number in range(_UNITS)]
    decide = answers.decide
    samples: list[float] = []
    for number in range(_WARM_UP):
        decide(chosen, contexts[number % _UNITS])
    for number in _with_progress(what, calls // batch):
        ours = [contexts[(number * batch + index) % _UNITS] for index in range(batch)]
        started = time.perf_counter_ns()
        for context in ours:
            decide(chosen, context)
        samples.append((time.perf_counter_ns() - started) / batch / 1000)
    samples.sort()
    return Timing(what, len(samples) * batch, _at(samples, 0.5), _at(samples, 0.99))


def _chosen(answers: Answers, key: str | None) -> str:
    if key is not None:
        return key
    decisions = answers.decide_all(Context())
    if not decisions:
        raise usage("there is no flag and no experiment to decide")
    return decisions[0].key


def _with_progress(what: str, count: int) -> Iterator[int]:
    from rich.progress import track

    from turnout.cli.output import console

    terminal = console(stderr=True)
    # The bar is moved between slices, so that drawing it is not measured.
    step = max(count // _ROUNDS, 1)
    starts = range(0, count, step)
    for start in track(
        starts, what, console=terminal, transient=True, disable=not terminal.is_terminal
    ):
        yield from range(start, min(start + step, count))


def _at(samples: list[float], share: float) -> float:
    return samples[min(int(len(samples) * share), len(samples) - 1)]


def _refuse_remote(address: str) -> None:
    if address.startswith("unix:"):
        return
    if not is_here(host_of(address)):
        raise usage(f"`--address {address}` is not this machine: measure on the machine itself")
