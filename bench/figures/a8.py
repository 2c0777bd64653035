"""A8: how long a catalogue takes to compile, a change to be served, a restart to answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench import catalogue
from bench.figure import Number, spread
from turnout import Client, Context, TurnoutError

if TYPE_CHECKING:
    from pathlib import Path

    from bench.servers import Server
    from bench.workbench import Workbench

TITLE = "compile, change to serving, start with last-known-good"
COMPILES = 5
CHANGES = 15
STARTS = 7
POLL_S = 0.001
PATIENCE_S = 20.0


def measure(bench: Workbench) -> list[Number]:
    """All on the large catalogue; the served ones with default settings."""
    documents = bench.large_documents("watched")
    files = len(list(documents.iterdir()))
    out = bench.folder / "compiled.snapshot"
    compiles = spread(
        [float(bench.python("bench.seal", str(documents), str(out))) for _ in range(COMPILES)]
    )
    state = bench.folder / "state"
    with bench.serve(documents, state) as server:
        changes = spread(_changes(server, documents, bench.folder))
    starts = spread([_start(bench, documents, state) for _ in range(STARTS)])
    what = f"1,000 flags, 500 segments, 100 experiments in {files} files"
    return [
        Number(
            "read, compile and seal the catalogue",
            compiles.median,
            "<= 2",
            "s",
            f"{what}; in a fresh process; {compiles}",
        ),
        Number(
            "from the rename of one changed file to serving",
            changes.median * 1e3,
            "<= 200",
            "ms",
            f"{what}; seen by a client that asks each ms; in s: {changes}",
        ),
        Number(
            "from the start of `turnout serve` to its first answer",
            starts.median,
            "<= 0.4",
            "s",
            f"{what}; with last-known-good, process start included; {starts}",
        ),
    ]


def _changes(server: Server, documents: Path, scratch: Path) -> list[float]:
    """Adds one flag to one file, another one each time, by rename."""
    client = Client(f"unix:{server.unix}")
    served = _answer(client)
    file = documents / "flags-07.yaml"
    text = file.read_text(encoding="utf-8")
    taken = []
    for index in range(CHANGES):
        time.sleep(0.5)
        written = scratch / "changed.yaml"
        flag = f"  changed-{index}: {{variants: {{'on': true, 'off': false}}, default: 'off'}}\n"
        written.write_text(text + flag, encoding="utf-8")
        began = time.perf_counter()
        written.rename(file)
        before, patience = served, began + PATIENCE_S
        while served == before:
            if time.perf_counter() > patience:
                raise RuntimeError("a changed file was not served")
            time.sleep(POLL_S)
            served = _answer(client)
        taken.append(time.perf_counter() - began)
    client.close()
    return taken


def _start(bench: Workbench, documents: Path, state: Path) -> float:
    began = time.perf_counter()
    with bench.serve(documents, state, wait=False) as server:
        client = Client(f"unix:{server.unix}")
        _answer(client)
        took = time.perf_counter() - began
        client.close()
    return took


def _answer(client: Client) -> str:
    """The id of the snapshot that answers, as soon as one does."""
    patience = time.perf_counter() + PATIENCE_S
    context = Context(catalogue.UNIT_ID, catalogue.ATTRIBUTES)
    while True:
        try:
            return client.decide(catalogue.MEASURED_FLAG, context).snapshot.id
        except TurnoutError:
            if time.perf_counter() > patience:
                raise
            time.sleep(POLL_S)
